package dev.piecewise.peer.extension;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatCode;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.piecewise.core.bencode.BDictionary;
import dev.piecewise.core.bencode.BInteger;
import dev.piecewise.core.bencode.BString;
import dev.piecewise.core.bencode.Bencode;
import dev.piecewise.core.bencode.BencodeValue;
import dev.piecewise.core.fault.PeerFault;
import dev.piecewise.core.metainfo.EncodedInfo;
import dev.piecewise.peer.TestArtifact;
import java.io.ByteArrayOutputStream;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Deque;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalInt;
import net.jqwik.api.Example;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import net.jqwik.api.constraints.IntRange;
import net.jqwik.api.constraints.Size;

class ExtensionSessionTest {
    private static final int KIB = 1024;
    private static final int BLOCK = 16 * KIB;

    /** Of so many pieces that the info dictionary needs several blocks. */
    private static final EncodedInfo LONG = info(2_000);

    private static EncodedInfo info(int pieces) {
        return EncodedInfo.of(
                TestArtifact.single("file", pieces * 16 * KIB, 16 * KIB).info());
    }

    private static ExtensionSession server(EncodedInfo info) {
        return ExtensionSession.serving(1, 250, OptionalInt.empty(), Optional.empty(), Optional.of(info));
    }

    private static ExtensionSession client(EncodedInfo info) {
        return ExtensionSession.fetching(2, info.infoHash());
    }

    private static ByteBuffer onWire(ExtensionMessage message) {
        ByteBuffer payload = ByteBuffer.allocate(message.payloadBytes());
        message.writeTo(payload);
        return payload.flip();
    }

    private static List<ExtensionMessage> give(ExtensionSession session, ByteBuffer message) {
        ByteBuffer payload = message.duplicate();
        return session.receive(payload.get() & 0xff, payload);
    }

    private static ByteBuffer raw(int id, Map<String, BencodeValue> fields, byte[] tail) {
        byte[] head = Bencode.encode(BDictionary.of(fields));
        return ByteBuffer.allocate(1 + head.length + tail.length)
                .put((byte) id)
                .put(head)
                .put(tail)
                .flip();
    }

    private static ByteBuffer handshake(long metadataBytes) {
        return raw(
                0,
                Map.of(
                        "m",
                        BDictionary.of(Map.of("ut_metadata", new BInteger(9))),
                        "metadata_size",
                        new BInteger(metadataBytes)),
                new byte[0]);
    }

    private static ByteBuffer request(long block) {
        return raw(1, Map.of("msg_type", new BInteger(0), "piece", new BInteger(block)), new byte[0]);
    }

    private static ByteBuffer data(long block, long total, int length) {
        return raw(
                1,
                Map.of("msg_type", new BInteger(1), "piece", new BInteger(block), "total_size", new BInteger(total)),
                new byte[length]);
    }

    /** Lets two sessions talk until nobody has anything to say. */
    private static void talk(ExtensionSession left, ExtensionSession right) {
        record Letter(ExtensionSession to, ExtensionSession from, ExtensionMessage message) {}
        Deque<Letter> post = new ArrayDeque<>();
        post.add(new Letter(left, right, right.handshake()));
        post.add(new Letter(right, left, left.handshake()));
        while (!post.isEmpty()) {
            Letter letter = post.poll();
            give(letter.to(), onWire(letter.message()))
                    .forEach(answer -> post.add(new Letter(letter.from(), letter.to(), answer)));
        }
    }

    @Property(tries = 12)
    void metadataOfAnySizeArrivesAsItWasSent(@ForAll @IntRange(min = 1, max = 4_000) int pieces) {
        EncodedInfo info = info(pieces);
        ExtensionSession client = client(info);
        talk(server(info), client);
        assertThat(client.metadata()).hasValue(info.bytes());
    }

    @Example
    void metadataOfExactlyWholeBlocksArrives() {
        byte[] padded = paddedTo(2 * BLOCK);
        EncodedInfo info = EncodedInfo.parse(padded);
        ExtensionSession client = client(info);
        talk(server(info), client);
        assertThat(client.metadata()).hasValue(padded);
    }

    private static byte[] paddedTo(int bytes) {
        for (int filler = bytes; ; filler--) {
            Map<String, BencodeValue> fields = new HashMap<>();
            ((BDictionary) Bencode.decode(info(1).bytes()))
                    .entries()
                    .forEach((key, value) -> fields.put(key.toString(), value));
            fields.put("source", BString.of("x".repeat(filler)));
            byte[] encoded = Bencode.encode(BDictionary.of(fields));
            if (encoded.length == bytes) {
                return encoded;
            }
        }
    }

