package dev.aiocontext;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.aiocontext.internal.posix.Descriptors;
import dev.aiocontext.internal.posix.EpollFd;
import dev.aiocontext.internal.posix.SignalFd;
import dev.aiocontext.internal.posix.SignalNumber;
import dev.aiocontext.internal.posix.TimerFd;
import dev.aiocontext.testkit.Eventually;
import dev.aiocontext.testkit.LoopThread;
import dev.aiocontext.testkit.OpenFiles;
import dev.aiocontext.testkit.Opened;
import dev.aiocontext.testkit.RawCalls;
import dev.aiocontext.testkit.StackEnd;
import java.io.IOException;
import java.io.RandomAccessFile;
import java.lang.ref.WeakReference;
import java.nio.file.DirectoryStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.atomic.AtomicLong;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.EnumSource;
import org.junit.jupiter.params.provider.ValueSource;

/** A context inside another one, which waits for it: all that wakes a context wakes the outer one. */
class EmbeddedLoopTest {
    /** How the outer loop knows when to call prepare. */
    enum Style {
        HOOK {
            @Override
            void embed(AioContext outer, EmbeddedLoop inner, Opened opened) {
                opened.add(outer.onReadable(inner.fd(), (source, events) -> inner.dispatch()));
                opened.add(outer.newHook("inner", wait -> {
                    long longest = inner.prepare();
                    if (longest >= 0) {
                        wait.atMostNanos(longest);
                    }
                }));
            }
        },
        DESCRIPTOR_ALONE {
            @Override
            void embed(AioContext outer, EmbeddedLoop inner, Opened opened) {
                opened.add(outer.onReadable(inner.fd(), (source, events) -> {
                    inner.dispatch();
                    inner.prepare();
                }));
                outer.execute(inner::prepare);
            }
        };

        abstract void embed(AioContext outer, EmbeddedLoop inner, Opened opened);
    }

    private final Opened opened = new Opened();
    private final AtomicInteger calls = new AtomicInteger();

    @AfterEach
    void close() {
        opened.close();
    }

    private AioContext context(MonitorMode monitor) {
        return opened.context(AioContext.builder().monitor(monitor).relay(RelayMode.OFF));
    }

    private AioContext inner() {
        return context(MonitorMode.AUTO);
    }

    private LoopThread outer(Style style, AioContext inner, MonitorMode monitor) {
        EmbeddedLoop embedded = opened.add(inner.embed());
        LoopThread loop = opened.add(new LoopThread(
                AioContext.builder().monitor(monitor).relay(RelayMode.OFF).open()));
        style.embed(loop.context, embedded, opened);
        return loop;
    }

    private LoopThread outer(Style style, AioContext inner) {
        return outer(style, inner, MonitorMode.AUTO);
    }

    private void awaitCall(int before) {
        Eventually.holds("it is called", () -> calls.get() > before);
    }

    @ParameterizedTest
    @CsvSource({
        "HOOK, POLL, OFF", "HOOK, EPOLL, OFF", "HOOK, AUTO, THREAD",
        "DESCRIPTOR_ALONE, POLL, OFF", "DESCRIPTOR_ALONE, EPOLL, OFF", "DESCRIPTOR_ALONE, AUTO, THREAD"
    })
    void workOfAnotherThreadWakesTheOuterLoop(Style style, MonitorMode monitor, RelayMode relay) {
        AioContext inner = opened.context(AioContext.builder().relay(relay));
        BottomHalf half = opened.add(inner.newBottomHalf("half", calls::incrementAndGet));
        LoopThread outer = outer(style, inner, monitor);
        Random random = new Random(1);
        for (int round = 0; round < 300; round++) {
            if (round % 30 == 0) {
                outer.awaitBlocked();
            }
            int before = calls.get();
            switch (random.nextInt(3)) {
                case 0 -> inner.execute(calls::incrementAndGet);
                case 1 -> half.schedule();
                default -> half.scheduleIdle();
            }
            awaitCall(before);
        }
        outer.awaitBlocked(); // it does not spin
    }

