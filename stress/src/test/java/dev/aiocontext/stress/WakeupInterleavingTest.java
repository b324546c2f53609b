package dev.aiocontext.stress;

import dev.aiocontext.internal.wakeup.Doorbell;
import dev.aiocontext.internal.wakeup.Wakeup;
import dev.aiocontext.internal.wakeup.WorkQueue;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.atomic.AtomicIntegerArray;
import org.jetbrains.lincheck.datastructures.ModelCheckingOptions;
import org.jetbrains.lincheck.datastructures.Operation;
import org.jetbrains.lincheck.datastructures.StressOptions;
import org.jetbrains.lincheck.datastructures.Validate;
import org.jetbrains.lincheck.datastructures.verifier.EpsilonVerifier;
import org.junit.jupiter.api.Test;

/**
 * Notifiers and a loop meet in the library's {@link Wakeup}, whose doorbell is a flag. Instead of blocking, the loop falls
 * asleep and is asked again later. When all have come to their end, no work may be left to a loop that sleeps. What disarming
 * says was rung has been rung. A notifier that comes after all of them rings if nobody has rung for this arming, and not
 * otherwise.
 */
class WakeupInterleavingTest {
    private static final int MOST_ARMINGS = 64;

    @Test
    void noWakeupIsLostInAnyInterleavingThatIsTried() {
        check(3, 2);
        check(2, 3);
    }

    private static void check(int threads, int callsOfEach) {
        new ModelCheckingOptions()
                .threads(threads)
                .actorsBefore(0)
                .actorsPerThread(callsOfEach)
                .actorsAfter(0)
                .iterations(15)
                .invocationsPerIteration(2000)
                .checkObstructionFreedom(true)
                .verifier(EpsilonVerifier.class)
                .check(Meeting.class);
    }

    @Test
    void noWakeupIsLostUnderStress() {
        new StressOptions()
                .threads(2)
                .actorsBefore(1)
                .actorsPerThread(4)
                .actorsAfter(0)
                .iterations(5)
                .invocationsPerIteration(500)
                .verifier(EpsilonVerifier.class)
                .check(Meeting.class);
    }

    /** What Lincheck calls: the first two from all threads, the third from one of them. */
    public static class Meeting implements Doorbell {
        private final WorkQueue<Item> work = new WorkQueue<>(2);
        private final AtomicIntegerArray rings = new AtomicIntegerArray(MOST_ARMINGS);
        private final Wakeup wakeup = new Wakeup(this);
        private final AtomicInteger wakeups = new AtomicInteger();
        private volatile boolean doorbell;

        // The home thread's.
        private int seenWakeups;
        private final boolean[] answered = new boolean[MOST_ARMINGS];
        private boolean asleep;

        @Override
        public void ring(long arming) {
            rings.incrementAndGet((int) arming);
            doorbell = true;
        }

        @Operation
        public void handOver() {
            work.push(new Item());
            wakeup.ringAfterPush();
        }

        @Operation
        public void wake() {
            wakeups.incrementAndGet();
            wakeup.request();
        }

        /** An iteration, or a part of it: a loop that sleeps goes on here when its doorbell was rung. */
        @Operation(nonParallelGroup = "home")
        public void iterate() {
            if (asleep) {
                if (!doorbell) {
                    return;
                }
                asleep = false;
                disarm();
            } else if (isNothingToDo()) {
                wakeup.arm();
                if (isNothingToDo()) {
                    asleep = true;
                    return;
                }
                disarm();
            }
            doorbell = false;
            wakeup.takeRequest();
            seenWakeups = wakeups.get();
            Item.names(work);
        }

        private boolean isNothingToDo() {
            return work.isEmpty() && !wakeup.isRequested();
        }

        private void disarm() {
            answered[(int) wakeup.arming()] = wakeup.disarm();
        }

        /** When all have come to their end. */
        @Validate
        public void nobodyIsLeftBehind() {
            if (asleep && !doorbell) {
                require(isNothingToDo(), "the loop sleeps, has work, and nobody rang");
                require(seenWakeups == wakeups.get(), "the loop sleeps and has not seen a bare wake-up");
            }
            for (int arming = 1; arming <= wakeup.arming(); arming++) {
                require(!answered[arming] || rings.get(arming) > 0, "disarm knew of a ring that nobody made");
            }
            if (asleep) {
                int arming = (int) wakeup.arming();
                int before = rings.get(arming);
                wakeup.ring();
                require(rings.get(arming) == Math.max(1, before), before == 0 ? "deaf" : "rung, and not marked");
            }
        }

        private static void require(boolean condition, String otherwise) {
            if (!condition) {
                throw new AssertionError(otherwise);
            }
        }
    }
}
