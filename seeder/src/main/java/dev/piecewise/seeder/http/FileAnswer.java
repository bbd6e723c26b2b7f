package dev.piecewise.seeder.http;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.time.Instant;
import java.time.ZoneOffset;
import java.time.format.DateTimeFormatter;
import java.util.List;
import java.util.Locale;
import java.util.Optional;
import org.eclipse.jetty.http.HttpFields;
import org.eclipse.jetty.http.HttpHeader;
import org.eclipse.jetty.io.Content;
import org.eclipse.jetty.server.Request;
import org.eclipse.jetty.server.Response;

/**
 * Answers GET and HEAD for one file: ranges (RFC 9110, section 14), validators, {@code If-Range}. Bytes go through one small
 * buffer, no faster than the client takes them and the process may send. Blocks.
 */
final class FileAnswer {
    private static final int BUFFER_BYTES = 128 * 1024;
    private static final DateTimeFormatter HTTP_DATE = DateTimeFormatter.ofPattern(
                    "EEE, dd MMM yyyy HH:mm:ss 'GMT'", Locale.US)
            .withZone(ZoneOffset.UTC);

    private final Representation file;
    private final Request request;
    private final Response response;
    private final Uplink uplink;

    FileAnswer(Representation file, Request request, Response response, Uplink uplink) {
        this.file = file;
        this.request = request;
        this.response = response;
        this.uplink = uplink;
    }

    /**
     * Sends it. The first bytes are read before anything is sent, so that what fails until then can be answered.
     *
     * @return the status
     * @throws Unavailable if bytes did not come in time
     * @throws IOException if they could not be read, or not be sent
     */
    int send() throws IOException, Unavailable, InterruptedException {
        boolean head = request.getMethod().equals("HEAD");
        HttpFields.Mutable headers = response.getHeaders();
        Optional<String> modified = file.lastModified().map(FileAnswer::date);
        headers.put(HttpHeader.ACCEPT_RANGES, "bytes");
        headers.put(HttpHeader.ETAG, file.etag());
        modified.ifPresent(date -> headers.put(HttpHeader.LAST_MODIFIED, date));
        // A Range means something in a GET only.
        ByteRange range = head || !isStillThatFile(modified)
                ? new ByteRange.Whole()
                : ByteRange.parse(request.getHeaders().getValuesList("Range"), file.sizeBytes());
        if (range instanceof ByteRange.Unsatisfiable) {
            headers.put(HttpHeader.CONTENT_RANGE, "bytes */" + file.sizeBytes());
            headers.put(HttpHeader.CONTENT_LENGTH, 0);
            response.setStatus(416);
            Content.Sink.write(response, true, ByteBuffer.allocate(0));
            return 416;
        }
        long first = range instanceof ByteRange.Part part ? part.first() : 0;
        long end = range instanceof ByteRange.Part part ? part.last() + 1 : file.sizeBytes();
        int status = range instanceof ByteRange.Part ? 206 : 200;
        if (range instanceof ByteRange.Part part) {
            headers.put(HttpHeader.CONTENT_RANGE, "bytes " + part.first() + "-" + part.last() + "/" + file.sizeBytes());
        }
        headers.put(HttpHeader.CONTENT_TYPE, "application/octet-stream");
        headers.put(HttpHeader.CONTENT_LENGTH, end - first);
        response.setStatus(status);
        if (head || first == end) {
            Content.Sink.write(response, true, ByteBuffer.allocate(0));
        } else {
            copy(first, end);
        }
        return status;
    }

    private void copy(long first, long end) throws IOException, Unavailable, InterruptedException {
        ByteBuffer buffer = ByteBuffer.allocate((int) Math.min(BUFFER_BYTES, end - first));
        try (Representation.Bytes bytes = file.open()) {
            long next = first;
            while (next < end) {
                buffer.clear();
                bytes.read(next, end, buffer);
                int count = buffer.flip().remaining();
                next += count;
                uplink.await(count);
                Content.Sink.write(response, next == end, buffer);
                uplink.sent(count);
            }
        }
    }

    /** {@code If-Range}: a strong validator, compared as it was given out. */
    private boolean isStillThatFile(Optional<String> modified) {
        List<String> conditions = request.getHeaders().getValuesList(HttpHeader.IF_RANGE);
        return conditions.isEmpty()
                || conditions.equals(List.of(file.etag()))
                || modified.map(List::of).equals(Optional.of(conditions));
    }

    private static String date(Instant instant) {
        return HTTP_DATE.format(instant);
    }
}