    @ParameterizedTest
    @EnumSource
    void timersAndDescriptorsOfAllThreadsAreKept(Style style) {
        AioContext inner = inner();
        EventNotifier notifier = opened.notifier();
        FdSource source = opened.add(inner.onReadable(notifier.fd(), (self, events) -> {
            notifier.testAndClear();
            calls.incrementAndGet();
        }));
        AioTimer coarse = opened.add(inner.newTimer("coarse", (self, missed) -> calls.incrementAndGet()));
        AioTimer exact = opened.add(inner.newTimer(
                "exact", TimerOptions.DEFAULT.accuracy(Duration.ZERO), (self, missed) -> calls.incrementAndGet()));
        LoopThread outer = outer(style, inner);
        for (AioTimer timer : new AioTimer[] {coarse, exact}) {
            for (int round = 0; round < 5; round++) {
                timer.arm(Duration.ofDays(1));
                outer.awaitBlocked();
                int before = calls.get();
                timer.arm(Duration.ofMillis(1)); // earlier than the outer loop sleeps
                awaitCall(before);
                outer.awaitBlocked();
                outer.context.execute(
                        () -> timer.arm(Duration.ofMillis(1))); // on the home thread, outside of the inner loop
                awaitCall(before + 1);
                inner.execute(() -> timer.arm(Duration.ofMillis(1)));
                awaitCall(before + 2);
            }
        }
        for (int round = 0; round < 5; round++) {
            outer.awaitBlocked();
            int before = calls.get();
            notifier.set();
            awaitCall(before);
            source.suspend();
            notifier.set();
            outer.awaitBlocked();
            outer.context.execute(source::resume);
            awaitCall(before + 1);
        }
        outer.awaitBlocked();
    }

    @ParameterizedTest
    @EnumSource
    void whatTheHomeThreadDoesOutsideOfTheLoopIsSeen(Style style) {
        AioContext inner = inner();
        AtomicInteger prepared = new AtomicInteger();
        LoopThread outer = outer(style, inner);
        outer.awaitBlocked();
        outer.context.execute(() -> inner.execute(calls::incrementAndGet));
        awaitCall(0);
        outer.awaitBlocked();
        outer.context.execute(() -> opened.add(inner.newHook("hook", wait -> prepared.incrementAndGet())));
        Eventually.holds("the hook is called", () -> prepared.get() > 0);
        outer.awaitBlocked();
        inner.after(Duration.ofMillis(1), calls::incrementAndGet);
        awaitCall(1);
        outer.awaitBlocked();
    }

    @ParameterizedTest
    @EnumSource
    void hooksPrepareTheWaitOfTheOuterLoop(Style style) {
        AioContext inner = inner();
        AtomicInteger prepared = new AtomicInteger();
        AtomicInteger ended = new AtomicInteger();
        AtomicLong longest = new AtomicLong(1_000_000);
        Source hook = opened.add(inner.newHook("hook", new WaitHook() {
            @Override
            public void prepare(Wait wait) {
                assertThat(AioContext.current()).contains(inner);
                assertThat(prepared.incrementAndGet()).isEqualTo(ended.get() + 1);
                wait.atMostNanos(longest.get());
            }

            @Override
            public void after() {
                assertThat(AioContext.current()).contains(inner);
                assertThat(ended.incrementAndGet()).isEqualTo(prepared.get());
            }
        }));
        LoopThread outer = outer(style, inner);
        Eventually.holds("the time of the hook ends the wait", () -> prepared.get() > 10);
        longest.set(TimeUnit.DAYS.toNanos(1));
        outer.awaitBlocked();
        hook.suspend();
        inner.wakeup();
        outer.awaitBlocked();
        int before = prepared.get();
        hook.resume();
        Eventually.holds("it is called after the resume", () -> prepared.get() > before);
        assertThat(hook.isSuspended()).isFalse();
    }

