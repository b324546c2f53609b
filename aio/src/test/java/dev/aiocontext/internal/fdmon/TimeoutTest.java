package dev.aiocontext.internal.fdmon;

import static org.assertj.core.api.Assertions.assertThat;

import dev.aiocontext.bindings.linux.timespec;
import dev.aiocontext.internal.posix.Errno;
import dev.aiocontext.internal.posix.OwnMemory;
import java.lang.foreign.MemorySegment;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;

/** The time of a wait that signals interrupt. */
class TimeoutTest {
    private final List<Long> waits = new ArrayList<>();

    private int waited(long nanos, int interruptions) {
        waits.add(nanos);
        return waits.size() <= interruptions ? -Errno.EINTR : 3;
    }

    @Test
    void anInterruptedWaitGoesOnWithWhatIsLeft() {
        long time = Long.MAX_VALUE / 4;
        assertThat(Timeout.retryInterrupted(time, nanos -> waited(nanos, 3))).isEqualTo(3);
        assertThat(waits).hasSize(4).isSortedAccordingTo((a, b) -> Long.compare(b, a));
        assertThat(waits.getFirst()).isEqualTo(time);
        assertThat(waits.getLast()).isLessThan(time).isPositive();
    }

    @Test
    void aWaitWhoseTimeIsOverLooksOnceMore() {
        assertThat(Timeout.retryInterrupted(1, nanos -> {
                    long began = System.nanoTime();
                    while (System.nanoTime() - began < 2) {
                        Thread.onSpinWait();
                    }
                    return waited(nanos, 1);
                }))
                .isEqualTo(3);
        assertThat(waits).containsExactly(1L, 0L);
    }

    @Test
    void noTimeAndForEverStayWhatTheyAre() {
        assertThat(Timeout.retryInterrupted(0, nanos -> waited(nanos, 1))).isEqualTo(3);
        assertThat(Timeout.retryInterrupted(-1, nanos -> waited(nanos, 3))).isEqualTo(3);
        assertThat(waits).containsExactly(0L, 0L, -1L, -1L);
    }

    @Test
    void aTimeIsSecondsAndNanoseconds() {
        try (OwnMemory memory = new OwnMemory()) {
            Timeout timeout = new Timeout(memory);
            MemorySegment spec = timeout.timespec(2_000_000_003L);
            assertThat(timespec.tv_sec(spec)).isEqualTo(2);
            assertThat(timespec.tv_nsec(spec)).isEqualTo(3);
            assertThat(timeout.timespec(-1)).isEqualTo(MemorySegment.NULL);
            timeout.timespec(Long.MAX_VALUE);
            assertThat(timespec.tv_sec(spec)).as("more than an int holds").isEqualTo(Long.MAX_VALUE / 1_000_000_000);
            assertThat(timespec.tv_nsec(spec)).isEqualTo(Long.MAX_VALUE % 1_000_000_000);
            timeout.timespec(0);
            assertThat(timespec.tv_sec(spec)).as("none").isZero();
            assertThat(timespec.tv_nsec(spec)).as("none").isZero();
        }
    }

    @Test
    void aWaitInMillisecondsIsNeverShorter() {
        assertThat(Timeout.millis(-1)).isEqualTo(-1);
        assertThat(Timeout.millis(Long.MIN_VALUE)).isEqualTo(-1);
        assertThat(Timeout.millis(0)).isZero();
        assertThat(Timeout.millis(1)).isEqualTo(1);
        assertThat(Timeout.millis(1_000_000)).isEqualTo(1);
        assertThat(Timeout.millis(1_000_001)).isEqualTo(2);
        assertThat(Timeout.millis(1_999_999)).isEqualTo(2);
        assertThat(Timeout.millis(Long.MAX_VALUE)).isEqualTo(Integer.MAX_VALUE);
    }
}
