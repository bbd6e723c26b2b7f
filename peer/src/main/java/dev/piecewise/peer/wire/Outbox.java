package dev.piecewise.peer.wire;

import bt.protocol.Message;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.WritableByteChannel;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Deque;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * What one peer is to be sent: short messages and blocks. Anyone may add; one thread at a time sends. Short messages overtake
 * blocks that have not begun. No bytes of blocks are kept here: what a full socket did not take is read again later, so a slow
 * peer costs no memory.
 */
final class Outbox {
    /** How a turn of sending ended. */
    enum Turn {
        /** All is sent; the sender's role is given up. */
        EMPTY,
        /** The socket takes no more for now. */
        SOCKET_FULL,
        /** There is more, but others wait too. */
        OTHERS_FIRST,
        /** A limit holds it up. */
        LIMITED
    }

    /** Where the bytes of blocks come from; faults are the torrent's. */
    interface Blocks {
        void read(int piece, int offset, ByteBuffer into);

        int transferTo(int piece, int offset, int bytes, WritableByteChannel target) throws IOException;

        void sent(int payloadBytes);
    }

    /** More unanswered requests than this are refused. */
    static final int MOST_REQUESTS = 2000;

    private static final int HEADER_BYTES = FrameParser.BLOCK_HEADER_BYTES;
    private static final int TURN_BYTES = 2 << 20;
    /** Shorter blocks are copied, several to a system call. */
    private static final int SENDFILE_BYTES = 64 * 1024;
    /** What is sent along with the header of a block whose rest goes by sendfile: no packet for 13 bytes. */
    private static final int LEAD_BYTES = 4 * 1024;

    private static final class Upload {
        private final int piece;
        private final int offset;
        private final int length;
        private int sent;

        Upload(int piece, int offset, int length) {
            this.piece = piece;
            this.offset = offset;
            this.length = length;
        }

        int left() {
            return HEADER_BYTES + length - sent;
        }
    }

    /** A part of the staging; messages if there is no block. */
    private record Staged(@Nullable Upload upload, int at, int bytes) {}

    private final MessageCodec codec;
    private final Blocks blocks;
    private final RateLimit limit;
    private final boolean sendfile;

    // Guarded by this.
    private final Deque<Upload> uploads = new ArrayDeque<>();
    private ByteBuffer messages = ByteBuffer.allocate(512);
    private boolean sending;
    private boolean closed;

    // Of whoever sends.
    private ByteBuffer leaving = ByteBuffer.allocate(512).limit(0);
    private @Nullable Upload current;
    private final List<Staged> staged = new ArrayList<>();

    Outbox(MessageCodec codec, Blocks blocks, RateLimit limit, boolean sendfile) {
        this.codec = codec;
        this.blocks = blocks;
        this.limit = limit;
        this.sendfile = sendfile;
    }

    synchronized void add(Message message) {
        while (!codec.encode(message, messages)) {
            messages = ByteBuffer.allocate(2 * messages.capacity()).put(messages.flip());
        }
    }

    /** @return false if the peer asks for too much */
    synchronized boolean addBlock(int piece, int offset, int length) {
        if (uploads.size() >= MOST_REQUESTS) {
            return false;
        }
        if (!closed) {
            uploads.add(new Upload(piece, offset, length));
        }
        return true;
    }

    /** @return whether the block was waiting, and does no more */
    synchronized boolean cancel(int piece, int offset, int length) {
        return uploads.removeIf(upload ->
                upload.piece == piece && upload.offset == offset && upload.length == length && upload.sent == 0);
    }

    /** Told of each block that will not be sent. */
    interface Cancelled {
        void block(int piece, int offset, int length);
    }

    /** Removes waiting blocks of this piece, or all if it is negative. */
    synchronized void cancelAll(int piece, Cancelled cancelled) {
        uploads.removeIf(upload -> {
            boolean cancel = upload.sent == 0 && (piece < 0 || upload.piece == piece);
            if (cancel) {
                cancelled.block(upload.piece, upload.offset, upload.length);
            }
            return cancel;
        });
    }

    /** Takes the sender's role, if it is free and there is something to send. */
    synchronized boolean begin() {
        if (sending || closed || (current == null && uploads.isEmpty() && !hasMessages())) {
            return false;
        }
        sending = true;
        return true;
    }

    /** Whether blocks are to be sent, for which a store must be read; for the sender. */
    synchronized boolean hasBlocks() {
        return current != null || !uploads.isEmpty();
    }

    /** Gives the sender's role up before all is sent. */
    synchronized void end() {
        sending = false;
    }

    synchronized void close() {
        closed = true;
        uploads.clear();
    }

    private boolean hasMessages() {
        return messages.position() > 0 || leaving.hasRemaining();
    }