    @ParameterizedTest
    @EnumSource
    void aPollOfTheHomeThreadLeavesTheDescriptorPrepared(Style style) {
        AioContext inner = inner();
        LoopThread outer = outer(style, inner);
        for (int round = 0; round < 20; round++) {
            outer.awaitBlocked();
            CountDownLatch polls = new CountDownLatch(1);
            int before = calls.get();
            outer.context.execute(() -> {
                polls.countDown();
                while (calls.get() == before) {
                    inner.poll(true);
                }
            });
            Eventually.holds("it polls", () -> polls.getCount() == 0);
            inner.execute(calls::incrementAndGet);
            awaitCall(before);
            outer.awaitBlocked();
            inner.execute(calls::incrementAndGet);
            awaitCall(before + 1);
        }
    }

    @ParameterizedTest
    @EnumSource
    void aStreamOfTasksStarvesNeitherLoop(Style style) {
        AioContext inner = inner();
        LoopThread outer = outer(style, inner);
        Runnable[] again = new Runnable[1];
        again[0] = () -> inner.execute(again[0]);
        inner.execute(again[0]);
        for (int round = 0; round < 20; round++) {
            int before = calls.get();
            outer.context.execute(calls::incrementAndGet);
            awaitCall(before);
            inner.after(Duration.ZERO, calls::incrementAndGet);
            awaitCall(before + 1);
        }
        again[0] = () -> {};
    }

    @Test
    void theTimeAndTheDescriptorTellTheSame() {
        AioContext inner = inner();
        AioContext outer = context(MonitorMode.AUTO);
        EmbeddedLoop embedded = opened.add(inner.embed());
        boolean[] readable = new boolean[1];
        opened.add(outer.onReadable(embedded.fd(), (source, events) -> readable[0] = true));
        outer.poll(false);
        assertThat(inner.monitor().monitor()).isEqualTo(MonitorMode.EPOLL);
        assertThat(inner.monitor().reason()).contains("another loop waits for it");
        assertThat(embedded.prepare()).isNegative();
        assertThat(embedded.prepareMillis()).isEqualTo(-1);
        assertThat(outer.poll(false)).isFalse();
        inner.execute(calls::incrementAndGet);
        assertThat(outer.poll(false)).isTrue();
        assertThat(embedded.prepare()).isZero(); // prepared twice, not dispatched
        assertThat(embedded.prepareMillis()).isZero();
        assertThat(outer.poll(false)).isTrue();
        assertThat(embedded.dispatch()).isTrue();
        assertThat(calls).hasValue(1);
        assertThat(embedded.dispatch()).isFalse(); // without prepare
        assertThat(outer.poll(false)).isFalse();
        inner.execute(calls::incrementAndGet);
        assertThat(embedded.prepare()).isZero(); // found by prepare itself
        assertThat(outer.poll(false)).isTrue();
        assertThat(embedded.dispatch()).isTrue();
        AioTimer timer = opened.add(inner.newTimer("timer", (self, missed) -> calls.incrementAndGet()));
        timer.arm(Duration.ofSeconds(100));
        assertThat(embedded.prepare()).isBetween(99_000_000_000L, 101_000_000_000L);
        assertThat(embedded.prepareMillis()).isBetween(99_000, 101_000);
        timer.arm(Duration.ofDays(365));
        assertThat(embedded.prepareMillis()).isEqualTo(Integer.MAX_VALUE);
        timer.disarm();
        inner.stop();
        assertThat(outer.poll(false)).isTrue();
        embedded.dispatch();
        inner.run(); // the stop is not forgotten
        embedded.prepare();
        assertThat(outer.poll(false)).isFalse();
        timer.arm(Duration.ofNanos(1));
        assertThat(outer.poll(true)).isTrue();
        embedded.dispatch();
        assertThat(calls).hasValue(3);
        embedded.prepare();
        assertThat(outer.poll(false)).isFalse();
        assertThat(readable[0]).isTrue();
    }

