package dev.piecewise.peer.wire;

import bt.protocol.Message;

/** The messages that bt-core lacks: those of the Fast extension (BEP 6) and undecoded extended ones (BEP 10). */
sealed interface FastMessage extends Message {
    int SUGGEST_ID = 13;
    int HAVE_ALL_ID = 14;
    int HAVE_NONE_ID = 15;
    int REJECT_ID = 16;
    int ALLOWED_FAST_ID = 17;
    int EXTENDED_ID = 20;

    /** In place of a bitfield: every piece. */
    record HaveAll() implements FastMessage {
        @Override
        public Integer getMessageId() {
            return HAVE_ALL_ID;
        }
    }

    /** In place of a bitfield: no piece. */
    record HaveNone() implements FastMessage {
        @Override
        public Integer getMessageId() {
            return HAVE_NONE_ID;
        }
    }

    /** The piece is a good one to ask for next. */
    record Suggest(int piece) implements FastMessage {
        @Override
        public Integer getMessageId() {
            return SUGGEST_ID;
        }
    }

    /** A request will not be answered. */
    record Reject(int piece, int offset, int length) implements FastMessage {
        @Override
        public Integer getMessageId() {
            return REJECT_ID;
        }
    }

    /** A message of an extension. */
    final class Extended implements FastMessage {
        private final int id;
        private final byte[] payload;

        Extended(int id, byte[] payload) {
            this.id = id;
            this.payload = payload;
        }

        /** 0 is the extended handshake, others are what the receiver of the message announced there. */
        int id() {
            return id;
        }

        byte[] payload() {
            return payload;
        }

        @Override
        public Integer getMessageId() {
            return EXTENDED_ID;
        }
    }
}
