package dev.piecewise.bench.engine;

import dev.piecewise.core.metainfo.Metainfo;
import java.io.BufferedReader;
import java.io.IOException;
import java.io.InputStreamReader;
import java.net.InetSocketAddress;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.channels.ServerSocketChannel;
import java.nio.channels.SocketChannel;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.security.MessageDigest;
import java.util.Arrays;
import java.util.Locale;
import java.util.concurrent.ArrayBlockingQueue;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Parameters;

/**
 * {@code bench/run floor-node}: what a transfer costs without any protocol: sendfile; then receive in one thread, SHA-1 in order
 * and positional writes in another. Started by {@code bench/run engine}.
 */
@Command(name = "floor-node", hidden = true)
public final class FloorNodeMain implements Callable<Integer> {
    private static final int PORT = 6881;
    private static final int BUFFER_BYTES = 256 * 1024;
    private static final int BUFFERS = 16;
    private static final int ARRAY_BYTES = 64 * 1024;

    @Parameters(index = "0")
    private String role = "";

    @Parameters(index = "1")
    private Path torrents = Path.of("");

    @Parameters(index = "2")
    private Path data = Path.of("");

    @Parameters(index = "3")
    private String address = "";

    @Override
    public Integer call() throws Exception {
        Torrents wanted = new Torrents(torrents);
        Metainfo torrent = wanted.all().get(0);
        String name = torrent.info().content().name();
        BufferedReader orders = new BufferedReader(new InputStreamReader(System.in, StandardCharsets.UTF_8));
        if (role.equals("seed")) {
            seed(wanted.files().resolve(name));
        } else {
            System.out.println("READY");
            String seed = orders.readLine().split(" ", -1)[0];
            leech(torrent, seed, data.resolve(name));
            System.out.println(String.format(Locale.ROOT, "DONE %.3f", System.currentTimeMillis() / 1e3));
            orders.readLine();
        }
        return 0;
    }

    private void seed(Path file) throws IOException {
        try (ServerSocketChannel door = ServerSocketChannel.open()) {
            door.bind(new InetSocketAddress(address, PORT));
            System.out.println("READY");
            while (true) {
                SocketChannel leech = door.accept();
                Thread sender = new Thread(() -> send(file, leech), "sender");
                sender.setDaemon(true);
                sender.start();
            }
        }
    }

    private static void send(Path file, SocketChannel leech) {
        try (FileChannel channel = FileChannel.open(file);
                leech) {
            for (long at = 0; at < channel.size(); ) {
                at += channel.transferTo(at, Math.min(BUFFER_BYTES, channel.size() - at), leech);
            }
        } catch (IOException e) {
            throw new java.io.UncheckedIOException(e);
        }
    }

    private static void leech(Metainfo torrent, String seed, Path file) throws Exception {
        BlockingQueue<ByteBuffer> free = new ArrayBlockingQueue<>(BUFFERS);
        BlockingQueue<ByteBuffer> full = new ArrayBlockingQueue<>(BUFFERS);
        for (int i = 0; i < BUFFERS; i++) {
            free.add(ByteBuffer.allocateDirect(BUFFER_BYTES));
        }
        Thread receiver = new Thread(() -> receive(seed, free, full), "receiver");
        receiver.setDaemon(true);
        receiver.start();
        long total = torrent.info().content().layout().totalBytes();
        int pieceBytes = torrent.info().content().layout().pieceBytes();
        MessageDigest sha1 = Torrents.sha1();
        byte[] array = new byte[ARRAY_BYTES];
        try (FileChannel channel = FileChannel.open(file, StandardOpenOption.CREATE, StandardOpenOption.WRITE)) {
            for (long at = 0; at < total; ) {
                ByteBuffer buffer = full.take();
                ByteBuffer copy = buffer.duplicate();
                for (long hashed = at; copy.hasRemaining(); ) {
                    int part =
                            (int) Math.min(Math.min(ARRAY_BYTES, copy.remaining()), pieceBytes - hashed % pieceBytes);
                    copy.get(array, 0, part);
                    sha1.update(array, 0, part);
                    hashed += part;
                    if (hashed % pieceBytes == 0 || hashed == total) {
                        check(torrent, (int) ((hashed - 1) / pieceBytes), sha1.digest());
                    }
                }
                while (buffer.hasRemaining()) {
                    at += channel.write(buffer, at);
                }
                free.put(buffer.clear());
            }
        }
    }

    private static void check(Metainfo torrent, int piece, byte[] hash) throws IOException {
        if (!Arrays.equals(torrent.info().hashes().get(piece).bytes(), hash)) {
            throw new IOException("piece " + piece + " is wrong");
        }
    }

    private static void receive(String seed, BlockingQueue<ByteBuffer> free, BlockingQueue<ByteBuffer> full) {
        try (SocketChannel channel = SocketChannel.open(new InetSocketAddress(seed, PORT))) {
            ByteBuffer buffer = free.take();
            while (channel.read(buffer) >= 0) {
                full.put(buffer.flip());
                buffer = free.take();
            }
        } catch (IOException e) {
            throw new java.io.UncheckedIOException(e);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
    }
}
