package dev.aiocontext.internal.fdmon;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;

/** Entries by number, with their generations. */
class FdTableTest {
    private final FdTable table = new FdTable();

    private FdEntry put(int fd) {
        FdEntry entry = new FdEntry(fd);
        table.put(entry);
        return entry;
    }

    @Test
    void anEntryIsFoundByItsNumberAlsoBehindTheArraysEnd() {
        FdEntry small = put(3);
        FdEntry large = put(5000);
        assertThat(table.get(3)).isSameAs(small);
        assertThat(table.get(5000)).isSameAs(large);
        assertThat(table.get(4)).isNull();
        assertThat(table.get(1_000_000)).isNull();
        assertThat(table.size()).isEqualTo(2);
    }

    @Test
    void anotherEntryOfANumberTakesItsPlace() {
        FdEntry first = put(7);
        FdEntry second = put(7);
        assertThat(table.size()).isOne();
        assertThat(table.contains(first)).isFalse();
        assertThat(table.remove(first)).isFalse();
        assertThat(table.get(7)).isSameAs(second);
        assertThat(table.remove(second)).isTrue();
        assertThat(table.remove(second)).isFalse();
        assertThat(table.size()).isZero();
    }

    @Test
    void everyEntryHasAGenerationOfItsOwnAndARenewedOneAnother() {
        FdEntry first = put(7);
        FdEntry second = put(8);
        int before = first.generation;
        assertThat(second.generation).isNotEqualTo(before);
        table.renew(first);
        assertThat(first.generation).isNotIn(before, second.generation);
        table.remove(first);
        table.put(first);
        assertThat(first.generation).isNotEqualTo(before);
    }

    @Test
    void aWalkPassesOverSuspendedEntriesIfItIsForAMonitor() {
        FdEntry awake = put(7);
        FdEntry suspended = put(8);
        FdEntry withoutInterest = put(9);
        suspended.interest = FdEntry.SUSPENDED;
        List<FdEntry> watched = new ArrayList<>();
        List<FdEntry> all = new ArrayList<>();
        table.forEachWatched(watched::add);
        table.forEach(all::add);
        assertThat(watched).containsExactly(awake, withoutInterest);
        assertThat(all).containsExactly(awake, suspended, withoutInterest);
    }
}
