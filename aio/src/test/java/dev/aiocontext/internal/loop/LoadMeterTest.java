package dev.aiocontext.internal.loop;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Test;

/** The time that a loop waits, where an Error has ended a wait. */
class LoadMeterTest {
    private static final long AGE = TimeUnit.MILLISECONDS.toNanos(20);

    @Test
    void theTimeBeforeAWaitThatAnErrorHasEndedIsKept() {
        LoadMeter meter = new LoadMeter();
        long end = System.nanoTime() + AGE;
        while (System.nanoTime() - end < 0) {
            Thread.onSpinWait();
        }
        meter.enters(); // all that time counts as waiting
        meter.waits(System.nanoTime());
        meter.enters(); // without goesOn()
        assertThat(meter.figures(true).waited()).isGreaterThanOrEqualTo(AGE);
    }
}
