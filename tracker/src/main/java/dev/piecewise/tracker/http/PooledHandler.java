package dev.piecewise.tracker.http;

import java.nio.ByteBuffer;
import java.util.concurrent.Executor;
import java.util.concurrent.RejectedExecutionException;
import java.util.concurrent.atomic.AtomicInteger;
import org.eclipse.jetty.http.HttpHeader;
import org.eclipse.jetty.http.HttpHeaderValue;
import org.eclipse.jetty.http.HttpStatus;
import org.eclipse.jetty.server.Handler;
import org.eclipse.jetty.server.Request;
import org.eclipse.jetty.server.Response;
import org.eclipse.jetty.util.Callback;

/**
 * Hands requests over to a pool, so that the thread that reads them from the network goes on with the next. Only so many may be in its
 * queue; with more, which come when the tracker is slower than its callers, the next is answered 503 at once and asked again later.
 */
final class PooledHandler extends Handler.Wrapper {
    private final Executor pool;
    private final int mostQueued;
    private final AtomicInteger queued = new AtomicInteger();

    PooledHandler(Handler next, Executor pool, int mostQueued) {
        super(next);
        this.pool = pool;
        this.mostQueued = mostQueued;
    }

    @Override
    public boolean handle(Request request, Response response, Callback callback) {
        if (queued.incrementAndGet() > mostQueued) {
            queued.decrementAndGet();
            refuse(response, callback);
            return true;
        }
        try {
            pool.execute(() -> run(request, response, callback));
        } catch (RejectedExecutionException e) {
            queued.decrementAndGet();
            refuse(response, callback);
        }
        return true;
    }

    private static void refuse(Response response, Callback callback) {
        Answer answer = Answer.retryLater("the tracker is shutting down or too busy; try again");
        response.setStatus(answer.status);
        answer.headers.forEach((name, value) -> response.getHeaders().put(name, value));
        response.getHeaders().put(HttpHeader.CONNECTION, HttpHeaderValue.CLOSE); // its body may be on the way
        response.write(true, ByteBuffer.wrap(answer.body), callback);
    }

    private void run(Request request, Response response, Callback callback) {
        queued.decrementAndGet();
        try {
            if (!super.handle(request, response, callback)) {
                Response.writeError(request, response, callback, HttpStatus.NOT_FOUND_404);
            }
        } catch (Throwable failure) {
            Response.writeError(request, response, callback, failure);
        }
    }

    @Override
    public InvocationType getInvocationType() {
        return InvocationType.NON_BLOCKING;
    }
}
