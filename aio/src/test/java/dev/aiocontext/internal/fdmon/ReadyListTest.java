package dev.aiocontext.internal.fdmon;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import org.junit.jupiter.api.Test;

/** What one wait found. */
class ReadyListTest {
    private final ReadyList ready = new ReadyList();

    @Test
    void entriesComeInTheOrderInWhichTheyAreReported() {
        for (int i = 0; i < 100; i++) {
            ready.report(new FdEntry(i), FdEntry.IN);
        }
        assertThat(ready.size()).isEqualTo(100);
        for (int i = 0; i < 100; i++) {
            assertThat(ready.get(i).fd()).isEqualTo(i);
            assertThat(ready.get(i).takeEvents()).isEqualTo(FdEntry.IN);
        }
    }

    @Test
    void aClearedListHasNoEntry() {
        ready.report(new FdEntry(7), FdEntry.IN);
        ready.clear();
        assertThat(ready.size()).isZero();
        assertThatThrownBy(() -> ready.get(0)).isInstanceOf(IndexOutOfBoundsException.class);
        ready.report(new FdEntry(8), FdEntry.OUT);
        assertThat(ready.get(0).fd()).isEqualTo(8);
    }

    @Test
    void edgesThatNobodyHasTakenAreTakenOver() {
        FdEntry level = entry(1, FdEntry.IN);
        FdEntry taken = entry(2, FdEntry.IN | FdEntry.ET);
        FdEntry edge = entry(3, FdEntry.IN | FdEntry.ET);
        ReadyList outer = new ReadyList();
        outer.report(level, FdEntry.IN);
        assertThat(outer.hasEdges()).isFalse();
        outer.report(taken, FdEntry.IN);
        outer.report(edge, FdEntry.IN);
        assertThat(taken.takeEvents()).isEqualTo(FdEntry.IN);
        ready.takeOverEdges(outer);
        assertThat(ready.size()).isEqualTo(1);
        assertThat(ready.get(0)).isSameAs(edge);
        assertThat(ready.hasEdges()).isTrue();
        assertThat(edge.takeEvents()).isEqualTo(FdEntry.IN);
        assertThat(outer.size()).isEqualTo(3);
        assertThat(outer.hasEdges()).as("a taken edge is not told again either").isTrue();
    }

    private static FdEntry entry(int fd, int interest) {
        FdEntry entry = new FdEntry(fd);
        entry.interest = interest;
        return entry;
    }
}
