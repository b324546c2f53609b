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
}
