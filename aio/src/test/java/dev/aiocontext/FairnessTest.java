package dev.aiocontext;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assumptions.assumeThat;

import dev.aiocontext.internal.fdmon.ReadyList;
import dev.aiocontext.testkit.Eventually;
import dev.aiocontext.testkit.LoopThread;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/** One kind of work does not keep the others waiting: each has its slice of an iteration. */
class FairnessTest {
    private static final int SOME_POLLS = 10;
    /** What AioContext promises. */
    private static final int SLICE = 1024;

    private static final int WARM_UP = 200 * SLICE;
    private static final int MANY = 300_000;

    private final List<EventNotifier> notifiers = new ArrayList<>();

    /** Of the home thread: what ran since the other kind was last served, and the most of it. */
    private int ranSince;

    private int mostSince;

    @AfterEach
    void close() {
        notifiers.forEach(EventNotifier::close);
    }

    private EventNotifier ready() {
        EventNotifier notifier = EventNotifier.open();
        notifiers.add(notifier);
        notifier.set();
        return notifier;
    }

    private void served() {
        mostSince = Math.max(mostSince, ranSince);
        ranSince = 0;
    }

    @ParameterizedTest
    @EnumSource
    void aDescriptorIsServedAfterASliceOfALongQueue(MonitorMode monitor) {
        try (AioContext ctx = AioContext.builder().monitor(monitor).open()) {
            AtomicInteger ran = new AtomicInteger();
            ctx.onReadable(ready().fd(), (source, events) -> served());
            for (int i = 0; i < MANY; i++) {
                ctx.execute(() -> {
                    ran.incrementAndGet();
                    ranSince++;
                });
            }
            while (ran.get() < MANY) {
                assertThat(ctx.poll(true)).isTrue();
            }
            assertThat(mostSince).isPositive().isLessThanOrEqualTo(SLICE);
            assertThat(ranSince).isZero();
        }
    }

    @ParameterizedTest
    @EnumSource
    void aDescriptorIsServedThoughThreeThreadsPushAsFastAsTheyCan(MonitorMode monitor) {
        AtomicInteger served = new AtomicInteger();
        AtomicBoolean done = new AtomicBoolean();
        AtomicInteger backlog = new AtomicInteger();
        List<Thread> pushers = new ArrayList<>();
        try (LoopThread loop =
                new LoopThread(AioContext.builder().monitor(monitor).open())) {
            loop.context.onReadable(ready().fd(), (source, events) -> {
                served();
                served.incrementAndGet();
            });
            // A wait that was under way does not know the descriptor: what runs after it is no part of this.
            Eventually.holds("the handler is known to the loop", () -> served.get() > 0);
            for (int i = 0; i < 3; i++) {
                pushers.add(Thread.ofPlatform().start(() -> {
                    while (!done.get()) {
                        if (backlog.get() < MANY) { // else memory would run out where the loop gets no processor
                            backlog.incrementAndGet();
                            loop.context.execute(() -> {
                                backlog.decrementAndGet();
                                ranSince++;
                            });
                        }
                    }
                }));
            }
            Eventually.holds("the handler is called", () -> served.get() > 1_000);
            done.set(true);
            pushers.forEach(Eventually::ends);
        }
        assertThat(mostSince).isLessThanOrEqualTo(SLICE);
    }

    @Test
    void slowWorkHasAShorterSlice() {
        try (AioContext ctx = AioContext.open()) {
            int tasks = 500;
            AtomicInteger ran = new AtomicInteger();
            ctx.onReadable(ready().fd(), (source, events) -> served());
            for (int i = 0; i < tasks; i++) {
                ctx.execute(() -> workFor50Micros(ran));
            }
            while (ran.get() < tasks) {
                assertThat(ctx.poll(true)).isTrue();
            }
            // The clock is read after 16 of them, and after 16 more 500 us are over.
            assertThat(mostSince).isEqualTo(32);
        }
    }

    @Test
    void slowTimersHaveAShorterSlice() {
        VirtualClock clock = new VirtualClock();
        try (AioContext ctx = AioContext.builder().clock(clock).open()) {
            int timers = 200;
            AtomicInteger ran = new AtomicInteger();
            ctx.onReadable(ready().fd(), (source, events) -> served());
            for (int i = 0; i < timers; i++) {
                ctx.after(Duration.ofSeconds(1), () -> workFor50Micros(ran));
            }
            clock.advance(Duration.ofSeconds(1));
            while (ran.get() < timers) {
                assertThat(ctx.poll(true)).isTrue();
            }
            // As for work. A look for timers that finds none counts too.
            assertThat(mostSince).isBetween(16, 32);
        }
    }

    private void workFor50Micros(AtomicInteger ran) {
        ran.incrementAndGet();
        ranSince++;
        long end = System.nanoTime() + TimeUnit.MICROSECONDS.toNanos(50);
        while (System.nanoTime() - end < 0) {
            Thread.onSpinWait();
        }
    }

    @Test
    void stopIsSeenThoughTheQueueIsLong() {
        AtomicInteger ran = new AtomicInteger();
        try (AioContext ctx = AioContext.open()) {
            ctx.execute(ctx::stop);
            for (int i = 0; i < MANY; i++) {
                ctx.execute(ran::incrementAndGet);
            }
            ctx.run();
            assertThat(ran.get()).isLessThan(SLICE);
        }
        assertThat(ran).hasValue(MANY); // what was accepted runs
    }

