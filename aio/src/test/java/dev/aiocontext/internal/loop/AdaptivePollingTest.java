package dev.aiocontext.internal.loop;

import static java.lang.foreign.ValueLayout.ADDRESS;
import static java.lang.foreign.ValueLayout.JAVA_BYTE;
import static java.lang.foreign.ValueLayout.JAVA_INT;
import static java.lang.foreign.ValueLayout.JAVA_LONG;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;
import static org.assertj.core.api.Assumptions.assumeThat;

import dev.aiocontext.AioContext;
import dev.aiocontext.AioStatistics;
import dev.aiocontext.BottomHalf;
import dev.aiocontext.EventNotifier;
import dev.aiocontext.MonitorMode;
import dev.aiocontext.RelayMode;
import dev.aiocontext.internal.posix.KernelThread;
import dev.aiocontext.testkit.Eventually;
import dev.aiocontext.testkit.LoopThread;
import java.lang.foreign.Arena;
import java.lang.foreign.FunctionDescriptor;
import java.lang.foreign.Linker;
import java.lang.foreign.MemorySegment;
import java.lang.invoke.MethodHandle;
import java.time.Duration;
import java.util.concurrent.FutureTask;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class AdaptivePollingTest {
    private static final long FOR_EVER = -1;

    private final Counters counters = new Counters();

    private AdaptivePolling polling(long maximum, int grow, int shrink) {
        assumeThat(Runtime.getRuntime().availableProcessors())
                .as("with one processor nothing polls")
                .isGreaterThan(1);
        return new AdaptivePolling(new AdaptivePolling.Settings(Duration.ofNanos(maximum), grow, shrink), counters);
    }

    @Test
    void theTimeStartsAtFourMicrosecondsAndDoublesUpToTheMaximumWhileWaitsAreShorterThanThat() {
        AdaptivePolling polling = polling(20_000, 0, 0);
        assertThat(polling.limit(FOR_EVER)).isZero();
        for (long expected : new long[] {4_000, 8_000, 16_000, 20_000, 20_000}) {
            polling.waited(polling.limit(FOR_EVER), 20_000);
            assertThat(polling.limit(FOR_EVER)).isEqualTo(expected);
        }
    }

    @Test
    void aWaitLongerThanTheMaximumTakesTheTimeBackToNothing() {
        AdaptivePolling polling = polling(20_000, 0, 0);
        polling.waited(0, 5_000);
        polling.waited(4_000, 20_001);
        assertThat(polling.limit(FOR_EVER)).isZero();
    }

    @Test
    void theFactorsAreThoseOfTheBuilder() {
        AdaptivePolling polling = polling(1_000_000, 10, 4);
        polling.waited(0, 5_000);
        polling.waited(4_000, 5_000);
        assertThat(polling.limit(FOR_EVER)).isEqualTo(40_000);
        polling.waited(40_000, 2_000_000);
        assertThat(polling.limit(FOR_EVER)).isEqualTo(10_000);
    }

    @Test
    void pollingThatFoundSomethingLeavesTheTimeAsItIs() {
        AdaptivePolling polling = polling(20_000, 0, 0);
        polling.waited(0, 5_000);
        polling.hit(3_000);
        assertThat(polling.limit(FOR_EVER)).isEqualTo(4_000);
    }

    @Test
    void neverPollsForLongerThanTheWaitMayTake() {
        AdaptivePolling polling = polling(20_000, 0, 0);
        polling.waited(0, 5_000);
        assertThat(polling.limit(1_500)).isEqualTo(1_500);
    }

    @Test
    void pollingThatNeverFindsAnythingIsLeftAloneForMoreAndMoreWaits() {
        AdaptivePolling polling = polling(20_000, 0, 0);
        int polls = 0;
        int waits = 100_000;
        for (int i = 0; i < waits; i++) {
            long limit = polling.limit(FOR_EVER);
            polls += limit > 0 ? 1 : 0;
            polling.waited(limit, limit + 1); // as where the notifier needs the processor that the loop keeps busy
        }
        assertThat(polls).isPositive().isLessThan(waits / 100);
        assertThat(counters.pollingMisses).isEqualTo(polls);

        // It finds something: from then on, it is tried as at first.
        while (polling.limit(FOR_EVER) == 0) {
            polling.waited(0, 5_000);
        }
        polling.hit(100);
        assertThat(polling.limit(FOR_EVER)).isPositive();
    }

    @Test
    void countsWhatItCostsAndGains() {
        AdaptivePolling polling = polling(20_000, 0, 0);
        polling.waited(0, 5_000);
        polling.hit(3_000);
        polling.hit(1_000);
        polling.waited(4_000, 9_000);
        assertThat(counters.pollingNanos).isEqualTo(8_000);
        assertThat(counters.pollingHits).isEqualTo(2);
        assertThat(counters.pollingMisses).isEqualTo(1);
    }

    @Test
    void impossibleSettingsAreRefused() {
        AioContext.Builder builder = AioContext.builder();
        assertThatIllegalArgumentException().isThrownBy(() -> builder.polling(Duration.ofNanos(-1)));
        assertThatIllegalArgumentException().isThrownBy(() -> builder.polling(Duration.ofMillis(1001)));
        assertThatIllegalArgumentException().isThrownBy(() -> builder.polling(Duration.ZERO, 1, 0));
        assertThatIllegalArgumentException().isThrownBy(() -> builder.polling(Duration.ZERO, 0, -2));
    }

    /** Polls for a second as soon as two waits were shorter than that. */
    private static AioContext longPolling() {
        return AioContext.builder()
                .relay(RelayMode.OFF)
                .polling(Duration.ofSeconds(1), 1_000_000, 0)
                .open();
    }

    /** Wakes a loop in some way until it was polling at that moment for a few times. */
    private static void polledUntilHit(AioContext ctx, Runnable wake) {
        long before = ctx.statistics().polling().hits();
        Eventually.holds("polling ended a wait", () -> {
            wake.run();
            return ctx.statistics().polling().hits() >= before + 5;
        });
    }

    private static void execute(AioContext ctx) {
        AtomicInteger runs = new AtomicInteger();
        ctx.execute(runs::incrementAndGet);
        Eventually.holds("the work ran", () -> runs.get() == 1);
    }

    @Test
    void workThatComesWhileTheLoopPollsRingsNoDoorbell() {
        assumeThat(Runtime.getRuntime().availableProcessors()).isGreaterThan(1);
        try (LoopThread loop = new LoopThread(longPolling())) {
            AtomicInteger executed = new AtomicInteger();
            polledUntilHit(loop.context, () -> {
                execute(loop.context);
                executed.incrementAndGet();
            });
            AioStatistics statistics = loop.context.statistics();
            assertThat(statistics.wakeups().rung()).isLessThan(executed.get());
            assertThat(statistics.polling().time().toNanos()).isPositive();
        }
    }

    @Test
    void aBareWakeupEndsPollingToo() {
        assumeThat(Runtime.getRuntime().availableProcessors()).isGreaterThan(1);
        try (LoopThread loop = new LoopThread(longPolling())) {
            polledUntilHit(loop.context, () -> {
                long polls = loop.context.statistics().polls();
                loop.context.wakeup();
                Eventually.holds(
                        "one poll more", () -> loop.context.statistics().polls() > polls);
            });
        }
    }

    @Test
    void idleWorkWaitsTenMillisecondsHoweverLongTheLoopMayPoll() {
        assumeThat(Runtime.getRuntime().availableProcessors()).isGreaterThan(1);
        try (LoopThread loop = new LoopThread(longPolling())) {
            AtomicInteger runs = new AtomicInteger();
            BottomHalf idle = loop.context.newBottomHalf("idle", runs::incrementAndGet);
            long polled = 0;
            for (int i = 1; i <= 10; i++) {
                polledUntilHit(loop.context, () -> execute(loop.context));
                long before = loop.context.statistics().polling().time().toNanos();
                idle.scheduleIdle();
                int expected = i;
                Eventually.holds("the idle one ran", () -> runs.get() == expected);
                polled += loop.context.statistics().polling().time().toNanos() - before;
            }
            idle.close();
            // A second each time, if it went on polling.
            assertThat(Duration.ofNanos(polled)).isLessThan(Duration.ofSeconds(5));
        }
    }

    @ParameterizedTest
    @ValueSource(strings = {"POLL", "EPOLL"})
    void aDescriptorThatBecomesReadyWhileTheLoopPollsIsFound(MonitorMode monitor) {
        assumeThat(Runtime.getRuntime().availableProcessors()).isGreaterThan(1);
        AioContext.Builder builder = AioContext.builder().monitor(monitor).polling(Duration.ofSeconds(1), 1_000_000, 0);
        try (EventNotifier notifier = EventNotifier.open();
                LoopThread loop = new LoopThread(builder.open())) {
            AtomicInteger calls = new AtomicInteger();
            loop.context.onReadable(notifier.fd(), (source, events) -> {
                if (notifier.testAndClear()) {
                    calls.incrementAndGet();
                }
            });
            AtomicInteger sets = new AtomicInteger();
            polledUntilHit(loop.context, () -> {
                notifier.set();
                int expected = sets.incrementAndGet();
                Eventually.holds("its handler was called", () -> calls.get() == expected);
            });
        }
    }

    @Test
    void withoutPollingNothingIsPolled() {
        try (LoopThread loop =
                new LoopThread(AioContext.builder().polling(Duration.ZERO).open())) {
            for (int i = 0; i < 100; i++) {
                execute(loop.context);
            }
            AioStatistics statistics = loop.context.statistics();
            assertThat(statistics.polling().time().toNanos()).isZero();
            assertThat(statistics.polling().hits() + statistics.polling().misses())
                    .isZero();
        }
    }

    @Test
    void aLoopThatIsOpenedByAThreadWithOneProcessorPollsWhereTheOthersHaveMore() throws Exception {
        assumeThat(Runtime.getRuntime().availableProcessors()).isGreaterThan(1);
        FutureTask<Boolean> pinned = new FutureTask<>(() -> {
            pinToTheFirstProcessor();
            // In a container HotSpot may believe what it was told some 20 ms ago.
            Eventually.holds("one processor", () -> Runtime.getRuntime().availableProcessors() == 1);
            return new AdaptivePolling(AdaptivePolling.Settings.DEFAULT, new Counters()).isOn();
        });
        Eventually.ends(Thread.ofPlatform().start(pinned));
        assertThat(pinned.get()).isTrue();
        Eventually.holds("as before", () -> Runtime.getRuntime().availableProcessors() > 1);
    }

    @SuppressWarnings("restricted")
    private static void pinToTheFirstProcessor() throws Exception {
        int first = Integer.parseInt(KernelThread.current().processors().replaceFirst("\\D.*", ""));
        Linker linker = Linker.nativeLinker();
        MethodHandle setAffinity = linker.downcallHandle(
                linker.defaultLookup().find("sched_setaffinity").orElseThrow(),
                FunctionDescriptor.of(JAVA_INT, JAVA_INT, JAVA_LONG, ADDRESS));
        try (Arena arena = Arena.ofConfined()) {
            MemorySegment set = arena.allocate(1024 / Byte.SIZE, Long.BYTES);
            set.set(JAVA_BYTE, first / Byte.SIZE, (byte) (1 << first % Byte.SIZE));
            assertThat(setAffinity.invokeWithArguments(0, set.byteSize(), set)).isEqualTo(0);
        } catch (Throwable t) {
            throw new IllegalStateException(t);
        }
    }
}
