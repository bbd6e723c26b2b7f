package dev.piecewise.bench;

import static org.assertj.core.api.Assertions.assertThat;

import org.junit.jupiter.api.Test;

class TableTest {
    @Test
    void columnsLineUpAndNumbersStandRight() {
        Table table = new Table("name", "n");
        table.add("a", "1.00");
        table.add("longer", "2");

        assertThat(table).hasToString("| name   |    n |\n| ------ | ---: |\n| a      | 1.00 |\n| longer |    2 |");
    }
}