    @Test
    void aTaskThatCallsForAnotherDoesNotKeepIdleWorkWaiting() {
        try (AioContext ctx = AioContext.open()) {
            AtomicInteger idle = new AtomicInteger();
            BottomHalf bottomHalf = ctx.newBottomHalf("idle", () -> {
                served();
                idle.incrementAndGet();
            });
            bottomHalf.scheduleIdle();
            for (int i = 0; i < MANY; i++) {
                ctx.execute(() -> ranSince++);
            }
            assertThat(ctx.poll(true)).isTrue();
            assertThat(idle).hasValue(1);
            assertThat(mostSince).isPositive().isLessThanOrEqualTo(SLICE);
            bottomHalf.close();
        }
    }

    @Test
    void muchIdleWorkKeepsATaskWaitingForOneSliceAndIsNotLeftToALaterTime() {
        try (AioContext ctx =
                AioContext.builder().polling(Duration.ofSeconds(1)).open()) {
            int many = 6 * SLICE;
            AtomicInteger idle = new AtomicInteger();
            List<BottomHalf> bottomHalves = new ArrayList<>();
            for (int i = 0; i < many; i++) {
                BottomHalf bottomHalf = ctx.newBottomHalf("idle", () -> {
                    ranSince++;
                    if (idle.incrementAndGet() == 1) {
                        ctx.execute(this::served);
                    }
                });
                bottomHalves.add(bottomHalf);
                bottomHalf.scheduleIdle();
            }
            ctx.poll(false);
            assertThat(idle.get()).isLessThanOrEqualTo(SLICE);
            ctx.poll(false);
            assertThat(mostSince).isPositive().isLessThanOrEqualTo(SLICE);
            while (idle.get() < many) {
                assertThat(ctx.poll(true)).isFalse();
            }
            // From the second wait on, a loop that waits for 10 ms has polled before, in vain.
            assertThat(ctx.statistics().polling().misses()).isZero();
            bottomHalves.forEach(BottomHalf::close);
        }
    }

    @Test
    void idleWorkThatSchedulesItselfWaitsAlsoIfItFillsASlice() {
        assumeThat(Runtime.getRuntime().availableProcessors()).isGreaterThan(1); // or no loop polls before a wait
        try (AioContext ctx =
                AioContext.builder().polling(Duration.ofSeconds(1)).open()) {
            int[] calls = new int[1];
            BottomHalf[] bottomHalves = new BottomHalf[SLICE];
            for (int i = 0; i < bottomHalves.length; i++) {
                int self = i;
                bottomHalves[i] = ctx.newBottomHalf("idle", () -> {
                    calls[0]++;
                    bottomHalves[self].scheduleIdle();
                });
                bottomHalves[i].scheduleIdle();
            }
            // Until a slice is over by its number, before its time is; then all that was due has run.
            Eventually.holds("a slice is over by its number", () -> {
                int before = calls[0];
                ctx.poll(false);
                return calls[0] - before == SLICE && calls[0] >= WARM_UP;
            });
            long misses = ctx.statistics().polling().misses();
            for (int i = 0; i < SOME_POLLS; i++) {
                ctx.poll(true); // from the second wait on, a loop that waits has polled before, in vain
            }
            assertThat(ctx.statistics().polling().misses()).isGreaterThan(misses);
            List.of(bottomHalves).forEach(BottomHalf::close);
        }
    }

    @ParameterizedTest
    @EnumSource
    void manyReadyDescriptorsKeepATaskWaitingForOneSliceAndAreAllServed(MonitorMode monitor) {
        try (AioContext ctx = AioContext.builder().monitor(monitor).open()) {
            int many = ReadyList.MOST + ReadyList.MOST / 8;
            int[] calls = new int[many];
            for (int i = 0; i < many; i++) {
                int index = i;
                ctx.onReadable(ready().fd(), (source, events) -> {
                    calls[index]++;
                    ranSince++;
                });
            }
            BottomHalf[] self = new BottomHalf[1];
            self[0] = ctx.newBottomHalf("always", () -> {
                served();
                self[0].schedule();
            });
            self[0].schedule();
            // Epoll begins with a small buffer of events, which grows by doubling.
            for (int i = 0; i < 20; i++) {
                assertThat(ctx.poll(true)).isTrue();
            }
            assertThat(mostSince).isGreaterThan(ReadyList.MOST / 2).isLessThanOrEqualTo(ReadyList.MOST);
            assertThat(calls).doesNotContain(0);
            self[0].close();
        }
    }

    @Test
    void aBottomHalfScheduledInACallbackRunsInTheNextPollAndInANestedOne() {
        try (AioContext ctx = AioContext.open()) {
            List<String> calls = new ArrayList<>();
            BottomHalf inner = ctx.newBottomHalf("inner", () -> calls.add("inner"));
            BottomHalf outer = ctx.newBottomHalf("outer", () -> {
                inner.schedule();
                calls.add("outer");
                ctx.poll(false);
                calls.add("nested poll is over");
                inner.schedule();
            });
            outer.schedule();
            for (int i = 0; i < 20; i++) { // fewer than the clock would cut, however slow the machine
                ctx.execute(() -> {});
            }
            ctx.poll(true);
            assertThat(calls).containsExactly("outer", "inner", "nested poll is over");
            ctx.poll(true);
            assertThat(calls).last().isEqualTo("inner");
            assertThat(calls).hasSize(4);
            inner.close();
            outer.close();
        }
    }
}