    @Test
    void anErrorThatLeavesDispatchOrPrepareHasTheOuterLoopComeAgain() {
        List<String> told = new ArrayList<>();
        AioContext inner = opened.context(AioContext.builder()
                .relay(RelayMode.OFF)
                .exceptionHandler((source, failure) -> told.add(failure.getMessage())));
        AioContext outer = context(MonitorMode.AUTO);
        EmbeddedLoop embedded = opened.add(inner.embed());
        opened.add(outer.onReadable(embedded.fd(), (source, events) -> {
            try {
                embedded.dispatch();
                embedded.prepare();
            } catch (AssertionError e) {
                inner.report(null, e);
            }
        }));
        embedded.prepare();
        inner.execute(() -> {
            throw new AssertionError("in dispatch");
        });
        assertThat(outer.poll(true)).isTrue();
        inner.execute(calls::incrementAndGet); // nothing was prepared
        for (int polls = 0; polls < 10; polls++) {
            outer.poll(false);
        }
        assertThat(calls).hasValue(1);

        Source hook = opened.add(inner.newHook("hook", wait -> {
            throw new AssertionError("in prepare");
        }));
        while (!hook.isSuspended()) {
            assertThat(outer.poll(true)).isTrue();
        }
        inner.execute(calls::incrementAndGet);
        for (int polls = 0; polls < 10; polls++) {
            outer.poll(false);
        }
        assertThat(calls).hasValue(2);
        assertThat(told).containsExactly("in dispatch", "in prepare");
        assertThat(outer.poll(false)).isFalse();
    }

    @Test
    void theDescriptorStaysTheSameWhenEpollBuildsItsSetAnew() {
        AioContext inner = inner();
        AioContext outer = context(MonitorMode.AUTO);
        EmbeddedLoop embedded = opened.add(inner.embed());
        int fd = embedded.fd();
        opened.add(outer.onReadable(fd, (source, events) -> {
            embedded.dispatch();
            embedded.prepare();
        }));
        Descriptors.Pipe pipe = Descriptors.pipe();
        int duplicate = RawCalls.duplicate(pipe.readEnd());
        FdSource source = inner.onReadable(pipe.readEnd(), (self, events) -> {});
        RawCalls.write(pipe.writeEnd());
        Descriptors.close(pipe.readEnd());
        source.close(); // the kernel reports it for ever: the duplicate is open
        embedded.prepare();
        while (outer.poll(false)) {
            calls.incrementAndGet();
        }
        assertThat(calls.get()).isLessThan(10);
        assertThat(embedded.fd()).isEqualTo(fd);
        EventNotifier notifier = opened.notifier();
        opened.add(inner.onReadable(notifier.fd(), (self, events) -> {
            calls.set(100);
            notifier.testAndClear();
        }));
        notifier.set();
        assertThat(outer.poll(true)).isTrue();
        assertThat(calls).hasValue(100);
        assertThat(outer.poll(false)).isFalse();
        Descriptors.close(duplicate);
        Descriptors.close(pipe.writeEnd());
    }

    @Test
    void misuseIsRefused() throws InterruptedException {
        AioContext poll = context(MonitorMode.POLL);
        assertThatThrownBy(poll::embed)
                .isInstanceOf(UnsupportedOperationException.class)
                .hasMessageContaining("MonitorMode.POLL is set");
        AioContext inner = inner();
        EmbeddedLoop embedded = opened.add(inner.embed());
        assertThatThrownBy(inner::embed)
                .isInstanceOf(IllegalStateException.class)
                .hasMessageContaining("embedded already");
        assertThatThrownBy(() -> inner.onReadable(embedded.fd(), (source, events) -> {}))
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessageContaining("own");
        Source hook = opened.add(inner.newHook("hook", wait -> embedded.prepare()));
        embedded.prepare();
        assertThat(hook.isSuspended()).isTrue();
        Throwable[] refusal = new Throwable[1];
        Thread other = Thread.ofPlatform().start(() -> {
            try {
                embedded.prepare();
            } catch (IllegalStateException e) {
                refusal[0] = e;
            }
        });
        other.join();
        assertThat(refusal[0]).hasMessageContaining("only its home thread");
        int fd = embedded.fd();
        embedded.close();
        embedded.close();
        assertThat(embedded.isOpen()).isFalse();
        assertThatThrownBy(embedded::prepare).hasMessageContaining("is closed");
        assertThatThrownBy(embedded::dispatch).hasMessageContaining("is closed");
        assertThatThrownBy(embedded::fd).hasMessageContaining("is closed");
        inner.execute(calls::incrementAndGet);
        assertThat(inner.poll(true)).isTrue(); // by itself again
        EventNotifier notifier = opened.notifier();
        int free = RawCalls.duplicate(notifier.fd(), fd); // the number is free, and may be watched
        opened.add(inner.onReadable(free, (source, events) -> {})).close();
        Descriptors.close(free);
        opened.add(inner.embed()).prepare();
        try (LoopThread running =
                new LoopThread(AioContext.builder().relay(RelayMode.OFF).open())) {
            running.awaitBlocked();
            assertThatThrownBy(running.context::embed).hasMessageContaining("only its home thread");
        }
    }

