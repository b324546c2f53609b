package dev.aiocontext;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.aiocontext.testkit.Eventually;
import dev.aiocontext.testkit.LoopThread;
import dev.aiocontext.testkit.OpenFiles;
import dev.aiocontext.testkit.StackEnd;
import java.lang.ref.WeakReference;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** The end of an embedding, and of a context that is embedded. */
class EmbeddedLoopEndTest extends EmbeddedLoops {
    @Test
    void theEndOfTheContextEndsItAndFreesItsDescriptors() {
        EventNotifier first = EventNotifier.open();
        int lowest = first.fd();
        first.close();
        AioContext inner = AioContext.open();
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
    void itsNumbersMayBeWatchedOnceItIsClosed() {
        AioContext inner = inner();
        EmbeddedLoop embedded = inner.embed();
        int fd = embedded.fd();
        embedded.close();
        List<EventNotifier> next = List.of(opened.notifier(), opened.notifier(), opened.notifier(), opened.notifier());
        assertThat(next).extracting(EventNotifier::fd).contains(fd);
        for (EventNotifier notifier : next) { // the kernel gives the lowest number that is free: these have its two
            opened.add(inner.onReadable(notifier.fd(), (source, events) -> {}));
        }
    }

    @ParameterizedTest
    @ValueSource(strings = {"outside", "in a task", "in a hook"})
    void anotherThreadMayCloseTheContextOnceTheEmbeddingIsClosed(String where) {
        AioContext inner = inner();
        EmbeddedLoop embedded = inner.embed();
        CountDownLatch closed = new CountDownLatch(1);
        LoopThread outer = opened.add(new LoopThread(AioContext.open()));
        outer.context.execute(() -> {
            if (where.equals("in a hook")) {
                inner.newHook("hook", wait -> embedded.close());
            }
            embedded.prepare();
            if (where.equals("outside")) {
                embedded.close();
            } else if (where.equals("in a task")) {
                inner.execute(embedded::close);
                embedded.dispatch();
            }
            closed.countDown();
        });
        Eventually.holds("it is closed", () -> closed.getCount() == 0);
        inner.close();
        assertThat(inner.isClosed()).isTrue();
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
    void aVirtualThreadMayNotBlockAfterACallbackHasClosedIt() {
        AioContext inner = inner();
        EmbeddedLoop embedded = inner.embed();
        Throwable[] failure = new Throwable[1];
        Thread outer = Thread.ofVirtual().start(() -> {
            try {
                inner.execute(() -> {
                    embedded.close();
                    inner.wakeup(); // a poll that waits would return at once
                    assertThatThrownBy(() -> inner.poll(true))
                            .isInstanceOf(IllegalStateException.class)
                            .hasMessageContaining("platform thread");
                    assertThat(inner.poll(false)).isFalse();
                    calls.incrementAndGet();
                });
                embedded.dispatch();
                assertThat(embedded.isOpen()).isFalse();
                assertThat(calls).hasValue(1);
                assertThatThrownBy(() -> inner.poll(false)) // it has given the context up
                        .isInstanceOf(IllegalStateException.class)
                        .hasMessageContaining("platform thread");
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
        AioContext inner = AioContext.open();
        inner.embed().prepare();
        inner.close();
        return new WeakReference<>(inner);
    }
}
