package dev.aiocontext.internal.loop;

import static org.assertj.core.api.Assertions.assertThat;

import dev.aiocontext.AioTimer;
import dev.aiocontext.MonitorMode;
import dev.aiocontext.RelayMode;
import dev.aiocontext.TimerClock;
import dev.aiocontext.TimerOptions;
import dev.aiocontext.internal.posix.Libc;
import dev.aiocontext.internal.posix.TimerFd;
import dev.aiocontext.testkit.Eventually;
import dev.aiocontext.testkit.KernelThreads;
import dev.aiocontext.testkit.Strace;
import java.io.IOException;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Objects;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.atomic.AtomicInteger;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/**
 * Somebody sets the clock while the loop sleeps for a timer by the time of day. The clock of the machine stays as it is: the test plays the
 * kernel, which makes the timerfd readable, and has the next call for it fail with ECANCELED.
 */
class JumpOfTheClockTest {
    private static final long MINUTE = Duration.ofMinutes(1).toNanos();

    /** Only because the clock can be set, a wait for such a timer needs a timerfd. */
    private static final TimerOptions WALL =
            TimerOptions.DEFAULT.clock(TimerClock.WALL).accuracy(Duration.ofSeconds(1));

    private static final String TIMERFD = "--trace-path=anon_inode:[timerfd]";

    @TempDir
    Path directory;

    private final JumpingTicks clock = new JumpingTicks();
    private final List<String> fired = new CopyOnWriteArrayList<>();
    private volatile int tid;
    private volatile boolean over;
    private volatile @Nullable Throwable failure;

    /** Stands still but for its jumps. Its timerfd waits for the machine's time of day. */
    private static final class JumpingTicks implements Ticks {
        private volatile long now = WALL.now();
        private volatile @Nullable TimerFd timerFd;

        /** How often the loop has looked at the clock. */
        private final AtomicInteger looks = new AtomicInteger();

        private volatile @Nullable Thread looking;

        @Override
        public long now() {
            if (Thread.currentThread() == looking) {
                looks.incrementAndGet();
            }
            return now;
        }

        @Override
        public boolean isSettable() {
            return true;
        }

        @Override
        public TimerFd openTimerFd() {
            TimerFd opened = TimerFd.ofWallClock();
            timerFd = opened;
            return opened;
        }

        /** The loop sleeps, so this thread may use its timerfd. A moment that has passed makes it readable. */
        @SuppressWarnings("NonAtomicVolatileUpdate") // one thread writes
        void jump(long nanos) {
            now += nanos;
            Objects.requireNonNull(timerFd).set(1);
        }
    }

    @BeforeAll
    static void straceWorks() {
        Strace.assumeItWorks();
    }

    @ParameterizedTest
    @EnumSource
    void aJumpEndsTheWaitAndTheKernelSaysSoByAnError(MonitorMode monitor) throws IOException {
        Home home = new Home("test");
        LoopParts parts = new LoopParts(
                "test",
                RelayMode.OFF,
                monitor,
                new AdaptivePolling.Settings(Duration.ZERO, 0, 0),
                home,
                new Callbacks("test", null, false),
                Ticks.MONOTONIC,
                clock);
        Loop loop = new Loop(this, parts);
        AioTimer hour = parts.timers().make("hour", WALL, (timer, missed) -> fired.add("hour"));
        AioTimer half = parts.timers().make("half", WALL, (timer, missed) -> fired.add("half"));
        hour.armAt(clock.now + 60 * MINUTE);
        half.armAt(clock.now + 30 * MINUTE);
        Thread thread = Thread.ofPlatform().start(() -> run(loop, home));
        try {
            awaitSleep(thread);
            fails(
                    "timerfd_settime",
                    "TFD_TIMER_ABSTIME|TFD_TIMER_CANCEL_ON_SET",
                    thread,
                    () -> clock.jump(30 * MINUTE));
            assertThat(fired).containsExactly("half");
            turn(thread, () -> clock.jump(-60 * MINUTE));
            assertThat(hour.remaining()).isEqualTo(Duration.ofMinutes(90));
            turn(thread, () -> hour.armAt(clock.now + 60 * MINUTE)); // when it was half past already: still it sleeps
            assertThat(fired).containsExactly("half");
            turn(thread, () -> clock.jump(60 * MINUTE - 1));
            assertThat(fired).containsExactly("half");
            fails("read", "", thread, () -> clock.jump(1)); // there is nothing left to wait for
            assertThat(fired).containsExactly("half", "hour");
        } finally {
            over = true;
            parts.inbox().wakeup();
            Eventually.ends(thread);
            new LastCalls(parts, loop).free();
        }
        assertThat(failure).isNull();
    }

    /** The next call of that name for the timerfd fails, after the clock was set. */
    private void fails(String call, String argument, Thread thread, Runnable jump) throws IOException {
        List<Integer> loopOnly = List.of(tid);
        String fault = call + ":error=ECANCELED:when=1";
        try (Strace strace = call.equals("read") // the thread may read something else
                ? Strace.attach(directory.resolve(call), loopOnly, TIMERFD, fault)
                : Strace.attach(directory.resolve(call), loopOnly, fault)) {
            jump.run();
            Eventually.holds(
                    fault, () -> !thread.isAlive() || !strace.injected().isEmpty());
            awaitSleep(thread);
            assertThat(strace.injected()).singleElement().asString().contains(argument);
        }
    }

    /** Does something that wakes the loop, and waits until it has looked at its timers, and sleeps again. */
    private void turn(Thread thread, Runnable deed) {
        int before = clock.looks.get();
        deed.run();
        Eventually.holds("the loop wakes", () -> !thread.isAlive() || clock.looks.get() > before);
        awaitSleep(thread);
    }

    private void awaitSleep(Thread thread) {
        Eventually.holds("the loop sleeps", () -> !thread.isAlive() || isAsleep());
        assertThat(failure).isNull();
    }

    /** More than one look: a loop that is awake sleeps too, now and then, for a safepoint. */
    private boolean isAsleep() {
        int before = clock.looks.get();
        for (int look = 0; look < 10; look++) {
            if (tid == 0 || !KernelThreads.isSleeping(tid) || clock.looks.get() != before) {
                return false;
            }
        }
        return true;
    }

    private void run(Loop loop, Home home) {
        home.enter();
        loop.enter(Current.ofThread());
        clock.looking = Thread.currentThread();
        tid = Libc.gettid();
        try {
            while (!over) {
                loop.iterate(-1);
            }
        } catch (RuntimeException | Error e) {
            failure = e;
        }
    }
}