    /** Sends for a while. After {@link Turn#EMPTY} the role is given up, else it is kept. */
    Turn send(WritableByteChannel channel, ByteBuffer staging) throws IOException {
        int budget = TURN_BYTES;
        while (budget > 0) {
            int allowed = limit.available();
            Upload upload = current;
            int sent;
            boolean full;
            if (upload != null && upload.sent > HEADER_BYTES && isBySendfile(upload)) {
                if (allowed == 0) {
                    return Turn.LIMITED;
                }
                int done = upload.sent - HEADER_BYTES;
                int most = Math.min(allowed, upload.left());
                sent = blocks.transferTo(upload.piece, upload.offset + done, most, channel);
                advance(upload, sent);
                full = sent == 0;
            } else {
                stage(staging.clear(), allowed);
                if (staging.position() == 0) {
                    return endIfEmpty() ? Turn.EMPTY : Turn.LIMITED;
                }
                sent = channel.write(staging.flip());
                full = staging.hasRemaining();
                settle(sent);
            }
            budget -= sent;
            limit.take(sent);
            if (full) {
                return Turn.SOCKET_FULL;
            }
        }
        return Turn.OTHERS_FIRST;
    }

    private boolean isBySendfile(Upload upload) {
        return sendfile && upload.length >= SENDFILE_BYTES;
    }

    private synchronized boolean endIfEmpty() {
        boolean empty = !closed && !hasMessages() && !hasBlocks();
        if (empty || closed) {
            sending = false;
        }
        return empty || closed;
    }

    /**
     * Fills the staging with what goes next: the rest of the block that began, then messages, then blocks. Only the last of them
     * may be cut off.
     */
    private void stage(ByteBuffer staging, int allowed) {
        staged.clear();
        Upload unfinished = current;
        boolean whole = unfinished == null || (allowed > 0 && reserve(unfinished, staging, allowed));
        synchronized (this) {
            if (whole) {
                whole = stageMessages(staging);
            }
            while (whole && allowed > staging.position() && staging.remaining() > HEADER_BYTES && !uploads.isEmpty()) {
                whole = reserve(uploads.remove(), staging, allowed);
            }
        }
        for (Staged part : staged) {
            if (part.upload != null) {
                fill(
                        part.upload,
                        staging.duplicate().limit(part.at + part.bytes).position(part.at));
            }
        }
    }

    private boolean stageMessages(ByteBuffer staging) {
        if (!leaving.hasRemaining() && messages.position() > 0) {
            ByteBuffer empty = leaving.clear();
            leaving = messages.flip();
            messages = empty;
        }
        int bytes = Math.min(leaving.remaining(), staging.remaining());
        if (bytes > 0) {
            staged.add(new Staged(null, staging.position(), bytes));
            staging.put(leaving.duplicate().limit(leaving.position() + bytes));
        }
        return bytes == leaving.remaining();
    }

    /** @return whether the whole rest of the block has room */
    private boolean reserve(Upload upload, ByteBuffer staging, int allowed) {
        int bytes = Math.min(upload.left(), staging.remaining());
        bytes = Math.min(bytes, Math.max(HEADER_BYTES + 1, allowed - staging.position()));
        if (isBySendfile(upload)) {
            bytes = Math.min(bytes, HEADER_BYTES + LEAD_BYTES - upload.sent);
        }
        staged.add(new Staged(upload, staging.position(), bytes));
        staging.position(staging.position() + bytes);
        return bytes == upload.left();
    }

    private void fill(Upload upload, ByteBuffer into) {
        if (upload.sent < HEADER_BYTES) {
            ByteBuffer header = ByteBuffer.allocate(HEADER_BYTES)
                    .putInt(HEADER_BYTES - 4 + upload.length)
                    .put((byte) FrameParser.BLOCK_ID)
                    .putInt(upload.piece)
                    .putInt(upload.offset)
                    .flip()
                    .position(upload.sent);
            into.put(header.limit(Math.min(HEADER_BYTES, upload.sent + into.remaining())));
        }
        if (into.hasRemaining()) {
            blocks.read(upload.piece, upload.offset + Math.max(0, upload.sent - HEADER_BYTES), into);
        }
    }

    /** The socket took so many of the staged bytes; blocks of which it took none wait again. */
    private void settle(int sent) {
        int left = sent;
        List<Upload> unsent = new ArrayList<>(0);
        for (Staged part : staged) {
            int taken = Math.min(left, part.bytes);
            left -= taken;
            if (part.upload == null) {
                leaving.position(leaving.position() + taken);
            } else if (part.upload.sent + taken > 0) {
                advance(part.upload, taken);
            } else {
                unsent.add(0, part.upload);
            }
        }
        staged.clear();
        synchronized (this) {
            if (!closed) {
                unsent.forEach(uploads::addFirst);
            }
        }
    }

    private void advance(Upload upload, int bytes) {
        int before = Math.max(0, upload.sent - HEADER_BYTES);
        upload.sent += bytes;
        blocks.sent(Math.max(0, upload.sent - HEADER_BYTES) - before);
        current = upload.left() == 0 ? null : upload;
    }
}