    @Example
    void theHandshakeSaysWhatWeAreAndOffersNoPeerExchange() {
        ByteBuffer payload = onWire(server(LONG).handshake());
        assertThat(payload.get()).isZero();
        byte[] dictionary = new byte[payload.remaining()];
        payload.get(dictionary);
        BDictionary fields = (BDictionary) Bencode.decode(dictionary);
        assertThat(fields.get("m")).hasValue(BDictionary.of(Map.of("ut_metadata", new BInteger(1))));
        assertThat(fields.get("metadata_size")).hasValue(new BInteger(LONG.bytes().length));
        assertThat(fields.get("p")).hasValue(new BInteger(1));
        assertThat(fields.get("reqq")).hasValue(new BInteger(250));
        assertThat(fields.get("v", BString.class).flatMap(BString::text)).hasValue("Piecewise");
    }

    @Example
    void noMoreThanAFewBlocksAreAskedForAtATime() {
        ExtensionSession client = client(LONG);
        assertThat(give(client, handshake(16 * KIB * 100))).hasSizeBetween(1, 8);
        assertThat(give(client, data(0, 16 * KIB * 100, BLOCK))).hasSize(1);
    }

    @Example
    void messagesAreNumberedAsTheReceiverWants() {
        assertThat(give(client(LONG), handshake(100)))
                .extracting(ExtensionMessage::id)
                .containsExactly(9);
    }

    @Example
    void metadataThatDoesNotMatchTheInfohashIsALie() {
        ExtensionSession client = client(LONG);
        give(client, handshake(100));
        assertThatThrownBy(() -> give(client, data(0, 100, 100)))
                .isInstanceOf(PeerFault.class)
                .hasMessageContaining("does not match");
        assertThat(client.metadata()).isEmpty();
    }

    @Property
    void aSizeThatNoInfoDictionaryHasIsRefused(@ForAll long size) {
        ExtensionSession client = client(LONG);
        if (size > 16 * KIB * KIB) {
            assertThatThrownBy(() -> give(client, handshake(size))).isInstanceOf(PeerFault.class);
        } else if (size <= 0) {
            assertThat(give(client, handshake(size))).isEmpty();
            assertThat(client.isPointless()).isTrue();
        }
    }

    @Example
    void aSizeThatChangesIsRefused() {
        ExtensionSession client = client(LONG);
        give(client, handshake(100));
        assertThatCode(() -> give(client, handshake(100))).doesNotThrowAnyException();
        assertThatThrownBy(() -> give(client, handshake(101))).isInstanceOf(PeerFault.class);
    }

    @Example
    void blocksThatWereNotAskedForTwiceSentOrOfWrongSizeAreRefused() {
        long total = 3L * BLOCK + 7;
        List<ByteBuffer> wrong = List.of(
                data(0, total + 1, BLOCK),
                data(0, total, BLOCK - 1),
                data(0, total, BLOCK + 1),
                data(0, total, 0),
                data(3, total, BLOCK),
                data(4, total, BLOCK),
                data(Long.MAX_VALUE, total, BLOCK),
                data((1L << 32) + 1, total, BLOCK));
        for (ByteBuffer message : wrong) {
            ExtensionSession client = client(LONG);
            give(client, handshake(total));
            assertThatThrownBy(() -> give(client, message)).isInstanceOf(PeerFault.class);
        }
        ExtensionSession client = client(LONG);
        give(client, handshake(total));
        give(client, data(3, total, 7));
        assertThatThrownBy(() -> give(client, data(3, total, 7))).isInstanceOf(PeerFault.class);
    }

    @Example
    void dataBeforeTheHandshakeOrToWhoeverDoesNotAskIsRefused() {
        assertThatThrownBy(() -> give(client(LONG), data(0, 7, 7))).isInstanceOf(PeerFault.class);
        ExtensionSession server = server(LONG);
        give(server, handshake(7));
        assertThatThrownBy(() -> give(server, data(0, 7, 7))).isInstanceOf(PeerFault.class);
    }

    @Example
    void aRejectEndsTheAsking() {
        ExtensionSession client = client(LONG);
        give(client, handshake(7));
        ByteBuffer reject = raw(1, Map.of("msg_type", new BInteger(2), "piece", new BInteger(0)), new byte[0]);
        assertThatThrownBy(() -> give(client, reject)).isInstanceOf(PeerFault.class);
    }