    @Test
    void theEndOfTheContextEndsItAndFreesItsDescriptors() {
        EventNotifier first = EventNotifier.open();
        int lowest = first.fd();
        first.close();
        AioContext inner = AioContext.builder().relay(RelayMode.OFF).open();
        EmbeddedLoop embedded = inner.embed();
        embedded.prepare();
        inner.execute(calls::incrementAndGet);
        inner.close();
        assertThat(calls).hasValue(1);
        assertThat(embedded.isOpen()).isFalse();
        assertThatThrownBy(embedded::prepare).hasMessageContaining("closed");
        embedded.close();
        assertThat(opened.notifier().fd()).isEqualTo(lowest);
    }

    @Test
    void anotherThreadMayCloseTheContextOnceTheEmbeddingIsClosed() {
        AioContext inner = inner();
        EmbeddedLoop embedded = inner.embed();
        CountDownLatch closed = new CountDownLatch(1);
        LoopThread outer = opened.add(
                new LoopThread(AioContext.builder().relay(RelayMode.OFF).open()));
        outer.context.execute(() -> {
            embedded.prepare();
            embedded.close();
            closed.countDown();
        });
        Eventually.holds("it is closed", () -> closed.getCount() == 0);
        inner.close();
        assertThat(inner.isClosed()).isTrue();
    }

    @Test
    void aVirtualThreadMayBeTheOuterLoopAndMayNotBlock() {
        AioContext inner = inner();
        EmbeddedLoop embedded = inner.embed();
        Throwable[] failure = new Throwable[1];
        Thread outer = Thread.ofVirtual().start(() -> {
            try {
                inner.execute(() -> assertThatThrownBy(() -> inner.poll(true))
                        .isInstanceOf(IllegalStateException.class)
                        .hasMessageContaining("platform thread"));
                inner.execute(calls::incrementAndGet);
                assertThat(embedded.prepare()).isZero();
                assertThat(embedded.dispatch()).isTrue();
                assertThat(inner.poll(false)).isFalse();
                embedded.close();
                assertThatThrownBy(() -> inner.poll(true)).isInstanceOf(IllegalStateException.class);
            } catch (Throwable t) {
                failure[0] = t;
            }
        });
        Eventually.ends(outer);
        assertThat(failure[0]).isNull();
        assertThat(calls).hasValue(1);
    }

    @Test
    void aVirtualClockWakesTheOuterLoop() {
        VirtualClock clock = new VirtualClock();
        AioContext inner = opened.context(AioContext.builder().clock(clock).relay(RelayMode.OFF));
        inner.after(Duration.ofHours(1), calls::incrementAndGet);
        LoopThread outer = outer(Style.DESCRIPTOR_ALONE, inner);
        outer.awaitBlocked();
        assertThat(calls).hasValue(0);
        clock.advance(Duration.ofHours(1));
        awaitCall(0);
    }

    @Test
    void aTaskOfAPollMayCloseIt() {
        AioContext inner = inner();
        EmbeddedLoop embedded = inner.embed();
        AioTimer timer = opened.add(inner.newTimer("timer", (self, missed) -> calls.incrementAndGet()));
        embedded.prepare();
        inner.execute(embedded::close);
        timer.arm(Duration.ofSeconds(5));
        assertThat(inner.poll(false)).isTrue();
        assertThat(embedded.isOpen()).isFalse();
        timer.arm(Duration.ofMillis(1));
        while (calls.get() == 0) {
            inner.poll(true);
        }
    }

