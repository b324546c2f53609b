package dev.aiocontext.internal.timer;

import static org.assertj.core.api.Assertions.assertThat;

import dev.aiocontext.testkit.Rounds;
import java.util.HashMap;
import java.util.Map;
import java.util.Random;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** The entries of a chunk, few and many, whose orders are in the span of a slot of some level. */
class SorterTest {
    private static final int CAPACITY = Chunks.CAPACITY;
    private static final TimerKind KIND = new TimerKind(0);

    private final Random random = Rounds.random();
    private final Sorter sorter = new Sorter(CAPACITY);

    @ParameterizedTest
    @ValueSource(ints = {0, 1, 2, 6, 10})
    void eachOrderKeepsItsTimer(int level) {
        long span = 1L << Math.min(62, Levels.BITS * Math.max(1, level + 1));
        for (int round = 0; round < 200; round++) {
            Chunk chunk = new Chunk(CAPACITY);
            Map<TimerEntry, Long> orders = new HashMap<>();
            int size = 1 + random.nextInt(CAPACITY);
            for (int i = 0; i < size; i++) {
                long mark = random.nextBoolean() ? Filing.MARK : 0;
                long order = (random.nextInt(4) == 0 ? random.nextLong(3) : random.nextLong(span)) | mark;
                TimerEntry timer = new TimerEntry(KIND);
                chunk.append(order, timer);
                orders.put(timer, order);
            }
            int gone = random.nextInt(size);
            for (int i = 0; i < gone; i++) {
                orders.remove(chunk.timer(i));
                chunk.removeFirst();
            }
            sorter.sort(chunk, level);
            assertSorted(chunk, orders);
        }
    }

    private static void assertSorted(Chunk chunk, Map<TimerEntry, Long> left) {
        long before = 0;
        for (int i = chunk.from; i < chunk.end; i++) {
            assertThat(chunk.orders[i] & TimerEntry.KEY).isGreaterThanOrEqualTo(before);
            before = chunk.orders[i] & TimerEntry.KEY;
            assertThat(left.remove(chunk.timer(i))).isEqualTo(chunk.orders[i]);
        }
        assertThat(left).isEmpty();
        for (int i = 0; i < CAPACITY; i++) {
            if (i < chunk.from || i >= chunk.end) {
                assertThat(chunk.timers[i]).as("a place without an entry").isNull();
            }
        }
    }
}
