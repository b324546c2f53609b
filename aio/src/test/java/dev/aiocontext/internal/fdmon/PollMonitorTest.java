package dev.aiocontext.internal.fdmon;

import static org.assertj.core.api.Assertions.assertThat;

import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;

/** Waiting by poll(2). */
@Tag("architecture")
class PollMonitorTest extends FdMonitorContract {
    @Override
    FdMonitor open(FdTable table) {
        return new PollMonitor(table);
    }

    @Test
    void anyFileCanBePolled() {
        assertThat(monitor().alwaysReady()).isZero();
    }
}
