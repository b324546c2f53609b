package dev.aiocontext.internal.timer;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.ArrayList;
import java.util.List;
import java.util.Random;
import net.jqwik.api.Arbitraries;
import net.jqwik.api.Arbitrary;
import net.jqwik.api.Example;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import net.jqwik.api.Provide;
import net.jqwik.api.RandomDistribution;

/** Random sequences of all that is asked of a wheel, against a sorted set. A failure prints its seed, and the shortest sequence. */
class TimerWheelProperties {
    private static final int FEW = 50;

    /** The capacity of a chunk of which those few fill several. */
    private static final int SMALL = 32;

    /** So many that a sweep, and the look for the timer that decides, end in the middle of a slot. */
    private static final int MANY = 1000;

    /** The last time there is. */
    private static final long END = 1L << 61;

    private static final long YEAR_2026 = 1_795_000_000_000_000_000L;

    @Property(tries = 4_000)
    void doesWhatASortedSetDoes(@ForAll("sequences") List<Integer> sequence) {
        new Play(0, 1 << 20, new Chunks(SMALL), FEW).play(sequence);
    }

    @Property(tries = 4_000)
    void sweepsWithoutAChangeThatShows(@ForAll("sequences") List<Integer> sequence) {
        new Play(YEAR_2026, 4, new Chunks(SMALL), FEW).play(sequence);
    }

    @Property(tries = 2_000)
    void losesNothingWhenMemoryRunsOut(@ForAll("sequences") List<Integer> sequence, @ForAll long seed) {
        new Play(0, 4, new ScarceChunks(seed), FEW).play(sequence);
    }

    /** A sweep that had no memory left entries out of order: found by the property above in one of 50,000 sequences. */
    @Example
    void aSweepWithoutMemoryKeepsTheOrder() {
        List<Integer> sequence = List.of(
                328777737,
                539582,
                1865074708,
                -1587597172,
                567455149,
                -578237121,
                -548822770,
                -263523225,
                2000243987,
                1847915546,
                131775084,
                -572595838);
        new Play(0, 4, new ScarceChunks(-5), FEW).play(sequence);
    }

    @Property(tries = 200)
    void sweepsSlotsOfManyChunksInSeveralSteps(@ForAll("sequences") List<Integer> sequence) {
        new Play(0, 100, new Chunks(), MANY).play(sequence);
    }

    @Provide
    Arbitrary<List<Integer>> sequences() {
        return Arbitraries.integers()
                .withDistribution(RandomDistribution.uniform())
                .list()
                .ofMaxSize(150);
    }

    /** Has a chunk every other time. */
    private static final class ScarceChunks extends Chunks {
        private final Random random;

        ScarceChunks(long seed) {
            super(SMALL);
            random = new Random(seed);
        }

        @Override
        Chunk take() {
            if (random.nextBoolean()) {
                throw new OutOfMemoryError("of a test");
            }
            return super.take();
        }
    }

    private static final class Play {
        private final TimerModel model;
        private final List<TimerModel.Timer> timers = new ArrayList<>();
        private long now;

        Play(long now, int sweepAt, Chunks chunks, int count) {
            this.now = now;
            model = new TimerModel(now, sweepAt, chunks);
            for (int i = 0; i < count; i++) {
                timers.add(new TimerModel.Timer(i % 3 == 0 ? 0 : 1L << i % 60));
            }
        }

        void play(List<Integer> sequence) {
            for (int number : sequence) {
                step(number);
                model.checkEarliest();
                if (number < 0) {
                    checkWake();
                }
            }
            model.takeAll(END + 1); // what is armed for the past is due in the next nanosecond
            assertThat(model.living()).as("nothing is lost").isZero();
            for (TimerModel.Timer timer : timers) {
                assertThat(timer.fired).as("once for each arming").isEqualTo(timer.armings);
            }
            checkWake();
        }

        private void checkWake() {
            model.checkWake(timers.size() == FEW);
        }

        /** One number says what is done, with which timer, and how far from now: from 1 ns to decades. */
        private void step(int number) {
            TimerModel.Timer timer = timer(number >>> 4 & 63);
            TimerModel.Timer other = timer(number >>> 8 & 63);
            long distance = distance(number >>> 14 & 63, number >>> 20 & 1023);
            switch (number & 15) {
                case 0, 1 -> arm(timer, now + distance);
                case 2 -> arm(timer, now - distance);
                case 3 -> arm(timer, deadline(timer) + distance);
                case 4 -> arm(timer, deadline(timer) - distance);
                case 5 -> arm(timer, deadline(timer));
                case 6 -> arm(timer, deadline(other));
                case 7 -> disarm(number >>> 8 & 63, (number & 1 << 30) == 0 ? 1 : timers.size() / 2);
                case 8 -> replace(number >>> 4 & 63, distance);
                case 9, 10 -> model.takeAll(later(distance));
                case 11 -> model.takeOne(later(distance));
                case 12 -> nested(distance, timer, other);
                case 13 -> many(number >>> 8 & 63, now + distance, 0);
                case 14 -> many(number >>> 8 & 63, now + distance, Math.max(1, distance / 100));
                default -> checkWake();
            }
        }

        /** A callback polls again while its poll has more to take, and arms a timer for the past in between. */
        private void nested(long distance, TimerModel.Timer timer, TimerModel.Timer other) {
            long before = now;
            model.takeOne(before);
            model.takeOne(later(distance));
            arm(timer, before);
            model.takeOne(before);
            arm(other, now);
            model.takeOne(now);
            model.takeAll(before);
        }

        /** Arms enough timers for a slot with several chunks. */
        private void many(int first, long deadline, long spread) {
            for (int i = 0; i < timers.size() * 4 / 5; i++) {
                arm(timer(first + i * 7), deadline + i % 10 * spread);
            }
        }

        private void disarm(int first, int count) {
            for (int i = 0; i < count; i++) {
                model.disarm(timer(first + i * 3));
            }
        }

        private TimerModel.Timer timer(int number) {
            return timers.get(number % timers.size());
        }

        private void arm(TimerModel.Timer timer, long deadline) {
            model.arm(timer, Math.clamp(deadline, 0, END));
        }

        private long deadline(TimerModel.Timer timer) {
            return Math.min(timer.entry.deadline(), END);
        }

        private long later(long distance) {
            now = Math.min(END, now + distance);
            return now;
        }

        /** Puts a timer with an accuracy in the place of one, whose entry stays in the wheel. */
        private void replace(int number, long accuracy) {
            TimerModel.Timer old = timer(number);
            model.disarm(old);
            assertThat(old.fired).as("once for each arming").isEqualTo(old.armings);
            timers.set(number % timers.size(), new TimerModel.Timer(accuracy));
        }

        /** Up to 2 to the power of the bits, so that each magnitude is as likely as another. */
        private static long distance(int bits, int fraction) {
            long least = 1L << Math.min(bits, 60);
            return least + (least >> 10) * fraction;
        }
    }
}
