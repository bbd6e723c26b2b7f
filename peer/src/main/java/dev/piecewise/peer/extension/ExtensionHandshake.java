package dev.piecewise.peer.extension;

import dev.piecewise.core.Place;
import dev.piecewise.core.bencode.BDictionary;
import dev.piecewise.core.bencode.BInteger;
import dev.piecewise.core.bencode.BString;
import dev.piecewise.core.bencode.Bencode;
import dev.piecewise.core.bencode.BencodeValue;
import dev.piecewise.core.fault.PeerFault;
import dev.piecewise.core.fault.PiecewiseFault.Kind;
import java.util.HashMap;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalInt;

/**
 * What a peer says of itself in the extension handshake (BEP 10). There is no {@code ut_pex}: our peers come from the tracker
 * alone.
 *
 * @param metadataId {@code m.ut_metadata}: how to number metadata messages to this peer; absent or 0 if it has no use for them
 * @param metadataBytes {@code metadata_size}: size of the info dictionary, if the peer has it; not checked
 * @param port {@code p}: where the peer accepts connections
 * @param requestQueue {@code reqq}: outstanding requests that the peer takes
 * @param blockBytes {@code pw_block}, ours alone: the largest block that the peer sends for one request; absent means 16 KiB
 * @param claimId {@code m.pw_claim}, ours alone: how to number messages that claim pieces, see {@link ClaimMessage}
 * @param place {@code pw_zone} and {@code pw_rack}, ours alone: where the peer stands
 * @param client {@code v}: name and version
 */
public record ExtensionHandshake(
        OptionalInt metadataId,
        Optional<Long> metadataBytes,
        OptionalInt port,
        OptionalInt requestQueue,
        OptionalInt blockBytes,
        OptionalInt claimId,
        Place place,
        Optional<String> client) {
    static final int ID = 0;
    private static final String METADATA = "ut_metadata";
    private static final String CLAIM = "pw_claim";
    private static final int MAX_ID = 255;
    private static final int MAX_PORT = 65_535;

    byte[] encode() {
        Map<String, BencodeValue> fields = new HashMap<>();
        Map<String, BencodeValue> messages = new HashMap<>();
        metadataId.ifPresent(id -> messages.put(METADATA, new BInteger(id)));
        claimId.ifPresent(id -> messages.put(CLAIM, new BInteger(id)));
        fields.put("m", BDictionary.of(messages));
        metadataBytes.ifPresent(bytes -> fields.put("metadata_size", new BInteger(bytes)));
        port.ifPresent(number -> fields.put("p", new BInteger(number)));
        requestQueue.ifPresent(count -> fields.put("reqq", new BInteger(count)));
        blockBytes.ifPresent(bytes -> fields.put("pw_block", new BInteger(bytes)));
        if (!place.equals(Place.UNKNOWN)) {
            fields.put("pw_zone", BString.of(place.zone()));
            fields.put("pw_rack", BString.of(place.rack()));
        }
        client.ifPresent(name -> fields.put("v", BString.of(name)));
        return Bencode.encode(BDictionary.of(fields));
    }

    /**
     * Reads one; what makes no sense or is unknown is as if it were absent.
     *
     * @throws PeerFault if it is no dictionary
     */
    static ExtensionHandshake decode(byte[] bytes) {
        if (!(Bencode.decodePrefix(bytes).value() instanceof BDictionary fields)) {
            throw new PeerFault(Kind.FAILED, "an extension handshake that is no dictionary");
        }
        return new ExtensionHandshake(
                message(fields, METADATA),
                fields.get("metadata_size", BInteger.class).map(BInteger::value).filter(size -> size > 0),
                number(fields, "p", MAX_PORT),
                number(fields, "reqq", Integer.MAX_VALUE),
                number(fields, "pw_block", Integer.MAX_VALUE),
                message(fields, CLAIM),
                place(fields),
                fields.get("v", BString.class).flatMap(BString::text));
    }

    private static OptionalInt message(BDictionary fields, String name) {
        return fields.get("m", BDictionary.class)
                .map(messages -> number(messages, name, MAX_ID))
                .orElse(OptionalInt.empty());
    }

    private static Place place(BDictionary fields) {
        try {
            return new Place(text(fields, "pw_zone"), text(fields, "pw_rack"));
        } catch (IllegalArgumentException e) {
            return Place.UNKNOWN;
        }
    }

    private static String text(BDictionary fields, String key) {
        return fields.get(key, BString.class).flatMap(BString::text).orElse("");
    }

    private static OptionalInt number(BDictionary fields, String key, int most) {
        long value = fields.get(key, BInteger.class).map(BInteger::value).orElse(0L);
        return value > 0 && value <= most ? OptionalInt.of((int) value) : OptionalInt.empty();
    }

    /** This one where it speaks, else what an earlier one said: a later handshake may leave out what did not change. */
    ExtensionHandshake orElse(ExtensionHandshake earlier) {
        return new ExtensionHandshake(
                metadataId.isPresent() ? metadataId : earlier.metadataId,
                metadataBytes.or(() -> earlier.metadataBytes),
                port.isPresent() ? port : earlier.port,
                requestQueue.isPresent() ? requestQueue : earlier.requestQueue,
                blockBytes.isPresent() ? blockBytes : earlier.blockBytes,
                claimId.isPresent() ? claimId : earlier.claimId,
                place.equals(Place.UNKNOWN) ? earlier.place : place,
                client.or(() -> earlier.client));
    }
}
