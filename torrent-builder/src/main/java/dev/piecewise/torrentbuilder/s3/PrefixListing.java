package dev.piecewise.torrentbuilder.s3;

import dev.piecewise.core.ArtifactUri;
import dev.piecewise.core.FilePath;
import dev.piecewise.core.Selection;
import dev.piecewise.core.VersionedEntry;
import dev.piecewise.core.fault.OriginFault;
import dev.piecewise.core.fault.PiecewiseFault.Kind;
import dev.piecewise.torrentbuilder.origin.OriginObject;
import dev.piecewise.torrentbuilder.origin.ResolvedArtifact;
import dev.piecewise.torrentbuilder.origin.StoredChecksum;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeSet;
import software.amazon.awssdk.core.exception.SdkException;
import software.amazon.awssdk.services.s3.S3Client;
import software.amazon.awssdk.services.s3.model.EncodingType;
import software.amazon.awssdk.services.s3.model.ListObjectsV2Request;
import software.amazon.awssdk.services.s3.model.S3Exception;
import software.amazon.awssdk.services.s3.model.S3Object;

/**
 * All keys below a prefix at their present versions (ListObjectsV2, page by page), checked to be a tree of files before any
 * byte is read: one key that is not fails the whole, by name, unless it is not selected. A directory marker, which is a key of zero bytes that ends in
 * {@code /}, is a directory and no file.
 */
final class PrefixListing {
    private static final int PAGE_KEYS = 1000; // the most that S3 gives

    private final S3Client client;
    private final Endpoint endpoint;
    private final ArtifactUri uri;
    private final Selection selection;
    private final int pageKeys;
    private final List<OriginObject> objects = new ArrayList<>();
    private final Map<String, StoredChecksum> checksums = new HashMap<>();
    private final Set<String> markers = new TreeSet<>(FilePath.UTF8_ORDER);
    private boolean found;
    private int files;

    PrefixListing(S3Client client, Endpoint endpoint, ArtifactUri uri, Selection selection) {
        this(client, endpoint, uri, selection, PAGE_KEYS);
    }

    PrefixListing(S3Client client, Endpoint endpoint, ArtifactUri uri, Selection selection, int pageKeys) {
        this.client = client;
        this.endpoint = endpoint;
        this.uri = uri;
        this.selection = selection;
        this.pageKeys = pageKeys;
    }

    /** Once. */
    ResolvedArtifact resolve() {
        try {
            FilePath.check(uri.name());
        } catch (IllegalArgumentException e) {
            throw new OriginFault(Kind.USAGE, "cannot fetch " + uri + ": " + e.getMessage(), e);
        }
        list();
        if (!found) {
            throw new OriginFault(
                    Kind.NOT_FOUND,
                    "S3 at " + endpoint.text() + " has no key below " + uri
                            + "; check the spelling, and that it is a prefix and not one object");
        }
        if (objects.isEmpty() && !selection.isAll()) {
            throw ResolvedArtifact.noneSelected(uri, files, selection);
        }
        objects.sort(Comparator.comparing(OriginObject::key, FilePath.UTF8_ORDER));
        checkTree();
        return new ResolvedArtifact(uri, endpoint.text(), false, objects, List.copyOf(markers))
                .withChecksums(checksums);
    }

    private void list() {
        ListObjectsV2Request request = ListObjectsV2Request.builder()
                .bucket(uri.bucket())
                .prefix(uri.key())
                .maxKeys(pageKeys)
                // Some keys cannot be written in XML; the SDK decodes what comes back.
                .encodingType(EncodingType.URL)
                .build();
        try {
            client.listObjectsV2Paginator(request).contents().forEach(this::add);
        } catch (S3Exception e) {
            throw e.statusCode() == 404
                    ? S3Faults.noBucket(uri, endpoint, e)
                    : S3Faults.translate("listing " + uri, endpoint, e);
        } catch (SdkException e) {
            throw S3Faults.translate("listing " + uri, endpoint, e);
        }
    }

    private void add(S3Object listed) {
        found = true;
        String key = listed.key();
        if (!key.startsWith(uri.key())) {
            throw new OriginFault(
                    Kind.FAILED,
                    "S3 at " + endpoint.text() + " lists the key '" + FilePath.shown(key) + "' below " + uri
                            + ", where it is not; check that this server is S3 compatible");
        }
        String path = key.substring(uri.key().length());
        if (listed.size() == 0 && (path.isEmpty() || path.endsWith("/"))) {
            if (!path.isEmpty()) {
                addMarker(key, path.substring(0, path.length() - 1));
            }
            return;
        }
        files++;
        if (!selection.selects(path)) {
            return;
        }
        String version = S3Faults.etag(listed.eTag(), "'" + FilePath.shown(key) + "'", endpoint);
        objects.add(new OriginObject(key, new VersionedEntry(checked(key, path), listed.size(), version)));
        S3Checksums.of(listed).ifPresent(checksum -> checksums.put(key, checksum));
    }

    /** Also one that is not selected, for the artifact may be that of another selection, too. */
    private void addMarker(String key, String path) {
        try {
            markers.add(checked(key, path));
        } catch (OriginFault hostile) {
            if (selection.selectsDirectory(path)) {
                throw hostile;
            }
        }
    }

    private String checked(String key, String path) {
        try {
            FilePath.check(path);
            return path;
        } catch (IllegalArgumentException e) {
            throw hostile(key, String.valueOf(e.getMessage()));
        }
    }

    private void checkTree() {
        Set<String> directories = new HashSet<>();
        objects.forEach(object -> addParents(object.entry().path(), directories));
        markers.stream().filter(selection::selectsDirectory).forEach(marker -> {
            directories.add(marker);
            addParents(marker, directories);
        });
        for (OriginObject object : objects) {
            if (directories.contains(object.entry().path())) {
                throw hostile(object.key(), "it would be a file and a directory at once, as keys below it exist");
            }
        }
    }

    private static void addParents(String path, Set<String> directories) {
        int slash = path.lastIndexOf('/');
        while (slash > 0 && directories.add(path.substring(0, slash))) {
            slash = path.lastIndexOf('/', slash - 1);
        }
    }

    private OriginFault hostile(String key, String reason) {
        return new OriginFault(
                Kind.FAILED,
                "cannot fetch " + uri + ": of its key '" + FilePath.shown(key) + "' no file can be made: " + reason
                        + "; nothing was read, rename or remove that key, exclude it, or ask for a smaller prefix");
    }
}
