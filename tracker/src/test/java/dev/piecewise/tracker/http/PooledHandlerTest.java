package dev.piecewise.tracker.http;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.concurrent.BlockingQueue;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.TimeUnit;
import org.eclipse.jetty.server.Handler;
import org.eclipse.jetty.server.LocalConnector;
import org.eclipse.jetty.server.Request;
import org.eclipse.jetty.server.Response;
import org.eclipse.jetty.server.Server;
import org.eclipse.jetty.util.Callback;
import org.junit.jupiter.api.Test;

class PooledHandlerTest {
    private static final String REQUEST = "GET / HTTP/1.1\r\nHost: tracker\r\n\r\n";

    /** Answers 204. */
    private static final class Nothing extends Handler.Abstract.NonBlocking {
        @Override
        public boolean handle(Request request, Response response, Callback callback) {
            response.setStatus(204);
            callback.succeeded();
            return true;
        }
    }

    private static String answer(LocalConnector.LocalEndPoint connection) throws Exception {
        return connection.getResponse(false, 10, TimeUnit.SECONDS);
    }

    @Test
    void whatMoreThanIsToBeQueuedIsAskedForAgainLater() throws Exception {
        BlockingQueue<Runnable> pool = new LinkedBlockingQueue<>();
        Server server = new Server();
        LocalConnector connector = new LocalConnector(server);
        server.addConnector(connector);
        server.setHandler(new PooledHandler(new Nothing(), pool::add, 1));
        server.start();
        try {
            LocalConnector.LocalEndPoint first = connector.executeRequest(REQUEST);
            Runnable task = pool.take();
            assertThat(answer(connector.executeRequest(REQUEST)))
                    .startsWith("HTTP/1.1 503")
                    .contains("Retry-After: 1", "STALLED", "Connection: close");
            task.run();
            assertThat(answer(first)).startsWith("HTTP/1.1 204");
            LocalConnector.LocalEndPoint next = connector.executeRequest(REQUEST);
            pool.take().run();
            assertThat(answer(next)).startsWith("HTTP/1.1 204");
        } finally {
            server.stop();
        }
    }
}
