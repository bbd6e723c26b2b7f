package dev.piecewise.client.request;

import dev.piecewise.core.fault.PiecewiseFault.Kind;
import dev.piecewise.core.fault.ProcessFault;
import java.io.InputStream;
import java.nio.file.Path;
import java.util.Collection;
import java.util.LinkedHashSet;
import java.util.List;

/**
 * Requests that can be carried out together: each once, and no two that want different things at one place.
 *
 * @param requests in the order in which they were made
 */
public record DownloadPlan(List<DownloadRequest> requests) {
    /** @throws ProcessFault {@code USAGE} naming two requests whose destinations clash */
    public DownloadPlan {
        requests = List.copyOf(new LinkedHashSet<>(requests));
        Places places = new Places();
        requests.forEach(
                request -> places.take(request, request.uri().toString()).ifPresent(clash -> {
                    throw new ProcessFault(Kind.USAGE, request.uri() + ": " + clash);
                }));
    }

    /** All that several stages need. */
    public static DownloadPlan of(Collection<? extends Stage> stages) {
        return new DownloadPlan(stages.stream()
                .flatMap(stage -> stage.downloadRequests().stream())
                .toList());
    }

    /**
     * Reads a file as {@code docs/requests.md} describes it. Relative destinations are relative to the file's directory.
     *
     * @throws ProcessFault {@code USAGE} with all that is wrong, one problem a line with its place in the file
     */
    public static DownloadPlan read(Path file) {
        return RequestFile.read(file);
    }

    /**
     * Reads the same from a stream; relative destinations are relative to the working directory.
     *
     * @param name for messages
     * @throws ProcessFault {@code USAGE} as {@link #read(Path)}, {@code FAILED} if the stream fails
     */
    public static DownloadPlan read(InputStream in, String name) {
        return RequestFile.read(in, name);
    }
}
