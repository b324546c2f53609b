package dev.aiocontext.internal.timer;

import static org.assertj.core.api.Assertions.assertThat;

import dev.aiocontext.internal.wakeup.Wakeup;
import java.util.Comparator;
import java.util.List;
import java.util.stream.IntStream;
import net.jqwik.api.Arbitraries;
import net.jqwik.api.Arbitrary;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import net.jqwik.api.Provide;
import net.jqwik.api.RandomDistribution;
import org.jspecify.annotations.Nullable;

/**
 * Random sequences of all that is asked of a queue of timers, by either of its doors: periods, closed and suspended timers, armings between two
 * timers of a round, a clock that is set back. A failure prints its seed, and the shortest sequence.
 */
class TimerQueueProperties {
    /** A timer, and what it is armed for. */
    private static final class Timer extends TimerEntry {
        long wanted = NEVER;
        long wantedPeriod;
        long arming;
        boolean held;
        boolean shut;

        /** It became overdue in this round, so it is for the next one. */
        boolean fresh;

        Timer(long accuracy) {
            super(new TimerKind(accuracy));
        }

        @Override
        protected boolean isHeld() {
            return held;
        }

        boolean isOverdue() {
            return filed() == 0;
        }

        /** When the queue meets it. */
        long place() {
            return Math.max(filed() & KEY, wanted);
        }

        boolean isDue(long now) {
            return wanted != NEVER && !held && !fresh && filed() != NEVER && place() <= now;
        }
    }

    @Property(tries = 1_000)
    void doesWhatIsAsked(@ForAll("sequences") List<Integer> sequence) {
        new Play(1L << 40).play(sequence);
    }

    @Provide
    Arbitrary<List<Integer>> sequences() {
        return Arbitraries.integers()
                .withDistribution(RandomDistribution.uniform())
                .list()
                .ofMaxSize(150);
    }

    private static final class Play {
        private final TimerQueue queue;
        private final List<Timer> timers = IntStream.range(0, 32)
                .mapToObj(i -> new Timer(i % 3 == 0 ? 0 : 1L << i))
                .toList();
        private long now;
        private long armings;

        Play(long now) {
            this.now = now;
            queue = new TimerQueue(new Wakeup(arming -> {}), now);
        }

        void play(List<Integer> sequence) {
            sequence.forEach(this::step);
            timers.forEach(this::release);
            timers.forEach(TimerEntry::endPeriods);
            timers.stream().filter(timer -> timer.wantedPeriod != 0).forEach(timer -> timer.wanted = TimerEntry.NEVER);
            now = TimerEntry.LATEST;
            round(0);
            round(0); // what was armed for the past comes last, or in the next round
            assertThat(timers).as("nothing is lost").allMatch(timer -> timer.wanted == TimerEntry.NEVER);
            assertThat(queue.isEmpty()).isTrue();
        }

        /** One number says what is done, with which timer, and how far from now. */
        private void step(int number) {
            Timer timer = timers.get(number >>> 4 & 31);
            long distance = (1L << (number >>> 9 & 31)) + (number >>> 14 & 1023);
            boolean isHome = (number & 1 << 24) == 0;
            switch (number & 15) {
                case 0, 1, 2 -> arm(timer, now + distance, 0, isHome);
                case 3 -> arm(timer, Math.max(0, now - distance), 0, isHome);
                case 4 -> arm(timer, deadlineOf(number >>> 14 & 31), 0, isHome);
                case 5 -> arm(timer, now + distance, 1 + (number >>> 14 & 1023) * distance / 64, isHome);
                case 6 -> disarm(timer);
                case 7 -> timer.held = true;
                case 8 -> release(timer);
                case 9 -> shut(timer, number);
                case 10 -> setBack(distance);
                case 11 -> armAll(now + distance, isHome);
                default -> {
                    now = Math.min(TimerEntry.LATEST / 2, now + distance);
                    round(number);
                }
            }
        }

