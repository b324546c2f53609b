package dev.aiocontext.internal.timer;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.sun.management.ThreadMXBean;
import dev.aiocontext.testkit.Rounds;
import java.lang.management.ManagementFactory;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.Random;
import java.util.concurrent.TimeUnit;
import java.util.function.LongSupplier;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;

class TimerWheelTest {
    private static final long MINUTE = TimeUnit.MINUTES.toNanos(1);
    private static final int STEPS = 64;

    private final TimerWheel wheel = new TimerWheel(0);
    private final Random random = Rounds.random();
    private long sequence;

    @Test
    void aMillionTimersThatAreDueAtOnceAreTakenInBoundedSteps() {
        int count = 1_000_000;
        for (int i = 0; i < count; i++) {
            file(random.nextLong(MINUTE));
        }
        long before = -1;
        for (int taken = 0; taken < count; ) {
            long moves = wheel.moves();
            TimerEntry timer = wheel.takeDue(MINUTE);
            assertThat(wheel.moves() - moves).isLessThanOrEqualTo(STEPS);
            if (timer == null) {
                assertThat(wheel.isBehind()).isTrue();
            } else {
                assertThat(wheel.due()).isGreaterThanOrEqualTo(before);
                before = wheel.due();
                taken++;
            }
        }
        assertThat(wheel.takeDue(MINUTE)).isNull();
        assertThat(wheel.isBehind()).isFalse();
    }

    @Test
    void aCallThatOnlyMeetsCancelledTimersEndsAfterAFew() {
        List<TimerEntry> timers = new ArrayList<>();
        for (int i = 0; i < 1000; i++) {
            timers.add(file(50));
        }
        timers.forEach(TimerEntry::disarm);

        assertThat(wheel.takeDue(50)).isNull();

        assertThat(wheel.isBehind()).isTrue();
        assertThat(wheel.entries()).isGreaterThanOrEqualTo(1000 - STEPS);
    }

    @Test
    void aFewTimersFireFromWhereTheyAre() {
        for (int i = 10; i > 0; i--) {
            file(10 * MINUTE + i);
        }
        for (int i = 1; i <= 10; i++) {
            assertThat(wheel.takeDue(11 * MINUTE)).isNotNull();
            assertThat(wheel.due()).isEqualTo(10 * MINUTE + i);
        }
        assertThat(wheel.moves()).isZero();
    }

    @Test
    void timersThatWereArmedLaterAgainKeepTheOrderOfArming() {
        List<TimerEntry> timers = new ArrayList<>();
        for (int i = 0; i < 100; i++) {
            timers.add(file(MINUTE + i));
        }
        Collections.shuffle(timers, random);
        for (int i = 0; i < timers.size(); i++) {
            timers.get(i).arm(2 * MINUTE, ++sequence);
            timers.add(++i, file(2 * MINUTE));
        }
        assertThat(takeAll(2 * MINUTE)).containsExactlyElementsOf(timers);
    }

    @Test
    void manyTimersWithOneDeadlineArePutInOrderInBoundedSteps() {
        List<TimerEntry> timers = new ArrayList<>();
        for (int i = 0; i < 50_000; i++) {
            timers.add(file(MINUTE + i));
        }
        Collections.shuffle(timers, random);
        for (TimerEntry timer : timers) {
            timer.arm(2 * MINUTE, ++sequence);
        }
        takeAll(2 * MINUTE - 1); // moves them, in the order of their old deadlines
        ThreadMXBean threads = (ThreadMXBean) ManagementFactory.getThreadMXBean();
        List<TimerEntry> taken = new ArrayList<>();
        do {
            long moves = wheel.moves();
            long allocated = threads.getCurrentThreadAllocatedBytes();
            TimerEntry due = wheel.takeDue(2 * MINUTE);
            assertThat(wheel.moves() - moves).isLessThanOrEqualTo(STEPS);
            assertThat(threads.getCurrentThreadAllocatedBytes() - allocated).isLessThan(100_000);
            if (due != null) {
                taken.add(due);
            }
        } while (taken.size() < timers.size() && (wheel.isBehind() || !taken.isEmpty()));
        assertThat(taken).containsExactlyElementsOf(timers);
        assertThat(wheel.entries()).isZero();
    }

    @Test
    void manyTimersWithOneDeadlineKeepTheirOrderWhenSomeAreArmedAgainMeanwhile() {
        List<TimerEntry> timers = new ArrayList<>();
        for (int i = 0; i < 1000; i++) {
            timers.add(file(MINUTE + i));
        }
        Collections.shuffle(timers, random);
        for (TimerEntry timer : timers) {
            timer.arm(2 * MINUTE, ++sequence);
        }
        takeAll(2 * MINUTE - 1);
        assertThat(wheel.takeDue(2 * MINUTE)).isNull(); // has begun to put them in order
        for (int i = 0; i < 500; i++) {
            TimerEntry again = timers.remove(i);
            again.arm(2 * MINUTE, ++sequence);
            timers.add(again);
            timers.remove(random.nextInt(i, 500)).disarm();
        }
        assertThat(takeAll(2 * MINUTE)).containsExactlyElementsOf(timers);
        assertThat(wheel.entries()).isZero();
    }