    @ParameterizedTest
    @ValueSource(strings = {"prepare", "after"})
    void aHookMayCloseItWhileItPrepares(String where) {
        AioContext inner = inner();
        EmbeddedLoop embedded = inner.embed();
        AioTimer timer = opened.add(inner.newTimer("timer", (self, missed) -> calls.incrementAndGet()));
        timer.arm(Duration.ofDays(1));
        String[] closesIn = {""};
        AtomicInteger prepared = new AtomicInteger();
        opened.add(inner.newHook("hook", new WaitHook() {
            @Override
            public void prepare(Wait wait) {
                prepared.incrementAndGet();
                closeIf("prepare");
            }

            @Override
            public void after() {
                prepared.decrementAndGet();
                closeIf("after");
            }

            private void closeIf(String here) {
                if (closesIn[0].equals(here)) {
                    embedded.close();
                }
            }
        }));
        embedded.prepare();
        closesIn[0] = where;
        embedded.prepare();
        assertThat(embedded.isOpen()).isFalse();
        assertThat(prepared).hasValue(0); // each hook has heard that the wait is over
        closesIn[0] = "";
        inner.poll(false); // takes the wake-up that the new hook has asked for
        long waits = inner.statistics().load().waits();
        inner.poll(Duration.ofNanos(1));
        assertThat(inner.statistics().load().waits())
                .as("it waits by itself again")
                .isEqualTo(waits + 1);
    }

    @Test
    void aClosedDescriptorIsRefusedBeforeItsMemoryIsUsed() {
        TimerFd timer = TimerFd.ofMonotonicClock();
        timer.close();
        assertThatThrownBy(() -> timer.set(1)).isInstanceOf(IllegalStateException.class);
        assertThatThrownBy(timer::stop).isInstanceOf(IllegalStateException.class);
        assertThatThrownBy(timer::clear).isInstanceOf(IllegalStateException.class);
        EpollFd epoll = EpollFd.open();
        epoll.close();
        assertThatThrownBy(() -> epoll.add(0)).isInstanceOf(IllegalStateException.class);
        SignalFd signal = new SignalFd(SignalNumber.of("USR2"));
        signal.close();
        assertThatThrownBy(signal::read).isInstanceOf(IllegalStateException.class);
    }

    /** Epoll refuses sets that are nested too deep, and the outermost one is that of the embedding. */
    @Test
    void oneThatCannotBeOpenedLeavesTheContextAsItWas() {
        EventNotifier notifier = opened.notifier();
        List<EpollFd> sets = new ArrayList<>();
        sets.add(opened.add(EpollFd.open()));
        sets.get(0).add(notifier.fd());
        for (int depth = 0; ; depth++) {
            EpollFd deeper = opened.add(EpollFd.open());
            deeper.add(sets.get(depth).fd());
            sets.add(deeper);
            AioContext inner = inner();
            inner.onReadable(sets.get(depth).fd(), (source, events) -> {});
            try {
                inner.embed().close();
            } catch (SyscallException refused) {
                Map<Integer, String> before = OpenFiles.now();
                assertThatThrownBy(inner::embed).isInstanceOf(SyscallException.class);
                assertThat(OpenFiles.since(before)).isEmpty();
                inner.onReadable(deeper.fd(), (source, events) -> calls.incrementAndGet()); // epoll refuses it, too
                assertThat(inner.monitor().monitor()).isEqualTo(MonitorMode.POLL);
                notifier.set();
                assertThat(inner.poll(true)).isTrue();
                assertThat(calls).hasValue(1);
                return;
            }
        }
    }

    @Test
    void whereverTheStackEndsAnotherCloseClosesItsDescriptors() {
        EmbeddedLoop early = inner().embed();
        early.prepare();
        early.close();
        List<EmbeddedLoop> embedded = new ArrayList<>();
        for (int i = 0; i < 60; i++) {
            embedded.add(inner().embed()); // it has no home thread
        }
        List<Integer> numbers = embedded.stream().map(EmbeddedLoop::fd).toList();
        StackEnd.call(embedded.size(), 0, fromEnd -> {
            try {
                embedded.get(fromEnd).close();
            } catch (StackOverflowError end) {
                calls.incrementAndGet();
            }
        });
        embedded.forEach(EmbeddedLoop::close);
        assertThat(calls.get()).isPositive();
        assertThat(OpenFiles.now().keySet()).doesNotContainAnyElementsOf(numbers);
    }

