package dev.aiocontext.internal.posix;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.aiocontext.testkit.Eventually;
import dev.aiocontext.testkit.Rounds;
import java.io.UncheckedIOException;
import java.lang.foreign.Arena;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.atomic.AtomicBoolean;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;

@Tag("architecture")
class KernelThreadTest {
    private static final String NAME = "caf\u00e9 of odd names, too long for the kernel";

    /** A thread that waits until the test is done with it. */
    private static final class Sleeper implements AutoCloseable {
        private final CompletableFuture<KernelThread> itself = new CompletableFuture<>();
        private final CountDownLatch done = new CountDownLatch(1);
        private final Thread thread;

        Sleeper(String name, Runnable first) {
            thread = Thread.ofPlatform().name(name).start(() -> {
                try {
                    first.run();
                    itself.complete(KernelThread.current());
                } catch (RuntimeException | Error e) {
                    itself.completeExceptionally(e);
                }
                try {
                    done.await();
                } catch (InterruptedException e) {
                    Thread.currentThread().interrupt();
                }
            });
        }

        KernelThread itself() {
            return itself.join();
        }

        int tid() {
            return itself().tid();
        }

        @Override
        public void close() {
            done.countDown();
            Eventually.ends(thread);
        }
    }

    @Test
    void theCallingThreadFindsItselfByNumberAndAmongAll() {
        KernelThread current = KernelThread.current();
        assertThat(current.tid()).isEqualTo(Libc.gettid());
        assertThat(KernelThread.find(current.tid())).map(KernelThread::name).contains(current.name());
        assertThat(KernelThread.all()).extracting(KernelThread::tid).contains(current.tid());
        assertThat(current).hasToString(current.name() + " (tid " + current.tid() + ")");
    }

    @Test
    void aNameIsFoundThoughTheKernelCutsIt() {
        try (Sleeper sleeper = new Sleeper(NAME, () -> {})) {
            assertThat(sleeper.itself().name()).hasSize(15);
            assertThat(KernelThread.named(NAME)).extracting(KernelThread::tid).containsExactly(sleeper.tid());
            try (SleepWatch watch = SleepWatch.named(NAME)) {
                watch.awaitSleep();
                assertThat(KernelThread.find(sleeper.tid()))
                        .matches(thread -> thread.isPresent() && thread.get().isAsleep());
            }
        }
        assertThatThrownBy(() -> SleepWatch.named("nobody")).hasMessage("there is no thread nobody");
    }

    @Test
    void ofTwoThreadsOfANameTheWatchTakesTheOneThatStays() {
        Sleeper ends = new Sleeper("twin", () -> {});
        try (Sleeper stays = new Sleeper("twin", () -> {})) {
            assertThat(List.of(ends.tid(), stays.tid())).doesNotHaveDuplicates();
            ends.close();
            try (SleepWatch watch = SleepWatch.named("twin")) {
                watch.awaitSleep();
                assertThat(KernelThread.named("twin"))
                        .extracting(KernelThread::tid)
                        .containsExactly(stays.tid());
            }
        }
    }

    @Test
    void aThreadThatRunsIsNotAsleep() {
        assertThat(KernelThread.current().isAsleep()).isFalse();
        try (SleepWatch watch = new SleepWatch(Libc.gettid())) {
            assertThat(watch.isAsleep()).isFalse();
        }
    }

    @Test
    void aThreadThatHasEndedIsNotThereAnyMore() {
        Sleeper sleeper = new Sleeper("ends", () -> {});
        int tid = sleeper.tid();
        sleeper.close();
        Eventually.holds("the kernel forgets it", () -> KernelThread.find(tid).isEmpty());
        assertThat(KernelThread.named("ends")).isEmpty();
        assertThatThrownBy(() -> new SleepWatch(tid)).hasMessage("cannot watch thread " + tid);
    }

    @Test
    void aThreadBlocksTheSignalThatItBlockedAndNoOther() {
        try (Sleeper sleeper = new Sleeper("blocks SIGIO", () -> Signals.block(Signals.SIGIO))) {
            assertThat(sleeper.itself().blocks(Signals.SIGIO)).isTrue();
            assertThat(sleeper.itself().blocks(9)).isFalse(); // which no thread can block
            assertThat(Signals.tasksLeavingUnblocked(Signals.SIGIO))
                    .extracting(KernelThread::tid)
                    .isNotEmpty()
                    .doesNotContain(sleeper.tid());
        }
    }

    @Test
    void aSignalThatAThreadBlocksStaysPendingThere() {
        try (Sleeper sleeper = new Sleeper("signalled", () -> {
            Signals.block(Signals.SIGIO);
            assertThat(KernelThread.current().pendingSignals()).isZero();
            Libc.tgkill((int) ProcessHandle.current().pid(), Libc.gettid(), Signals.SIGIO);
            try (Arena arena = Arena.ofConfined()) {
                assertThat(KernelThread.current().pendingSignals()).isEqualTo(1L << (Signals.SIGIO - 1));
                new SignalWait(Signals.SIGIO, arena).discardPending(); // left pending, it would end the JVM
            }
        })) {
            assertThat(sleeper.itself().pendingSignals()).isZero();
        }
    }

    @Test
    void everySleepIsCounted() {
        try (Sleeper sleeper = new Sleeper("counted", () -> {})) {
            long before = sleeper.itself().sleeps();
            Eventually.holds(
                    "it goes to sleep",
                    () -> KernelThread.find(sleeper.tid()).orElseThrow().sleeps() > before);
        }
    }

    @Test
    void theProcessorsAreNumbers() {
        assertThat(KernelThread.current().processors()).matches("[0-9]+([-,][0-9]+)*");
    }

    @Test
    void whatTheKernelDoesNotTellIsAnErrorThatNamesIt() {
        KernelThread odd = new KernelThread(7, "odd", Map.of("Pid", "7"));
        assertThatThrownBy(() -> odd.blocks(1))
                .isInstanceOf(UncheckedIOException.class)
                .hasMessageContaining("no SigBlk in the status of odd (tid 7)");
    }

    @Test
    void aThreadThatEndsWhileItsStatusIsReadIsNoThreadThatBlocksNothing() {
        String ending = "Name:\tends\nState:\tR (running)\nPid:\t7\nThreads:\t0\nSigBlk:\t0000000000000000\n";
        assertThat(KernelThread.alive(ending)).isEmpty();
        assertThat(KernelThread.alive(ending.replace("Threads:\t0", "Threads:\t20")))
                .map(KernelThread::tid)
                .contains(7);
    }

    @Test
    void threadsThatComeAndGoDisturbNoLook() {
        AtomicBoolean enough = new AtomicBoolean();
        Thread churn = Thread.ofPlatform().start(() -> {
            while (!enough.get()) {
                Eventually.ends(Thread.ofPlatform().start(() -> {}));
            }
        });
        try {
            int own = Libc.gettid();
            for (int look = 0; look < Rounds.of(5_000); look++) {
                assertThat(KernelThread.all())
                        .noneMatch(thread -> "0".equals(thread.status().get("Threads")))
                        .extracting(KernelThread::tid)
                        .contains(own);
                assertThat(KernelThread.systemCalls()).isNotEmpty();
            }
        } finally {
            enough.set(true);
            Eventually.ends(churn);
        }
    }
}