    @Test
    void aTimerThatIsArmedAgainForTheSameTimeFiresAfterTheOthers() {
        List<TimerEntry> timers = new ArrayList<>();
        for (int i = 0; i < 40; i++) {
            timers.add(file(50));
        }
        assertThat(wheel.takeDue(49)).isNull();
        TimerEntry again = timers.remove(7);
        again.arm(50, ++sequence);
        timers.add(again);

        assertThat(takeAll(50)).containsExactlyElementsOf(timers);
    }

    @Test
    void aTimerArmedForThePastIsDueInTheNextRound() {
        assertThat(wheel.takeDue(1000)).isNull();
        TimerEntry timer = file(10);

        assertThat(wheel.takeDue(1000)).isNull();
        assertThat(wheel.wakeAt()).isEqualTo(1001);
        assertThat(wheel.takeDue(1001)).isSameAs(timer);
    }

    @Test
    void cancelledTimersDoNotWake() {
        List<TimerEntry> timers = new ArrayList<>();
        for (int i = 0; i < 1000; i++) {
            timers.add(file(MINUTE + random.nextLong(MINUTE)));
        }
        timers.forEach(TimerEntry::disarm);

        assertThat(wheel.wakeAt()).isEqualTo(TimerEntry.NEVER);
        assertThat(wheel.entries()).isZero();
    }

    @Test
    void theLoopIsWokenWhenTheWindowsOfMostTimersAreOpen() {
        file(100);
        for (int i = 0; i < 100; i++) {
            fileWithin(10 + i, 1000);
        }
        assertThat(wheel.wakeAt()).isEqualTo(100);
        fileWithin(40, 20);
        assertThat(wheel.wakeAt()).isEqualTo(60);
        assertThat(takeAll(60)).hasSize(52);
        assertThat(wheel.wakeAt()).isEqualTo(100);
    }

    @Test
    void timersThatAreArmedAndCancelledLeaveFewEntries() {
        for (int i = 0; i < 200_000; i++) {
            file(MINUTE + random.nextLong(MINUTE)).disarm();
            assertThat(wheel.entries()).isLessThanOrEqualTo(1200);
        }
    }

    @Test
    void timersThatAreArmedForSoonAndForLateInTurnLeaveFewEntries() {
        List<TimerEntry> timers = new ArrayList<>();
        for (int i = 0; i < 40; i++) {
            timers.add(file(10 * MINUTE));
        }
        for (int i = 0; i < 10_000; i++) {
            for (TimerEntry timer : timers) {
                timer.arm(MINUTE + i, ++sequence);
                wheel.file(timer);
                timer.arm(10 * MINUTE, ++sequence);
            }
            assertThat(wheel.wakeAt()).isEqualTo(10 * MINUTE);
            assertThat(wheel.entries()).isLessThanOrEqualTo(1200);
        }
    }

    @Test
    void aLookForTheNextTimerDoesNotMisleadASweep() {
        TimerWheel swept = new TimerWheel(0, 100, new Chunks());
        List<TimerEntry> living = new ArrayList<>();
        for (int i = 0; i < 20_000; i++) {
            TimerEntry timer = armed(MINUTE + random.nextInt(1000));
            swept.file(timer);
            living.add(timer);
            if (i % 50 == 0) {
                Collections.shuffle(living, random);
                living.subList(living.size() / 4, living.size()).forEach(TimerEntry::disarm);
                living.subList(living.size() / 4, living.size()).clear();
            }
            swept.wakeAt();
        }
        int taken = 0;
        for (TimerEntry due = swept.takeDue(2 * MINUTE);
                due != null || swept.isBehind();
                due = swept.takeDue(2 * MINUTE)) {
            taken += due == null ? 0 : 1;
        }
        assertThat(taken).isEqualTo(living.size());
        assertThat(swept.entries()).isZero();
    }

    @Test
    void withoutMemoryAllStaysAsItWas() {
        boolean[] empty = {false};
        TimerWheel scarce = new TimerWheel(0, 1024, new Chunks() {
            @Override
            Chunk take() {
                if (empty[0]) {
                    throw new OutOfMemoryError("of a test");
                }
                return super.take();
            }
        });
        TimerEntry moved = armed(MINUTE);
        scarce.file(moved);
        moved.arm(3 * MINUTE, ++sequence);
        TimerEntry other = armed(2 * MINUTE);

        empty[0] = true;
        assertThatThrownBy(() -> scarce.file(other)).isInstanceOf(OutOfMemoryError.class);
        assertThat(other.filed()).isEqualTo(TimerEntry.NEVER);
        assertThatThrownBy(() -> scarce.takeDue(MINUTE)).isInstanceOf(OutOfMemoryError.class);
        assertThat(moved.filed()).isEqualTo(MINUTE);
        assertThat(scarce.entries()).isEqualTo(1);

        empty[0] = false;
        assertThat(scarce.takeDue(MINUTE)).isNull();
        assertThat(scarce.takeDue(3 * MINUTE)).isSameAs(moved);
    }

