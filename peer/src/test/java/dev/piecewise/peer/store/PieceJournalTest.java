package dev.piecewise.peer.store;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.BitSet;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.TreeMap;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import org.junit.jupiter.api.Test;

class PieceJournalTest {
    private static final int PIECES = 6;
    private static final int UNITS = 100;

    /** What a journal should say, kept in the simplest way. */
    private record Model(BitSet held, Map<Integer, BitSet> written) {
        Model copy() {
            Map<Integer, BitSet> copies = new TreeMap<>();
            written.forEach((piece, units) -> copies.put(piece, (BitSet) units.clone()));
            return new Model((BitSet) held.clone(), copies);
        }
    }

    /** A process that is killed leaves a journal that ends anywhere. */
    @Property(tries = 60)
    void aJournalThatEndsAnywhereSaysWhatItsWholeLinesSay(@ForAll long seed) throws IOException {
        Random random = new Random(seed);
        Path file = Files.createTempFile("piecewise-test", ".pieces");
        try {
            Model model = new Model(new BitSet(), new TreeMap<>());
            List<Long> ends = new ArrayList<>();
            List<Model> states = new ArrayList<>();
            try (PieceJournal journal = PieceJournal.start(file, new BitSet(), new WrittenUnits(), List.of(), "boot")) {
                for (int step = 0; step < 40; step++) {
                    ends.add(Files.size(file));
                    states.add(model.copy());
                    change(journal, model, random);
                }
            }
            for (int step = 1; step < ends.size(); step++) {
                Path cut = Files.write(
                        file.resolveSibling(file.getFileName() + ".cut"), Arrays.copyOf(Files.readAllBytes(file), (int)
                                random.nextLong(ends.get(step - 1), Math.max(ends.get(step - 1) + 1, ends.get(step)))));
                PieceJournal.Recorded read = PieceJournal.read(cut).orElseThrow();
                Files.delete(cut);
                assertThat(read.held()).isEqualTo(states.get(step - 1).held());
                assertThat(read.written().copy()).isEqualTo(states.get(step - 1).written());
            }
        } finally {
            Files.delete(file);
        }
    }

    private static void change(PieceJournal journal, Model model, Random random) throws IOException {
        int piece = random.nextInt(PIECES);
        switch (random.nextInt(5)) {
            case 0 -> {
                journal.held(piece);
                model.held.set(piece);
                model.written.remove(piece);
            }
            case 1 -> {
                journal.dropped(piece);
                model.held.clear(piece);
            }
            case 2 -> {
                journal.forgotten(piece);
                model.written.remove(piece);
            }
            default -> {
                BitSet units = new BitSet();
                int first = random.nextInt(UNITS);
                units.set(first, first + 1 + random.nextInt(UNITS));
                units.set(random.nextInt(2 * UNITS));
                journal.written(piece, units);
                model.written.computeIfAbsent(piece, none -> new BitSet()).or(units);
            }
        }
    }

    @Property(tries = 200)
    void unitsComeBackFromTheirText(@ForAll long seed) {
        Random random = new Random(seed);
        BitSet units = new BitSet();
        for (int i = 0; i < 1 + random.nextInt(50); i++) {
            units.set(random.nextInt(32 * 1024));
        }
        assertThat(WrittenUnits.parse(Arrays.asList(WrittenUnits.text(units).split(" ", -1))))
                .isEqualTo(units);
    }

    @Test
    void compactingKeepsWhatWasWritten() throws IOException {
        Path file = Files.createTempFile("piecewise-test", ".pieces");
        try {
            WrittenUnits written = new WrittenUnits();
            BitSet units = new BitSet();
            units.set(3, 9);
            written.add(2, units);
            PieceJournal.start(file, new BitSet(), written, List.of(), "boot").close();
            assertThat(PieceJournal.read(file).orElseThrow().written().copy()).isEqualTo(Map.of(2, units));
        } finally {
            Files.delete(file);
        }
    }

    @Test
    void aRunThatNoPieceHasMakesTheJournalADamagedOne() throws IOException {
        Path file = Files.createTempFile("piecewise-test", ".pieces");
        try {
            Files.writeString(file, "piecewise pieces 1\nwritten 0 5-2000000000\n");
            assertThat(PieceJournal.read(file)).isEmpty();
        } finally {
            Files.delete(file);
        }
    }
}