    @Example
    void requestsOutOfRangeAreRejectedAndAFloodIsCutOff() {
        ExtensionSession server = server(LONG);
        give(server, handshake(7));
        assertThat(typeOf(give(server, request(1_000)))).isEqualTo(2);
        assertThat(typeOf(give(server, request(Long.MAX_VALUE)))).isEqualTo(2);
        assertThat(typeOf(give(server, request(0)))).isEqualTo(1);
        assertThatThrownBy(() -> {
                    for (int i = 0; i < 1_000; i++) {
                        give(server, request(0));
                    }
                })
                .isInstanceOf(PeerFault.class);
    }

    private static long typeOf(List<ExtensionMessage> answers) {
        assertThat(answers).hasSize(1);
        byte[] head = new byte[answers.get(0).head().remaining()];
        answers.get(0).head().duplicate().get(head);
        return ((BDictionary) Bencode.decode(head))
                .get("msg_type", BInteger.class)
                .orElseThrow()
                .value();
    }

    @Example
    void aBlockMayBeAskedForAgainButNotForEver() {
        ExtensionSession server = server(LONG);
        give(server, handshake(7));
        List<Long> types = new ArrayList<>();
        for (int i = 0; i < 5; i++) {
            types.add(typeOf(give(server, request(1))));
        }
        assertThat(types).containsExactly(1L, 1L, 1L, 2L, 2L);
    }

    @Example
    void whoeverHasNoMetadataRejectsAndIsLeft() {
        ExtensionSession without =
                ExtensionSession.serving(1, 1, OptionalInt.empty(), Optional.empty(), Optional.empty());
        give(without, handshake(7));
        assertThat(typeOf(give(without, request(0)))).isEqualTo(2);
        ExtensionSession client = client(LONG);
        talk(without, client);
        assertThat(client.isPointless()).isTrue();
    }

    @Example
    void kindsOfMessagesThatNobodyKnowsAreIgnored() {
        ExtensionSession client = client(LONG);
        give(client, handshake(7));
        ByteBuffer unknown = raw(1, Map.of("msg_type", new BInteger(77)), new byte[0]);
        assertThat(give(client, unknown)).isEmpty();
        assertThat(give(client, raw(200, Map.of(), new byte[0]))).isEmpty();
    }

    @Property
    void whateverArrivesGivesBoundedAnswersOrAPeerFault(
            @ForAll @Size(max = 6) List<@Size(max = 60) byte[]> bodies, @ForAll @IntRange(max = 2) int id) {
        for (ExtensionSession session : List.of(server(info(1)), client(LONG))) {
            try {
                for (byte[] body : bodies) {
                    ByteArrayOutputStream payload = new ByteArrayOutputStream();
                    payload.write(id);
                    payload.writeBytes(body);
                    assertThat(give(session, ByteBuffer.wrap(payload.toByteArray())))
                            .hasSizeLessThan(10);
                }
            } catch (PeerFault expected) {
                assertThat(expected.getMessage()).isNotBlank();
            }
        }
    }

    @Property
    void bytesOfARealConversationThatChangeOnTheWayNeverBreakAnythingElse(
            @ForAll @IntRange(max = 200) int at, @ForAll byte value) {
        ExtensionSession client = client(LONG);
        ExtensionSession server = server(LONG);
        try {
            ByteBuffer theirs = spoilt(onWire(server.handshake()), at, value);
            give(server, onWire(client.handshake()));
            for (ExtensionMessage request : give(client, theirs)) {
                for (ExtensionMessage data : give(server, spoilt(onWire(request), at, value))) {
                    give(client, spoilt(onWire(data), at, value));
                }
            }
        } catch (PeerFault expected) {
            assertThat(expected.getMessage()).isNotBlank();
        }
    }

    private static ByteBuffer spoilt(ByteBuffer payload, int at, byte value) {
        return payload.put(at % payload.limit(), value);
    }

    @Example
    void emptyAndEndlessMessagesAreRefused() {
        assertThatThrownBy(() -> give(client(LONG), ByteBuffer.allocate(1))).isInstanceOf(PeerFault.class);
        assertThatThrownBy(() -> give(client(LONG), ByteBuffer.allocate(100_000)))
                .isInstanceOf(PeerFault.class);
        byte[] text = "\0i7e".getBytes(StandardCharsets.US_ASCII);
        assertThatThrownBy(() -> give(client(LONG), ByteBuffer.wrap(text))).isInstanceOf(PeerFault.class);
    }
}
