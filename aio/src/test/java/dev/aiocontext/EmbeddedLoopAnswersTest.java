package dev.aiocontext;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.aiocontext.internal.posix.Descriptors;
import dev.aiocontext.internal.posix.EpollFd;
import dev.aiocontext.testkit.Eventually;
import dev.aiocontext.testkit.LoopThread;
import dev.aiocontext.testkit.OpenFiles;
import dev.aiocontext.testkit.RawCalls;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;

/** What an embedded context tells the outer loop: a time, a descriptor, and why it refuses. */
class EmbeddedLoopAnswersTest extends EmbeddedLoops {
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
        long armed = System.nanoTime();
        timer.arm(Duration.ofSeconds(100));
        long left = embedded.prepare();
        int leftMillis = embedded.prepareMillis();
        Duration since = Duration.ofNanos(System.nanoTime() - armed); // it may be long where the machine is held up
        assertThat(left).isBetween(99_000_000_000L - since.toNanos(), 101_000_000_000L);
        assertThat(leftMillis).isBetween(99_000 - (int) since.toMillis(), 101_000);
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
        AioContext inner = opened.context(
                AioContext.builder().exceptionHandler((source, failure) -> told.add(failure.getMessage())));
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
                .hasMessageContaining("MonitorMode.POLL is set")
                .hasMessageContaining("with MonitorMode.AUTO or EPOLL");
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
        try (LoopThread running = new LoopThread(AioContext.open())) {
            running.awaitBlocked();
            assertThatThrownBy(running.context::embed).hasMessageContaining("only its home thread");
        }
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
}
