package dev.aiocontext.internal.doctor;

import static org.assertj.core.api.Assertions.assertThat;

import dev.aiocontext.internal.posix.KernelThread;
import dev.aiocontext.internal.posix.Libc;
import dev.aiocontext.internal.posix.Signals;
import dev.aiocontext.testkit.Eventually;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

class SignalMasksTest {
    private static final int LOOKS = 200;

    @Test
    void neverMoreThreadsLeaveASignalUnblockedThanThereAre() {
        AtomicBoolean enough = new AtomicBoolean();
        Thread churn = Thread.ofPlatform().start(() -> {
            while (!enough.get()) {
                Eventually.ends(Thread.ofPlatform().start(() -> {}));
            }
        });
        try {
            for (int look = 0; look < LOOKS; look++) {
                SignalMasks masks = SignalMasks.examine(Signals.SIGIO);
                assertThat(masks.unblocked()).hasSizeLessThanOrEqualTo(masks.threads());
            }
        } finally {
            enough.set(true);
            Eventually.ends(churn);
        }
    }

    @Test
    @Timeout(120)
    void aThreadThatBlocksTheSignalIsCountedAndNotListed() throws InterruptedException {
        AtomicInteger tid = new AtomicInteger();
        CountDownLatch blocked = new CountDownLatch(1);
        CountDownLatch looked = new CountDownLatch(1);
        Thread thread = Thread.ofPlatform().name("blocks SIGIO").start(() -> {
            Signals.block(Signals.SIGIO);
            tid.set(Libc.gettid());
            blocked.countDown();
            try {
                looked.await();
            } catch (InterruptedException e) {
                Thread.currentThread().interrupt();
            }
        });
        blocked.await();
        SignalMasks masks = SignalMasks.examine(Signals.SIGIO);
        SignalMasks ofKill = SignalMasks.examine(9); // which no thread can block
        looked.countDown();
        Eventually.ends(thread);
        assertThat(masks.unblocked()).extracting(KernelThread::tid).isNotEmpty().doesNotContain(tid.get());
        assertThat(masks.threads()).isGreaterThan(masks.unblocked().size());
        assertThat(ofKill.unblocked())
                .hasSize(ofKill.threads())
                .extracting(KernelThread::tid)
                .contains(tid.get());
    }
}
