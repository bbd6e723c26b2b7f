package dev.piecewise.client;

import dev.piecewise.client.FetchProgress.Phase;
import dev.piecewise.client.unpack.ArchiveFormat;
import dev.piecewise.client.unpack.ArchivePlaces;
import dev.piecewise.client.unpack.ArchiveRefused;
import dev.piecewise.client.unpack.CannotWrite;
import dev.piecewise.client.unpack.Unpack;
import dev.piecewise.client.unpack.UnpackedTree;
import dev.piecewise.client.unpack.Unpacker;
import dev.piecewise.core.ArtifactContent;
import dev.piecewise.core.FileEntry;
import dev.piecewise.core.FilePath;
import dev.piecewise.core.fault.PiecewiseFault.Kind;
import dev.piecewise.core.fault.ProcessFault;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.function.BooleanSupplier;
import java.util.function.LongSupplier;
import org.jspecify.annotations.Nullable;

/**
 * Makes a directory of what an artifact holds: of an object, what the archive holds; of a prefix, what each of its archives
 * holds, see {@link ArchivePlaces}.
 */
final class UnpackRun {
    private static final Duration TELL = Duration.ofMillis(400);

    private final FetchSource source;
    private final Unpack unpack;
    private final Path target;
    private final BooleanSupplier stopped;

    /**
     * @param target where it will be, for messages
     * @param stopped as of {@link Unpacker}
     */
    UnpackRun(FetchSource source, Unpack unpack, Path target, BooleanSupplier stopped) {
        this.source = source;
        this.unpack = unpack;
        this.target = target;
        this.stopped = stopped;
    }

    /** @throws ProcessFault if what is known of the artifact tells that it, or one of its files, is no archive, or that two clash */
    void check(ArtifactContent content) {
        for (FileEntry file : content.files()) {
            if (file.sizeBytes() == 0) {
                throw refused(content, file, "it has no bytes", Kind.FAILED, null);
            }
        }
        if (content.files().isEmpty()) {
            throw refused(source.toString(), "it has no bytes", Kind.FAILED, null);
        }
        places(content);
    }

    private List<String> places(ArtifactContent content) {
        if (content.singleFile()) {
            return List.of("");
        }
        try {
            return ArchivePlaces.of(
                    content.files().stream().map(FileEntry::path).toList());
        } catch (IllegalArgumentException e) {
            throw refused(source.toString(), String.valueOf(e.getMessage()), Kind.USAGE, null);
        }
    }

    /**
     * Unpacks.
     *
     * @param root an empty directory
     * @throws ProcessFault if that is not possible
     */
    UnpackedTree unpack(Acquired.Ready ready, Path root, ProgressListener listener, LongSupplier nanoTime)
            throws IOException {
        ArtifactContent content = ready.content();
        List<String> places = places(content);
        Unpacker unpacker = new Unpacker(unpack.limits(), stopped, new Progress(ready, listener, nanoTime)::tell);
        List<UnpackedTree> parts = new ArrayList<>();
        for (int file = 0; file < places.size(); file++) {
            FileEntry entry = content.files().get(file);
            Path archive = ready.stored().get(file);
            Path into = places.get(file).isEmpty() ? root : Files.createDirectories(root.resolve(places.get(file)));
            try {
                parts.add(unpacker.unpack(archive, format(content, entry, archive), into));
            } catch (ArchiveRefused e) {
                throw refused(content, entry, String.valueOf(e.getMessage()), Kind.FAILED, e);
            } catch (CannotWrite e) {
                throw content.singleFile() ? e : e.within(places.get(file));
            }
        }
        return content.singleFile() ? parts.get(0) : UnpackedTree.of(root, parts);
    }

    private ArchiveFormat format(ArtifactContent content, FileEntry file, Path archive) throws IOException {
        String name = content.singleFile() ? content.name() : file.path();
        Optional<ArchiveFormat> format = unpack.format().or(() -> ArchiveFormat.ofName(name));
        if (format.isEmpty()) {
            format = ArchiveFormat.ofContent(archive);
        }
        return format.orElseThrow(() -> refused(
                content,
                file,
                "neither its name '" + FilePath.shown(name)
                        + "' nor its first bytes say what kind of archive it is; name it with --unpack=tar, tar.gz or"
                        + " zip, if it is one",
                Kind.USAGE,
                null));
    }

    /** Of a file of a prefix, which perhaps should not have been asked for. */
    private ProcessFault refused(
            ArtifactContent content, FileEntry file, String why, Kind kind, @Nullable IOException cause) {
        if (content.singleFile()) {
            return refused(source.toString(), why, kind, cause);
        }
        String shown = FilePath.shown(file.path());
        return refused(
                source instanceof FetchSource.Artifact ? source + shown : source + ", '" + shown + "'",
                why + "; leave it out by a pattern of 'exclude' if it is no archive",
                kind,
                cause);
    }

    private ProcessFault refused(String what, String why, Kind kind, @Nullable IOException cause) {
        return new ProcessFault(
                kind,
                "cannot unpack " + what + ": " + why + "; "
                        + (Files.exists(target) ? target + " is as it was" : "nothing was put at " + target),
                cause);
    }

    /** Tells how far it is, now and then. */
    private static final class Progress {
        private final Acquired.Ready ready;
        private final ProgressListener listener;
        private final LongSupplier nanoTime;
        private long nextNanos;

        Progress(Acquired.Ready ready, ProgressListener listener, LongSupplier nanoTime) {
            this.ready = ready;
            this.listener = listener;
            this.nanoTime = nanoTime;
            this.nextNanos = nanoTime.getAsLong();
        }

        void tell(long bytesUnpacked) {
            long now = nanoTime.getAsLong();
            if (now - nextNanos >= 0) {
                nextNanos = now + TELL.toNanos();
                int files = ready.content().files().size();
                int pieces = ready.content().layout().pieceCount();
                FetchProgress progress = new FetchProgress(
                        Phase.UNPACKING,
                        ready.content().layout().totalBytes(),
                        files,
                        pieces,
                        pieces,
                        pieces,
                        ready.received().fromPeers(),
                        0,
                        bytesUnpacked);
                listener.progress(progress.withFilesHeld(files));
            }
        }
    }
}
