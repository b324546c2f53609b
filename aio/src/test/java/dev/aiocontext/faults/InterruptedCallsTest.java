package dev.aiocontext.faults;

import static org.assertj.core.api.Assertions.assertThat;

import dev.aiocontext.AioContext;
import dev.aiocontext.MonitorMode;
import dev.aiocontext.RelayMode;
import dev.aiocontext.internal.posix.KernelThread;
import dev.aiocontext.internal.posix.Libc;
import dev.aiocontext.internal.posix.SignalWait;
import dev.aiocontext.internal.posix.Signals;
import dev.aiocontext.testkit.Eventually;
import dev.aiocontext.testkit.KernelThreads;
import dev.aiocontext.testkit.LoopThread;
import dev.aiocontext.testkit.LossyDoorbell;
import dev.aiocontext.testkit.Rounds;
import dev.aiocontext.testkit.Strace;
import java.io.IOException;
import java.lang.foreign.Arena;
import java.nio.file.Path;
import java.time.Duration;
import java.util.Comparator;
import java.util.List;
import java.util.Random;
import java.util.concurrent.FutureTask;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Stream;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.MethodSource;

/** Each call that waits, reads or writes, interrupted at random (EINTR), in the thread that makes it. */
class InterruptedCallsTest {
    /** On aarch64 the C library's epoll_wait is the system call epoll_pwait. */
    private static final String EPOLL_WAIT = "?epoll_wait,epoll_pwait";

    private static final int FAULTS = 20;
    private static final Pattern TIME = Pattern.compile("tv_sec=(\\d+), tv_nsec=(\\d+)");

    @TempDir
    Path directory;

    enum In {
        LOOP,
        NOTIFIER,
        RELAY
    }

    @BeforeAll
    static void straceWorks() {
        Strace.assumeItWorks();
    }

    static Stream<Arguments> calls() {
        return Stream.of(
                Arguments.of(In.LOOP, List.of("ppoll"), MonitorMode.POLL, RelayMode.THREAD),
                Arguments.of(In.LOOP, List.of(EPOLL_WAIT), MonitorMode.EPOLL, RelayMode.THREAD),
                Arguments.of(In.LOOP, List.of("read"), MonitorMode.POLL, RelayMode.THREAD),
                Arguments.of(In.LOOP, List.of("read"), MonitorMode.EPOLL, RelayMode.THREAD),
                Arguments.of(In.NOTIFIER, List.of("write"), MonitorMode.AUTO, RelayMode.THREAD),
                Arguments.of(In.RELAY, List.of("rt_sigtimedwait"), MonitorMode.AUTO, RelayMode.THREAD),
                Arguments.of(In.RELAY, List.of("rt_sigtimedwait"), MonitorMode.AUTO, RelayMode.DEFERRED),
                Arguments.of(In.RELAY, List.of("write"), MonitorMode.AUTO, RelayMode.THREAD),
                Arguments.of(In.LOOP, List.of("ppoll", "read"), MonitorMode.POLL, RelayMode.THREAD),
                Arguments.of(In.LOOP, List.of(EPOLL_WAIT, "read"), MonitorMode.EPOLL, RelayMode.THREAD));
    }

    @ParameterizedTest
    @MethodSource("calls")
    void nothingIsLostThoughItIsInterruptedAtRandom(In thread, List<String> calls, MonitorMode monitor, RelayMode relay)
            throws IOException {
        Random random = Rounds.random();
        // What the relay loses shows only where the doorbell is silent.
        double silence = thread == In.RELAY ? 1 : 0;
        AioContext.Builder builder = AioContext.builder().relay(relay).monitor(monitor);
        try (LoopThread loop = new LoopThread(new LossyDoorbell(silence).open(builder))) {
            Rounds.pingPong(loop, 100);
            int tid = thread == In.NOTIFIER
                    ? Libc.gettid()
                    : thread == In.LOOP ? loop.tid() : KernelThreads.tid(RelayFaultsTest.RELAY_THREAD);
            for (int round = 0; round < Rounds.of(4); round++) {
                int first = 1 + random.nextInt(3);
                int step = 2 + random.nextInt(3);
                String when = first + ".." + (first + (FAULTS - 1) * step) + "+" + step;
                interrupt(loop, tid, calls, when, thread == In.NOTIFIER);
            }
            loop.awaitBlocked();
            assertThat(loop.context.statistics().relay().rescues() > 0).isEqualTo(thread == In.RELAY);
        }
    }