    @Test
    void aSteadyLoadAllocatesNothing() {
        TimerEntry[] timers = new TimerEntry[1000];
        for (int i = 0; i < timers.length; i++) {
            timers[i] = file(random.nextLong(MINUTE));
        }
        ThreadMXBean threads = (ThreadMXBean) ManagementFactory.getThreadMXBean();
        LongSupplier allocated = threads::getCurrentThreadAllocatedBytes;
        long now = load(timers, 0, 600_000); // long enough for each slot of the levels that the timers are on
        long before = allocated.getAsLong();
        load(timers, now, 100_000);
        // Of 200,000 armings: a slot of a high level, or a few chunks more than there ever were before.
        assertThat(allocated.getAsLong() - before).isLessThan(10_000);
    }

    /** Each 10 ms, some timers are armed again, later or earlier, and what is due is armed again. */
    private long load(TimerEntry[] timers, long start, int rounds) {
        long now = start;
        for (int i = 0; i < rounds; i++) {
            now += 10_000_000;
            TimerEntry again = timers[i % timers.length];
            again.arm(now + random.nextLong(MINUTE), ++sequence);
            wheel.file(again);
            for (TimerEntry due = wheel.takeDue(now); due != null || wheel.isBehind(); due = wheel.takeDue(now)) {
                if (due != null) {
                    due.arm(now + random.nextLong(MINUTE), ++sequence);
                    wheel.file(due);
                }
            }
            wheel.wakeAt();
        }
        return now;
    }

    private TimerEntry armed(long deadline) {
        TimerEntry timer = new TimerEntry(new TimerKind(0));
        timer.arm(deadline, ++sequence);
        return timer;
    }

    private TimerEntry file(long deadline) {
        TimerEntry timer = armed(deadline);
        wheel.file(timer);
        return timer;
    }

    private void fileWithin(long deadline, long accuracy) {
        TimerEntry timer = new TimerEntry(new TimerKind(accuracy));
        timer.arm(deadline, ++sequence);
        wheel.file(timer);
    }

    private List<TimerEntry> takeAll(long now) {
        List<TimerEntry> taken = new ArrayList<>();
        for (@Nullable TimerEntry due = wheel.takeDue(now); due != null || wheel.isBehind(); due = wheel.takeDue(now)) {
            if (due != null) {
                taken.add(due);
            }
        }
        return taken;
    }

    /** Cannot take a chunk back, once. */
    private static final class FailingChunks extends Chunks {
        private boolean fails;

        @Override
        void give(Chunk chunk) {
            if (fails) {
                fails = false;
                throw new StackOverflowError("on purpose");
            }
            super.give(chunk);
        }
    }

    @Test
    void aTimerThatHasFiredAsAnErrorCameIsToldByTheNextCall() {
        FailingChunks chunks = new FailingChunks();
        TimerWheel failing = new TimerWheel(0, 1 << 20, chunks);
        TimerEntry first = new TimerEntry(new TimerKind(0));
        TimerEntry second = new TimerEntry(new TimerKind(0));
        first.arm(50, ++sequence);
        failing.file(first);
        second.arm(MINUTE, ++sequence);
        failing.file(second);
        chunks.fails = true;

        assertThatThrownBy(() -> failing.takeDue(50)).isInstanceOf(StackOverflowError.class);

        assertThat(failing.takeDue(50)).isSameAs(first);
        assertThat(failing.due()).isEqualTo(50);
        assertThat(failing.takeDue(50)).isNull();
        assertThat(failing.takeDue(MINUTE)).isSameAs(second);
        assertThat(failing.takeDue(MINUTE)).isNull();
        assertThat(failing.entries()).isZero();
    }

    @Test
    void aTimerThatIsClosedAfterAnErrorIsNotTold() {
        FailingChunks chunks = new FailingChunks();
        TimerWheel failing = new TimerWheel(0, 1 << 20, chunks);
        TimerEntry timer = new TimerEntry(new TimerKind(0));
        timer.arm(50, ++sequence);
        failing.file(timer);
        chunks.fails = true;
        assertThatThrownBy(() -> failing.takeDue(50)).isInstanceOf(StackOverflowError.class);
        timer.shut();
        assertThat(failing.takeDue(50)).isNull();
    }
}
