package dev.aiocontext.internal.timer;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.aiocontext.internal.wakeup.QueueMark;
import dev.aiocontext.internal.wakeup.Wakeup;
import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;

/** A timer that another thread has armed is not lost by an Error while the home thread files it. */
class TimerQueueTest {
    private final TimerQueue queue = new TimerQueue(new Wakeup(arming -> {}), 0);
    private final FailingTimer failing = new FailingTimer();
    private final TimerEntry other = new TimerEntry(new TimerKind(0));

    private enum Step {
        MARK,
        READ
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
        long wanted() {
            failAt(Step.READ);
            return super.wanted();
        }
    }

    private List<TimerEntry> due(long now) {
        List<TimerEntry> taken = new ArrayList<>();
        queue.accept();
        if (queue.begin(now)) {
            for (TimerEntry due = queue.takeDue(now); due != null; due = queue.takeDue(now)) {
                taken.add(due);
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
}
