package dev.piecewise.bench.simulate;

/** Kinds of messages; blocks are no messages. */
enum Message {
    CONNECT(Party.PEER),
    HAVE(Party.PEER),
    REQUEST(Party.PEER),
    CANCEL(Party.PEER),
    REJECT(Party.PEER),
    SUGGEST(Party.PEER),
    CLAIM(Party.PEER),
    INTEREST(Party.PEER),
    CHOKE(Party.PEER),
    ASK(Party.TRACKER),
    ANNOUNCE(Party.TRACKER),
    NEWCOMERS(Party.TRACKER),
    HASHES(Party.TRACKER),
    HOLDINGS(Party.TRACKER),
    HEARTBEAT(Party.TRACKER),
    LEASE(Party.TRACKER),
    REPORT(Party.TRACKER);

    /** Between whom it goes. */
    enum Party {
        PEER,
        TRACKER
    }

    private final Party party;

    Message(Party party) {
        this.party = party;
    }

    Party party() {
        return party;
    }
}