    @Test
    void theTimeThatTheOuterLoopWaitsCountsAsWaiting() {
        AioContext inner = inner();
        EmbeddedLoop embedded = opened.add(inner.embed());
        assertThat(embedded.prepare()).isNegative();
        assertThat(inner.statistics().load().waits()).isEqualTo(1);
        assertThat(inner.statistics().load().busySince()).isZero();
        Duration busy = inner.statistics().load().busy();
        long began = System.nanoTime();
        Eventually.holds("time goes by", () -> System.nanoTime() - began > 1_000_000);
        assertThat(inner.statistics().load().busy()).isEqualTo(busy);
        embedded.dispatch();
        Eventually.holds(
                "it is busy", () -> inner.statistics().load().busySince().isPositive());
        embedded.prepare();
        Duration busyBefore = inner.statistics().load().busy();
        inner.stop();
        inner.run(); // gives the context up, and leaves it prepared
        embedded.dispatch();
        AioStatistics.Load load = inner.statistics().load();
        assertThat(load.busy().minus(load.busySince())).isEqualTo(busyBefore);
        long waits = inner.statistics().load().waits();
        inner.execute(calls::incrementAndGet);
        assertThat(embedded.prepare()).isZero();
        assertThat(inner.statistics().load().waits()).isEqualTo(waits);
    }

    @Test
    void aVirtualThreadMayNotBlockAfterACallbackHasClosedIt() {
        AioContext inner = inner();
        EmbeddedLoop embedded = inner.embed();
        Throwable[] failure = new Throwable[1];
        Thread outer = Thread.ofVirtual().start(() -> {
            try {
                inner.execute(embedded::close);
                embedded.dispatch();
                assertThat(embedded.isOpen()).isFalse();
                inner.wakeup(); // a poll that waits would return at once
                assertThatThrownBy(() -> inner.poll(true))
                        .isInstanceOf(IllegalStateException.class)
                        .hasMessageContaining("platform thread");
                assertThat(inner.poll(false)).isFalse();
            } catch (Throwable t) {
                failure[0] = t;
            }
        });
        Eventually.ends(outer);
        assertThat(failure[0]).isNull();
    }

    @Test
    void aContextThatIsClosedWhileItIsPreparedIsNotKeptAliveByItsThread() {
        WeakReference<AioContext> closed = closedWhilePrepared();
        Eventually.holds("the closed context is garbage", () -> {
            System.gc();
            return closed.refersTo(null);
        });
    }

    private static WeakReference<AioContext> closedWhilePrepared() {
        AioContext inner = AioContext.builder().relay(RelayMode.OFF).open();
        inner.embed().prepare();
        inner.close();
        return new WeakReference<>(inner);
    }

    /** Epoll refuses it, so its descriptor does not tell that it is always ready. */
    @ParameterizedTest
    @EnumSource
    void aRegularFileIsAlwaysReady(Style style, @TempDir Path directory) throws IOException {
        AioContext inner = inner();
        LoopThread outer = outer(style, inner);
        Path path = Files.createFile(directory.resolve("file"));
        try (RandomAccessFile file = new RandomAccessFile(path.toFile(), "r")) {
            assertThat(file.length()).isZero();
            int fd = descriptorOf(path);
            outer.awaitBlocked();
            outer.context.execute(() -> inner.onReadable(fd, (source, events) -> {
                if (calls.incrementAndGet() == 5) {
                    source.close();
                }
            }));
            Eventually.holds("it is called again and again", () -> calls.get() == 5);
            outer.awaitBlocked();
        }
    }

    private static int descriptorOf(Path file) throws IOException {
        try (DirectoryStream<Path> descriptors = Files.newDirectoryStream(Path.of("/proc/self/fd"))) {
            for (Path descriptor : descriptors) {
                if (Files.exists(descriptor) && Files.isSameFile(descriptor, file)) {
                    return Integer.parseInt(descriptor.getFileName().toString());
                }
            }
        }
        throw new AssertionError(file + " is not open");
    }
}