    /** Until all faults of all calls are injected: each call has its own. */
    private void interrupt(LoopThread loop, int tid, List<String> calls, String when, boolean eventfdOnly)
            throws IOException {
        String fault = String.join(",", calls) + ":error=EINTR:when=" + when;
        try (Strace strace = eventfdOnly
                ? Strace.attach(directory.resolve("log"), List.of(tid), Strace.EVENTFD, fault)
                : Strace.attach(directory.resolve("log"), List.of(tid), fault)) {
            Eventually.holds(fault, () -> {
                Rounds.pingPong(loop, 20);
                return strace.injected().size() >= FAULTS * calls.size();
            });
        }
    }

    @Test
    void aTimedWaitThatIsInterruptedGoesOnWithWhatIsLeft() throws IOException {
        try (AioContext ctx = AioContext.builder()
                .monitor(MonitorMode.POLL)
                .polling(Duration.ZERO)
                .open()) {
            ctx.poll(Duration.ofMillis(1)); // everything is loaded now
            Duration longest = Eventually.LIMIT; // it cannot be over before all five calls have failed
            try (Strace strace =
                    Strace.attach(directory.resolve("log"), List.of(Libc.gettid()), "ppoll:error=EINTR:when=1..5")) {
                Thread waker = Thread.ofPlatform().start(() -> {
                    Eventually.holds("each call failed", () -> strace.injected().size() == 5);
                    ctx.wakeup();
                });
                assertThat(ctx.poll(longest)).isFalse();
                Eventually.ends(waker);
                List<Duration> waits = strace.injected().stream()
                        .map(InterruptedCallsTest::time)
                        .toList();
                assertThat(waits).hasSize(5).doesNotHaveDuplicates().isSortedAccordingTo(Comparator.reverseOrder());
                assertThat(waits.getFirst()).isLessThanOrEqualTo(longest);
            }
        }
    }

    private static Duration time(String call) {
        Matcher matcher = TIME.matcher(call);
        assertThat(matcher.find()).as(call).isTrue();
        return Duration.ofSeconds(Long.parseLong(matcher.group(1)), Long.parseLong(matcher.group(2)));
    }

    @Test
    void pendingSignalsAreTakenThoughThatIsInterrupted() throws Exception {
        // In a thread of its own: what a red test leaves pending would end this JVM together with it.
        FutureTask<Boolean> discarding = new FutureTask<>(this::discardsPending);
        Eventually.ends(Thread.ofPlatform().start(discarding));
        assertThat(discarding.get()).isTrue();
    }

    private boolean discardsPending() throws IOException {
        Signals.block(Signals.SIGIO);
        int tid = Libc.gettid();
        try (Arena arena = Arena.ofConfined()) {
            SignalWait sigio = new SignalWait(Signals.SIGIO, arena);
            sigio.discardPending(); // everything is loaded now
            assertThat(Libc.tgkill((int) ProcessHandle.current().pid(), tid, Signals.SIGIO))
                    .isZero();
            try (Strace strace =
                    Strace.attach(directory.resolve("log"), List.of(tid), "rt_sigtimedwait:error=EINTR:when=1..2")) {
                sigio.discardPending();
                assertThat(strace.injected()).isNotEmpty();
                return KernelThread.current().pendingSignals() == 0;
            } finally {
                sigio.discardPending();
            }
        }
    }
}
