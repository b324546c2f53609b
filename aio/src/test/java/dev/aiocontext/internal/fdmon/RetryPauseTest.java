package dev.aiocontext.internal.fdmon;

import static org.assertj.core.api.Assertions.assertThat;

import dev.aiocontext.SyscallException;
import org.junit.jupiter.api.Test;

/** How many waits go by until epoll is tried again. */
class RetryPauseTest {
    private final RetryPause pause = new RetryPause();

    private int waitsUntilOver(SyscallException failure) {
        int waits = 0;
        while (!pause.isOver(failure)) {
            waits++;
        }
        return waits;
    }

    @Test
    void thereIsNoPauseWithoutAFailure() {
        assertThat(pause.isOver(null)).isTrue();
    }

    @Test
    void eachFailureDoublesThePauseUpToAMillionWaits() {
        assertThat(waitsUntilOver(RecordingMonitor.failure("epoll_wait", -1))).isEqualTo(1024);
        assertThat(waitsUntilOver(RecordingMonitor.failure("epoll_wait", -1))).isEqualTo(2048);
        int last = 0;
        for (int i = 0; i < 12; i++) {
            last = waitsUntilOver(RecordingMonitor.failure("epoll_wait", -1));
        }
        assertThat(last).isEqualTo(1 << 20);
    }
}
