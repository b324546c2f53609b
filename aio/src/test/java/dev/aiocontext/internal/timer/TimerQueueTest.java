package dev.aiocontext.internal.timer;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.aiocontext.internal.wakeup.QueueMark;
import dev.aiocontext.internal.wakeup.Wakeup;
import java.util.ArrayList;
import java.util.List;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;

/** What another thread has armed fires in its turn, and is not lost by an Error while the home thread files it. */
class TimerQueueTest {
    private final TimerQueue queue = new TimerQueue(new Wakeup(arming -> {}), 0);
    private final FailingTimer failing = new FailingTimer();
    private final TimerEntry other = new TimerEntry(new TimerKind(0));
    private final List<TimerEntry> timers = new ArrayList<>();

    private static final int MANY = 10_000;

    /** Arms many timers for different times, far off, and closes the first of them. */
    private void armManyAndClose(int closed) {
        for (int i = 0; i < MANY; i++) {
            TimerEntry entry = new TimerEntry(new TimerKind(0));
            queue.arm(entry, 1_000_000_000_000L + i * 1000L, 0, true);
            timers.add(entry);
        }
        for (TimerEntry entry : timers.subList(0, closed)) {
            entry.shut();
            queue.closed(entry);
        }
    }

    private int sweep() {
        int calls = 0;
        for (; queue.isToSweep(); calls++) {
            queue.sweep();
        }
        return calls;
    }

    @Test
    void entriesOfManyClosedTimersAreDroppedInBoundedPartsBeforeTheirTime() {
        armManyAndClose(MANY);
        assertThat(sweep()).isGreaterThanOrEqualTo(MANY / 2048);
        assertThat(queue.wheel().entries()).isZero();
        assertThat(queue.wakeAt()).isEqualTo(TimerEntry.NEVER);
    }

    @Test
    void theLivingStayWhenTheClosedAreDropped() {
        int closed = MANY * 6 / 10;
        armManyAndClose(closed);
        assertThat(sweep()).isPositive();
        assertThat(queue.wheel().entries()).isEqualTo(MANY - closed);
        long end = timers.getLast().deadline();
        queue.begin(end);
        List<TimerEntry> fired = new ArrayList<>();
        TimerEntry next = queue.takeDue(end);
        while (next != null || queue.isWheelBehind()) {
            if (next != null) {
                fired.add(next);
            }
            next = queue.takeDue(end);
        }
        assertThat(fired).isEqualTo(timers.subList(closed, MANY));
    }

    @Test
    void aSweepThatArmingsHaveBroughtToItsEndDoesNotBeginAnew() {
        armManyAndClose(MANY * 6 / 10);
        queue.sweep();
        while (queue.wheel().sweep().isUnderWay()) {
            queue.arm(new TimerEntry(new TimerKind(0)), 1_000_000_000_000L, 0, true);
        }
        assertThat(queue.isToSweep()).isFalse();
    }

    @Test
    void fewClosedAmongManyAreLeftToTheirTime() {
        armManyAndClose(MANY * 4 / 10);
        assertThat(queue.isToSweep()).isFalse();
    }

    private enum Step {
        MARK,
        READ,
        UNFILE
    }

    /** A timer at one of whose steps the memory ends, once. */
    private static final class FailingTimer extends TimerEntry {
        @Nullable
        Step next;

        FailingTimer() {
            super(new TimerKind(0));
        }

        private void failAt(Step step) {
            if (next == step) {
                next = null;
                throw new OutOfMemoryError("on purpose");
            }
        }

        @Override
        QueueMark mark() {
            failAt(Step.MARK);
            return super.mark();
        }

        @Override
        void unfile() {
            failAt(Step.UNFILE);
            super.unfile();
        }

        @Override
        long wanted() {
            failAt(Step.READ);
            return super.wanted();
        }
    }

    private List<TimerEntry> due(long now) {
        List<TimerEntry> taken = new ArrayList<>();
        queue.accept();
        if (queue.begin(now)) {
            TimerEntry due = queue.takeDue(now);
            while (due != null || queue.isWheelBehind()) {
                if (due != null) {
                    taken.add(due);
                }
                due = queue.takeDue(now);
            }
        }
        return taken;
    }

    private void armElsewhere(TimerEntry timer, long deadline) {
        assertThat(queue.arm(timer, deadline, 0, false)).isTrue();
    }

    @Test
    void oneThatCannotBeFiledAtFirstIsFiledWhateverElseIsArmed() {
        armElsewhere(failing, 10);
        failing.next = Step.READ;
        assertThatThrownBy(queue::accept).isInstanceOf(OutOfMemoryError.class);
        armElsewhere(other, 10);
        assertThat(due(10)).containsExactlyInAnyOrder(failing, other);
    }

    @Test
    void oneThatCannotBeFiledAtFirstIsHeardOfWhenItIsArmedAgain() {
        armElsewhere(failing, 10);
        failing.next = Step.MARK;
        assertThatThrownBy(queue::accept).isInstanceOf(OutOfMemoryError.class);
        assertThat(due(10)).containsExactly(failing);
        armElsewhere(failing, 20);
        assertThat(due(20)).containsExactly(failing);
    }

    @Test
    void equalDeadlinesFireInTheOrderOfArmingHoweverManyAnotherThreadArms() {
        TimerEntry first = new TimerEntry(new TimerKind(0));
        TimerEntry last = new TimerEntry(new TimerKind(0));
        for (TimerEntry timer : List.of(last, other, first)) {
            queue.arm(timer, 10, 0, true);
        }
        queue.arm(first, 20, 0, false); // each is filed, so the home thread hears of none
        for (int i = 1; i < 1 << 16; i++) {
            queue.arm(other, 20, 0, false);
        }
        queue.arm(last, 20, 0, false);
        assertThat(due(20)).containsExactly(first, other, last);
    }

    @Test
    void equalDeadlinesFireInTheOrderOfArmingWhoeverArms() {
        List<TimerEntry> timers = Stream.generate(() -> new TimerEntry(new TimerKind(0)))
                .limit(1000)
                .toList();
        for (int i = 0; i < timers.size(); i++) {
            queue.arm(timers.get(i), 20, 0, i % 3 == 0);
        }
        assertThat(due(20)).isEqualTo(timers);
    }

    @Test
    void oneThatIsOverdueAndArmedAgainMeanwhileIsForTheNextRoundAlsoIfTheClockWasSetBack() {
        queue.arm(other, 30, 0, true);
        assertThat(due(20)).isEmpty();
        queue.arm(other, 10, 0, true); // overdue, and the wheel still has an entry
        queue.setBack(15);
        queue.begin(16);
        assertThat(queue.takeDue(16)).isSameAs(other);
        queue.arm(other, 5, 0, true);
        assertThat(queue.takeDue(16)).isNull();
        assertThat(due(16)).containsExactly(other);
    }

    @Test
    void oneThatIsOverdueAndCannotBeLookedAtFiresInTheNextRound() {
        assertThat(due(20)).isEmpty();
        queue.arm(failing, 10, 0, true);
        failing.next = Step.UNFILE;
        assertThatThrownBy(() -> due(20)).isInstanceOf(OutOfMemoryError.class);
        assertThat(due(21)).containsExactly(failing);
    }
}
