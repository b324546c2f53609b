package dev.aiocontext.internal.loop;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.aiocontext.MonitorMode;
import dev.aiocontext.SyscallException;
import dev.aiocontext.internal.fdmon.FdSet;
import dev.aiocontext.internal.fdmon.ReadyList;
import dev.aiocontext.internal.posix.TimerFd;
import dev.aiocontext.testkit.LogRecords;
import java.time.Duration;
import java.util.concurrent.atomic.AtomicInteger;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;

/** For how long a loop asks the kernel to wait for a timer. */
class ExactWaitTest {
    private static final long SECOND = Duration.ofSeconds(1).toNanos();

    /** The machine's clock, whose timerfd is opened after something else. */
    private record FailingTicks(Runnable before) implements Ticks {
        @Override
        public long now() {
            return MONOTONIC.now();
        }

        @Override
        public @Nullable TimerFd openTimerFd() {
            before.run();
            return MONOTONIC.openTimerFd();
        }
    }

    @Test
    void anErrorWhileTheTimerfdIsOpenedIsForgottenByTheNextWait() {
        FdSet descriptors = new FdSet(MonitorMode.POLL);
        AtomicInteger opened = new AtomicInteger();
        Ticks ticks = new FailingTicks(() -> {
            if (opened.incrementAndGet() == 1) {
                throw new OutOfMemoryError("on purpose");
            }
        });
        ExactWait wait = new ExactWait(ticks, descriptors);
        try {
            assertThatThrownBy(() -> wait.prepare(Ticks.MONOTONIC.now() + SECOND, SECOND, 0))
                    .isInstanceOf(OutOfMemoryError.class);
            assertThat(wait.descriptors()).isZero();
            wait.prepare(Ticks.MONOTONIC.now() + SECOND, SECOND, 0);
            assertThat(wait.descriptors()).isOne();
            assertThat(descriptors.size()).isOne();
        } finally {
            wait.close();
            descriptors.close();
        }
    }

    @Test
    void aKernelWithoutADescriptorLeftIsAskedOnce() {
        FdSet descriptors = new FdSet(MonitorMode.POLL);
        SyscallException refusal = new SyscallException("timerfd_create", 24, "EMFILE", "Too many open files", -1);
        Ticks ticks = new FailingTicks(() -> {
            throw refusal;
        });
        ExactWait wait = new ExactWait(ticks, descriptors);
        try (LogRecords log = new LogRecords()) {
            wait.prepare(Ticks.MONOTONIC.now() + SECOND, SECOND, 0);
            wait.prepare(Ticks.MONOTONIC.now() + SECOND, SECOND, 0);
            assertThat(wait.descriptors()).isZero();
            assertThat(log.messages()).hasSize(1);
        } finally {
            wait.close();
            descriptors.close();
        }
    }

    @Test
    void aWaitForATimerEndsInTimeHoweverShortItIs() {
        FdSet descriptors = new FdSet(MonitorMode.POLL);
        try {
            ExactWait wait = new ExactWait(Ticks.MONOTONIC, descriptors);
            for (long accuracy : new long[] {
                0, 1, 49_999, 50_000, 1_000_000, Duration.ofDays(1).toNanos()
            }) {
                for (long left = 1; left < Duration.ofDays(2).toNanos(); left *= 3) {
                    assertThat(wait.timeout(left, accuracy)).isBetween(0L, left); // less than 0 is for ever
                }
            }
        } finally {
            descriptors.close();
        }
    }

    /** The kernel's slack of a process with a positive nice value, which is five times that of others. */
    private static long mostSlack(long timeout) {
        return Math.clamp(timeout / 200, 50_000, 100_000_000);
    }

    @Test
    void aTimeoutOfTheKernelEndsWithinTheAccuracyAlsoInANiceProcess() {
        for (long accuracy : new long[] {
            50_000, 100_000, 1_000_000, 5_000_000, Duration.ofDays(1).toNanos()
        }) {
            for (long left = 100_000; left < Duration.ofDays(2).toNanos(); left *= 2) {
                FdSet descriptors = new FdSet(MonitorMode.POLL);
                ExactWait wait = new ExactWait(Ticks.MONOTONIC, descriptors);
                try {
                    wait.prepare(Ticks.MONOTONIC.now() + left, left, accuracy);
                    if (wait.descriptors() == 0) { // the kernel's timeout is all that ends the wait
                        long timeout = wait.timeout(left, accuracy);
                        assertThat(timeout + mostSlack(timeout))
                                .as("left %d, accuracy %d", left, accuracy)
                                .isLessThanOrEqualTo(left);
                        assertThat(timeout).isGreaterThanOrEqualTo(left - accuracy); // not before the deadline
                    }
                } finally {
                    wait.close();
                    descriptors.close();
                }
            }
        }
    }

    @Test
    void aWaitForAnExactTimerEndsByTheTimerfd() {
        FdSet descriptors = new FdSet(MonitorMode.POLL);
        ExactWait wait = new ExactWait(Ticks.MONOTONIC, descriptors);
        try {
            ReadyList ready = new ReadyList();
            for (int i = 0; i < 2; i++) { // the second time it is open already
                long moment = Ticks.MONOTONIC.now() + SECOND / 1000;
                wait.prepare(moment, SECOND / 1000, 0);
                descriptors.await(10 * SECOND, ready);
                assertThat(ready.size()).as("the wait was ended by the timerfd").isOne();
                assertThat(Ticks.MONOTONIC.now()).isGreaterThanOrEqualTo(moment);
                wait.accept();
                ready.clear();
            }
            wait.forget();
            descriptors.await(0, ready);
            assertThat(ready.size()).isZero();
        } finally {
            wait.close();
            descriptors.close();
        }
    }
}
