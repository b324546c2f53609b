package dev.aiocontext.internal.timer;

import static org.assertj.core.api.Assertions.assertThat;

import org.junit.jupiter.api.Test;

/** What a timer is armed for, one step after the other. */
class TimerEntryTest {
    private final TimerEntry entry = new TimerEntry(new TimerKind(0));

    @Test
    void anArmedTimerStaysOpenWhenItIsClosedUnlessArmed() {
        entry.arm(5, 1);
        assertThat(entry.closeUnlessArmed()).isFalse();
        assertThat(entry.deadline()).isEqualTo(5);
        entry.disarm();
        assertThat(entry.closeUnlessArmed()).isTrue();
        assertThat(entry.arm(6, 2)).isFalse();
        assertThat(entry.closeUnlessArmed()).isTrue();
    }

    @Test
    void aPeriodicTimerIsArmedForTheNextDeadlineThatIsAhead() {
        entry.armPeriodically(10, 3, 1);
        assertThat(entry.fire(9)).isEqualTo(TimerEntry.NOT_FIRED);
        assertThat(entry.fire(10)).isZero();
        assertThat(entry.deadline()).isEqualTo(13);
        assertThat(entry.fire(20)).isEqualTo(2);
        assertThat(entry.deadline()).isEqualTo(22);
        entry.armPeriodically(30, 100, 2); // the other place for periods
        assertThat(entry.fire(30)).isZero();
        assertThat(entry.deadline()).isEqualTo(130);
    }

    @Test
    void onlyPeriodsAreEndedByTheEndOfPeriods() {
        entry.arm(5, 1);
        entry.endPeriods();
        assertThat(entry.deadline()).isEqualTo(5);
        entry.armPeriodically(5, 1, 2);
        entry.endPeriods();
        assertThat(entry.deadline()).isEqualTo(TimerEntry.NEVER);
    }

    @Test
    void theLatestDeadlineIsNotExceededByAPeriod() {
        entry.armPeriodically(TimerEntry.LATEST - 1, Long.MAX_VALUE, 1);
        assertThat(entry.fire(TimerEntry.LATEST - 1)).isZero();
        assertThat(entry.deadline()).isEqualTo(TimerEntry.LATEST);
    }
}
