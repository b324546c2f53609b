package dev.aiocontext.internal.wakeup;

import static org.assertj.core.api.Assertions.assertThat;

import dev.aiocontext.Eventually;
import dev.aiocontext.internal.wakeup.WorkList.Work;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.Test;

class WorkListTest {
    private final WorkList list = new WorkList();
    private final WorkQueue queue = new WorkQueue();

    private static final class Numbered extends Work {
        final int number;

        Numbered(int number) {
            this.number = number;
        }
    }

    private List<Integer> drain() {
        List<Integer> numbers = new ArrayList<>();
        for (Work work = queue.poll(); work != null; work = queue.poll()) {
            numbers.add(((Numbered) work).number);
        }
        return numbers;
    }

    @Test
    void whatIsPushedFirstIsTakenFirst() {
        for (int i = 0; i < 5; i++) {
            assertThat(list.push(new Numbered(i))).isTrue();
        }
        assertThat(queue.append(list.takeAll())).isEqualTo(5);
        assertThat(list.isEmpty()).isTrue();
        list.push(new Numbered(5));
        assertThat(queue.append(list.takeAll())).isEqualTo(1);
        assertThat(drain()).containsExactly(0, 1, 2, 3, 4, 5);
    }

    @Test
    void workCanBePushedAgainAsSoonAsItIsTaken() {
        Numbered work = new Numbered(7);
        for (int i = 0; i < 3; i++) {
            list.push(work);
            queue.append(list.takeAll());
            assertThat(drain()).containsExactly(7);
        }
    }

    @Test
    void aClosedListGivesWhatItHadAndTakesNoMore() {
        list.push(new Numbered(1));
        queue.append(list.close());
        assertThat(list.push(new Numbered(2))).isFalse();
        assertThat(list.isEmpty()).isTrue();
        assertThat(list.takeAll()).isNull();
        assertThat(list.close()).isNull();
        assertThat(drain()).containsExactly(1);
    }

    @Test
    void nothingIsLostBetweenPushersTakerAndClose() throws InterruptedException {
        int pushers = 3;
        int each = 50_000;
        AtomicInteger accepted = new AtomicInteger();
        CountDownLatch pushing = new CountDownLatch(pushers);
        List<Thread> threads = new ArrayList<>();
        for (int p = 0; p < pushers; p++) {
            threads.add(Thread.ofPlatform().start(() -> {
                pushing.countDown();
                for (int i = 0; i < each && list.push(new Numbered(i)); i++) {
                    accepted.incrementAndGet();
                }
            }));
        }
        pushing.await();
        int taken = 0;
        while (taken < each) {
            taken += queue.append(list.takeAll());
        }
        taken += queue.append(list.close());
        for (Thread thread : threads) {
            Eventually.ends(thread);
        }
        assertThat(taken).isEqualTo(accepted.get());
        assertThat(drain()).hasSize(taken);
    }
}