        private long deadlineOf(int other) {
            long wanted = timers.get(other).wanted;
            return wanted == TimerEntry.NEVER ? now : wanted;
        }

        private void arm(Timer timer, long deadline, long period, boolean isHome) {
            boolean wasOverdue = timer.isOverdue();
            assertThat(queue.arm(timer, deadline, period, isHome)).isEqualTo(!timer.shut);
            if (!timer.shut) {
                timer.wanted = deadline;
                timer.wantedPeriod = period;
                timer.arming = ++armings;
                timer.fresh |= timer.isOverdue() && !wasOverdue;
            }
        }

        /** Equal deadlines, the last timer first. */
        private void armAll(long deadline, boolean isHome) {
            for (int i = timers.size() - 1; i >= 0; i--) {
                arm(timers.get(i), deadline, 0, isHome ^ i % 3 == 0);
            }
        }

        private static void disarm(Timer timer) {
            assertThat(timer.disarm()).isEqualTo(timer.wanted != TimerEntry.NEVER);
            timer.wanted = TimerEntry.NEVER;
        }

        private void release(Timer timer) {
            timer.held = false;
            queue.announce(timer);
        }

        private static void shut(Timer timer, int number) {
            if ((number & 1 << 25) == 0) {
                timer.shut();
                timer.shut = true;
                timer.wanted = TimerEntry.NEVER;
            } else {
                timer.shut |= timer.wanted == TimerEntry.NEVER;
                assertThat(timer.closeUnlessArmed()).isEqualTo(timer.shut);
            }
        }

        private void setBack(long distance) {
            now = Math.max(0, now - distance);
            queue.setBack(now);
        }

        /** Takes all that is due, and arms a timer again after each of the first ones. */
        private void round(int number) {
            timers.forEach(timer -> timer.fresh = false);
            queue.accept();
            queue.begin(now);
            checkFiled();
            for (int i = 0; true; i++) {
                List<Timer> expected = next();
                TimerEntry fired = take();
                if (fired == null) {
                    assertThat(expected).as("due at %s", now).isEmpty();
                    return;
                }
                assertThat(expected).as("the next ones").contains((Timer) fired);
                check((Timer) fired);
                if (i < (number >>> 26 & 7)) {
                    arm(timers.get((number >>> 14) + i & 31), now + (number >>> i & 63) - 32, 0, i % 2 == 0);
                }
            }
        }

        /** The timer that is the next one; or those that came too late for their place, in any order. */
        private List<Timer> next() {
            List<Timer> due = timers.stream().filter(timer -> timer.isDue(now)).toList();
            return due.stream()
                    .filter(timer -> !timer.isOverdue())
                    .min(Comparator.comparingLong(Timer::place).thenComparingLong(timer -> timer.arming))
                    .map(List::of)
                    .orElse(due);
        }

        private @Nullable TimerEntry take() {
            TimerEntry fired = queue.takeDue(now);
            while (fired == null && queue.isWheelBehind()) {
                fired = queue.takeDue(now);
            }
            return fired;
        }

        private void check(Timer fired) {
            assertThat(queue.due()).as("never early").isEqualTo(fired.wanted).isLessThanOrEqualTo(now);
            if (fired.wantedPeriod == 0) {
                fired.wanted = TimerEntry.NEVER;
                return;
            }
            long missed = (now - fired.wanted) / fired.wantedPeriod;
            assertThat(queue.missed()).as("periods that were missed").isEqualTo(missed);
            fired.wanted += (missed + 1) * fired.wantedPeriod;
            fired.arming = ++armings;
            assertThat(fired.deadline()).as("the next period").isEqualTo(fired.wanted);
        }

        private void checkFiled() {
            for (Timer timer : timers) {
                assertThat(timer.deadline()).as("what it is armed for").isEqualTo(timer.wanted);
            }
        }
    }
}
