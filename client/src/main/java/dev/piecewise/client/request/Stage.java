package dev.piecewise.client.request;

import java.util.List;

/** A step of a pipeline that needs files in place before it begins. */
@FunctionalInterface
public interface Stage {
    /** What it needs; asked once, before anything is fetched. */
    List<DownloadRequest> downloadRequests();
}
