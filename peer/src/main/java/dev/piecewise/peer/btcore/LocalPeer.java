package dev.piecewise.peer.btcore;

import bt.metainfo.TorrentId;
import bt.net.Peer;
import bt.peer.IPeerRegistry;
import bt.tracker.AnnounceKey;

/** Who we are, for handshakes. Peers come from our announce loop and are dialled by our address book. */
record LocalPeer(Peer getLocalPeer) implements IPeerRegistry {
    @Override
    public void addPeer(TorrentId torrentId, Peer peer) {}

    @Override
    public void addPeerSource(TorrentId torrentId, AnnounceKey announceKey) {}

    @Override
    public void triggerPeerCollection(TorrentId torrentId) {}
}
