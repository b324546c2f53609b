package dev.aiocontext.stress;

import dev.aiocontext.internal.wakeup.WorkQueue;
import java.util.ArrayList;
import java.util.List;
import org.jetbrains.lincheck.datastructures.IntGen;
import org.jetbrains.lincheck.datastructures.ModelCheckingOptions;
import org.jetbrains.lincheck.datastructures.Operation;
import org.jetbrains.lincheck.datastructures.Param;
import org.jetbrains.lincheck.datastructures.StressOptions;
import org.junit.jupiter.api.Test;

/**
 * {@link WorkQueue} is linearizable: whatever several threads did to it, there is an order of their calls, one after the
 * other, in which a plain list would have answered the same. The home thread looks where the end is and takes in any
 * order, as nested polls do: each of them looks anew, and goes on with what outer ones have left. No thread ever has to
 * wait for another.
 */
class WorkQueueLinearizabilityTest {
    @Test
    void inEveryInterleavingThatIsTried() {
        check(OneSlot.class);
        check(TwoSlots.class);
    }

    private static void check(Class<?> calls) {
        new ModelCheckingOptions()
                .threads(3)
                .actorsBefore(1)
                .actorsPerThread(3)
                .actorsAfter(2)
                .iterations(25)
                .invocationsPerIteration(400)
                .checkObstructionFreedom(true)
                .sequentialSpecification(PlainList.class)
                .check(calls);
    }

    @Test
    void underStress() {
        new StressOptions()
                .threads(2)
                .actorsBefore(1)
                .actorsPerThread(4)
                .actorsAfter(2)
                .iterations(5)
                .invocationsPerIteration(500)
                .sequentialSpecification(PlainList.class)
                .check(TwoSlots.class);
    }

    /** What Lincheck calls: the first from all threads, the others from one of them. */
    @Param(name = "work", gen = IntGen.class, conf = "1:9")
    public abstract static class Calls {
        private final WorkQueue<Integer> queue;
        private long end;

        Calls(int segmentCapacity) {
            queue = new WorkQueue<>(segmentCapacity);
        }

        @Operation
        public boolean push(@Param(name = "work") int work) {
            return queue.push(work);
        }

        /** What a poll begins with. */
        @Operation(nonParallelGroup = "home")
        public long end() {
            end = queue.end();
            return end;
        }

        @Operation(nonParallelGroup = "home")
        public int take() {
            Integer work = queue.take(end);
            return work == null ? 0 : work;
        }

        /** What comes next, be it within the end or not. */
        @Operation(nonParallelGroup = "home")
        public int peek() {
            Integer work = queue.peek();
            return work == null ? 0 : work;
        }

        /** A whole poll. */
        @Operation(nonParallelGroup = "home")
        public List<Integer> poll() {
            List<Integer> work = new ArrayList<>();
            end = queue.end();
            for (Integer next = queue.take(end); next != null; next = queue.take(end)) {
                work.add(next);
            }
            return work;
        }

        @Operation(nonParallelGroup = "home")
        public boolean isEmpty() {
            return queue.isEmpty();
        }

        @Operation(nonParallelGroup = "home")
        public void close() {
            queue.close();
        }
    }

    /** Every push needs a segment of its own, and arrays are used again at once. */
    public static class OneSlot extends Calls {
        public OneSlot() {
            super(1);
        }
    }

    /** Some pushes find a slot, some need a segment. */
    public static class TwoSlots extends Calls {
        public TwoSlots() {
            super(2);
        }
    }

    /** The same, for one thread. */
    public static class PlainList {
        private final List<Integer> pushed = new ArrayList<>();
        private int taken;
        private int end;
        private boolean closed;

        public boolean push(int work) {
            return !closed && pushed.add(work);
        }

        public long end() {
            end = pushed.size();
            return end;
        }

        public int take() {
            return taken < end ? pushed.get(taken++) : 0;
        }

        public int peek() {
            return taken < pushed.size() ? pushed.get(taken) : 0;
        }

        public List<Integer> poll() {
            List<Integer> work = new ArrayList<>(pushed.subList(taken, pushed.size()));
            taken = pushed.size();
            end = taken;
            return work;
        }

        public boolean isEmpty() {
            return taken == pushed.size();
        }

        public void close() {
            closed = true;
        }
    }
}
