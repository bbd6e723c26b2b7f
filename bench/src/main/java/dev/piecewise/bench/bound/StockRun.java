package dev.piecewise.bench.bound;

import dev.piecewise.bench.Payload;
import dev.piecewise.bench.Program;
import dev.piecewise.core.ArtifactContent;
import dev.piecewise.core.FileEntry;
import dev.piecewise.core.PieceHash;
import dev.piecewise.core.PieceLayout;
import dev.piecewise.core.metainfo.InfoDictionary;
import dev.piecewise.core.metainfo.Metainfo;
import java.io.DataInputStream;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/** A stock client as seed and as all leeches, on the same pieces; a contestant for the warm rows. */
abstract class StockRun implements Contestant {
    /** The seed, started; returns when it has checked its file and serves. */
    abstract Program seed(Star star, Path torrent, Path directory) throws IOException, InterruptedException;

    /** A leech that waits for {@link Leech#go}, or is not started before. */
    abstract Leech leech(Star star, int number, Path torrent, Path directory) throws IOException, InterruptedException;

    /** One leech. */
    interface Leech {
        void go() throws IOException;

        Program program();

        /** When its last piece was verified, in seconds of the epoch. */
        double awaitDone(Setting setting) throws IOException, InterruptedException;
    }

    @Override
    public final Measured run(Setting setting, Star star, Path directory) throws IOException, InterruptedException {
        Payload payload = setting.payload();
        List<Program> running = new ArrayList<>();
        try (HarnessTracker tracker = new HarnessTracker()) {
            Path torrent = torrent(setting, directory, tracker.announceUrl());
            Path seedDirectory = Files.createDirectories(directory.resolve("seed"));
            Files.createLink(seedDirectory.resolve(payload.file().getFileName()), payload.file());
            Program seeder = seed(star, torrent, seedDirectory);
            running.add(seeder);
            List<Leech> leeches = new ArrayList<>();
            for (int i = 1; i <= setting.nodes(); i++) {
                leeches.add(leech(star, i, torrent, Files.createDirectories(directory.resolve("n" + i))));
            }
            double seederCpu = -seeder.cpuSeconds();
            long seederSent = -star.sentBytes("seeder");
            long zoneBytes = -star.zoneBytes();
            double started = System.currentTimeMillis() / 1e3;
            for (Leech leech : leeches) {
                leech.go();
                running.add(leech.program());
            }
            List<Double> seconds = new ArrayList<>();
            for (Leech leech : leeches) {
                seconds.add(leech.awaitDone(setting) - started);
            }
            seederSent += star.sentBytes("seeder");
            zoneBytes += star.zoneBytes();
            seederCpu += seeder.cpuSeconds();
            double nodeCpu = 0;
            long peak = 0;
            boolean correct = true;
            for (int i = 1; i <= setting.nodes(); i++) {
                Program program = leeches.get(i - 1).program();
                nodeCpu += program.cpuSeconds();
                peak = Math.max(peak, program.peakResidentBytes());
                correct &= payload.equalsCopy(
                        directory.resolve("n" + i).resolve(payload.file().getFileName()));
            }
            return new Measured(
                    seconds, List.of(), -1, seederSent, zoneBytes, nodeCpu / setting.nodes(), seederCpu, peak, correct);
        } finally {
            running.forEach(Program::close);
        }
    }

    private static Path torrent(Setting setting, Path directory, String announceUrl) throws IOException {
        PieceLayout layout = new PieceLayout(setting.payload().bytes(), setting.pieceBytes());
        List<PieceHash> hashes = new ArrayList<>();
        try (DataInputStream in =
                new DataInputStream(Files.newInputStream(setting.payload().file()))) {
            MessageDigest sha1 = MessageDigest.getInstance("SHA-1");
            for (int piece = 0; piece < layout.pieceCount(); piece++) {
                hashes.add(PieceHash.of(sha1.digest(in.readNBytes(layout.lengthOf(piece)))));
            }
        } catch (NoSuchAlgorithmException e) {
            throw new IllegalStateException("every Java platform has SHA-1", e);
        }
        String name = setting.payload().file().getFileName().toString();
        ArtifactContent content = new ArtifactContent(
                name, true, List.of(new FileEntry(name, setting.payload().bytes())), layout);
        Metainfo metainfo = Metainfo.of(new InfoDictionary(content, hashes, true), Optional.of(announceUrl), List.of());
        return Files.write(directory.resolve("payload.torrent"), metainfo.encode());
    }

    /** Starts a program of the star without any variable of its own. */
    static Program start(Star star, String host, Path log, String... command) throws IOException {
        return star.start(host, log, Map.of(), List.of(command));
    }
}
