package dev.aiocontext.internal.wakeup;

import static org.assertj.core.api.Assertions.assertThat;

import com.sun.management.ThreadMXBean;
import dev.aiocontext.testkit.Eventually;
import java.lang.management.ManagementFactory;
import java.lang.ref.WeakReference;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class WorkQueueTest {
    private static List<Integer> takeTo(WorkQueue<Integer> queue, long end) {
        List<Integer> numbers = new ArrayList<>();
        for (Integer number = queue.take(end); number != null; number = queue.take(end)) {
            numbers.add(number);
        }
        return numbers;
    }

    @ParameterizedTest
    @ValueSource(ints = {1, 2, 3, 64})
    void whatIsPushedFirstIsTakenFirstAcrossAnyNumberOfSegments(int capacity) {
        WorkQueue<Integer> queue = new WorkQueue<>(capacity);
        int next = 0;
        for (int burst = 0; burst < 20; burst++) {
            int first = next;
            for (int i = 0; i < burst; i++) {
                assertThat(queue.push(next++)).isTrue();
            }
            assertThat(queue.isEmpty()).isEqualTo(burst == 0);
            assertThat(takeTo(queue, queue.end()))
                    .containsExactlyElementsOf(
                            IntStream.range(first, next).boxed().toList());
            assertThat(queue.isEmpty()).isTrue();
        }
    }

    @ParameterizedTest
    @ValueSource(ints = {1, 2, 64})
    void whatIsPushedAfterTheEndWasFixedIsLeft(int capacity) {
        WorkQueue<Integer> queue = new WorkQueue<>(capacity);
        queue.push(1);
        queue.push(2);
        long end = queue.end();
        queue.push(3);
        assertThat(takeTo(queue, end)).containsExactly(1, 2);
        assertThat(queue.isEmpty()).isFalse();
        assertThat(queue.take(end)).isNull();
        assertThat(takeTo(queue, queue.end())).containsExactly(3);
    }

    @ParameterizedTest
    @ValueSource(ints = {1, 2, 64})
    void aClosedQueueGivesWhatItHadAndTakesNoMore(int capacity) {
        WorkQueue<Integer> queue = new WorkQueue<>(capacity);
        queue.push(1);
        queue.close();
        queue.close();
        assertThat(queue.push(2)).isFalse();
        assertThat(queue.isEmpty()).isFalse();
        assertThat(takeTo(queue, queue.end())).containsExactly(1);
        assertThat(queue.push(3)).isFalse();
        assertThat(queue.isEmpty()).isTrue();
        assertThat(queue.take(queue.end())).isNull();
    }

    @Test
    void workThatWasTakenIsNotKeptAlive() {
        WorkQueue<Object> queue = new WorkQueue<>(8);
        queue.push(new Object());
        var taken = new WeakReference<>(queue.take(queue.end()));
        Eventually.holds("it was collected", () -> {
            System.gc();
            return taken.refersTo(null);
        });
    }

    @Test
    void anArrayIsUsedAgain() {
        int capacity = 1024;
        WorkQueue<Object> queue = new WorkQueue<>(capacity);
        ThreadMXBean threads = (ThreadMXBean) ManagementFactory.getThreadMXBean();
        long before = 0;
        int rounds = 100;
        for (int round = -2; round < rounds; round++) {
            if (round == 0) {
                before = threads.getCurrentThreadAllocatedBytes();
            }
            for (int i = 0; i < capacity; i++) {
                queue.push(queue);
                queue.take(queue.end());
            }
        }
        // A slot has 4 bytes or more.
        assertThat(threads.getCurrentThreadAllocatedBytes() - before).isLessThan((long) rounds * capacity);
    }

    @ParameterizedTest
    @ValueSource(ints = {1, 3, 64, 1024})
    void nothingIsLostOrOutOfOrderBetweenPushersTakerAndClose(int capacity) throws InterruptedException {
        WorkQueue<int[]> queue = new WorkQueue<>(capacity);
        int pushers = 3;
        int each = 50_000;
        AtomicInteger accepted = new AtomicInteger();
        CountDownLatch pushing = new CountDownLatch(pushers);
        List<Thread> threads = new ArrayList<>();
        for (int p = 0; p < pushers; p++) {
            int pusher = p;
            threads.add(Thread.ofPlatform().start(() -> {
                pushing.countDown();
                for (int i = 0; i < each && queue.push(new int[] {pusher, i}); i++) {
                    accepted.incrementAndGet();
                }
            }));
        }
        pushing.await();
        int[] next = new int[pushers];
        int taken = 0;
        while (taken < each) {
            taken += takeInOrder(queue, next);
        }
        queue.close();
        for (Thread thread : threads) {
            Eventually.ends(thread);
        }
        taken += takeInOrder(queue, next);
        assertThat(taken).isEqualTo(accepted.get());
    }

    private static int takeInOrder(WorkQueue<int[]> queue, int[] next) {
        int taken = 0;
        long end = queue.end();
        for (int[] work = queue.take(end); work != null; work = queue.take(end)) {
            assertThat(work[1]).isEqualTo(next[work[0]]++);
            taken++;
        }
        return taken;
    }
}
