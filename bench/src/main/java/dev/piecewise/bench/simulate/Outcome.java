package dev.piecewise.bench.simulate;

import java.util.Map;

/**
 * How a simulation went. Of the nodes those count that were there from the start and were not killed.
 *
 * @param slowestOverBound of all nodes the largest multiple of its own bound
 * @param medianOverBound likewise
 * @param slowestSeconds until the last of them had all
 * @param lateOverBound the same of the nodes that came later, each from when it was asked; 0 if none did
 * @param noticedSeconds until whoever was owed blocks by a node that fell silent asked others for them; 0 if none did
 * @param firstPieceSeconds until each had one piece
 * @param originOverSize bytes read from the origin
 * @param readers processes that read some of them
 * @param mostReadOverSize bytes that the one read that read most
 * @param readerOverSize bytes that the seeder sent; 0 if there is none
 * @param wastedOverSize bytes that nodes received for nothing, in all, over those that they wanted
 * @param betweenZonesOverSize bytes that left a zone
 * @param uplinkBusy share of the time in which a node had something to send, on average
 * @param neighbours of a node half-way, on average
 * @param fewestNeighbours of any node then
 * @param mostNeighbours likewise
 * @param peerMessages a node, to other nodes
 * @param trackerMessages a node, to the tracker
 * @param messages of each kind, in all
 * @param trackerCpuSeconds of this machine
 * @param simulatedInSeconds on this machine
 */
record Outcome(
        double slowestOverBound,
        double medianOverBound,
        double slowestSeconds,
        double lateOverBound,
        double noticedSeconds,
        double firstPieceSeconds,
        double originOverSize,
        int readers,
        double mostReadOverSize,
        double readerOverSize,
        double wastedOverSize,
        double betweenZonesOverSize,
        double uplinkBusy,
        double neighbours,
        int fewestNeighbours,
        int mostNeighbours,
        double peerMessages,
        double trackerMessages,
        Map<Message, Long> messages,
        double trackerCpuSeconds,
        double simulatedInSeconds) {}
