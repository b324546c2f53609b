package dev.aiocontext.jmh.report;

import static org.assertj.core.api.Assertions.assertThat;

import dev.aiocontext.testkit.ChildProcess;
import java.io.IOException;
import java.lang.management.ManagementFactory;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Test;

class LoadTest {
    private static final long SPIN = TimeUnit.MILLISECONDS.toNanos(300);

    /** In a third of a second this thread uses 30 ticks of a processor: they are not counted as others'. */
    @Test
    void whatThisProcessDoesIsNotTheLoadOfOthers() {
        Load mine = new Load();
        long until = ManagementFactory.getThreadMXBean().getCurrentThreadCpuTime() + SPIN;
        while (ManagementFactory.getThreadMXBean().getCurrentThreadCpuTime() < until) {
            Thread.onSpinWait();
        }
        double own = mine.own();
        assertThat(own).isPositive();
        assertThat(mine.others() + own).isLessThan(Runtime.getRuntime().availableProcessors() + 0.5);
    }

    @Test
    void whatAChildDidIsNotTheLoadOfOthersOnceItHasEnded() throws IOException {
        Load mine = new Load();
        Process counting = new ProcessBuilder("sh", "-c", "i=0; while [ $i -lt 200000 ]; do i=$((i+1)); done").start();
        ChildProcess.end(counting, () -> "");
        assertThat(mine.own()).isPositive();
    }
}
