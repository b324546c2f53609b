package dev.aiocontext.stress;

import java.util.ArrayDeque;
import java.util.Deque;
import org.jetbrains.lincheck.datastructures.IntGen;
import org.jetbrains.lincheck.datastructures.ModelCheckingOptions;
import org.jetbrains.lincheck.datastructures.Operation;
import org.jetbrains.lincheck.datastructures.Param;
import org.jetbrains.lincheck.datastructures.StressOptions;
import org.junit.jupiter.api.Test;

/**
 * The list of work is linearizable: whatever several threads did to it, there is an order of their calls, one after the
 * other, in which a plain queue would have answered the same. The home thread takes and runs in any order, as nested
 * polls do: each of them takes what is there and goes on with what outer ones took before.
 */
class InboxLinearizabilityTest {
    @Test
    void inEveryInterleavingThatIsTried() {
        new ModelCheckingOptions()
                .threads(3)
                .actorsBefore(2)
                .actorsPerThread(3)
                .actorsAfter(3)
                .iterations(40)
                .invocationsPerIteration(500)
                .checkObstructionFreedom(true)
                .sequentialSpecification(PlainQueue.class)
                .check(Calls.class);
    }

    @Test
    void underStress() {
        new StressOptions()
                .threads(2)
                .actorsBefore(2)
                .actorsPerThread(4)
                .actorsAfter(3)
                .iterations(5)
                .invocationsPerIteration(500)
                .sequentialSpecification(PlainQueue.class)
                .check(Calls.class);
    }

    /** What Lincheck calls: the first from all threads, the others from one of them. */
    @Param(name = "number", gen = IntGen.class, conf = "1:9")
    public static class Calls {
        private final Inbox inbox = Inbox.open();

        @Operation
        public boolean push(@Param(name = "number") int number) {
            return inbox.push(number);
        }

        @Operation(nonParallelGroup = "home")
        public int take() {
            return inbox.take();
        }

        @Operation(nonParallelGroup = "home")
        public int next() {
            return inbox.next();
        }

        @Operation(nonParallelGroup = "home")
        public boolean isEmpty() {
            return inbox.isEmpty();
        }

        @Operation(nonParallelGroup = "home", runOnce = true)
        public int close() {
            return inbox.close();
        }
    }

    /** The same, for one thread. */
    public static class PlainQueue {
        private final Deque<Integer> waiting = new ArrayDeque<>();
        private final Deque<Integer> taken = new ArrayDeque<>();
        private boolean closed;

        public boolean push(int number) {
            return !closed && waiting.add(number);
        }

        public int take() {
            int count = waiting.size();
            taken.addAll(waiting);
            waiting.clear();
            return count;
        }

        public int next() {
            Integer next = taken.poll();
            return next == null ? 0 : next;
        }

        public boolean isEmpty() {
            return waiting.isEmpty();
        }

        public int close() {
            closed = true;
            return take();
        }
    }
}
