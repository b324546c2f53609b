package dev.aiocontext.internal.timer;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.TreeSet;
import java.util.function.BooleanSupplier;
import org.jspecify.annotations.Nullable;

/** A wheel beside a sorted set that says what the wheel has to do. Whatever is asked of the wheel is compared. */
final class TimerModel {
    /** A timer, and where the sorted set has it. */
    static final class Timer {
        final TimerEntry entry;
        long place = TimerEntry.NEVER;
        int armings;
        int fired;

        Timer(long accuracy) {
            entry = new TimerEntry(new TimerKind(accuracy));
        }

        private long latest() {
            long latest = Math.min(place, entry.deadline()) + entry.accuracy();
            return latest < 0 ? TimerEntry.NEVER : Math.max(place, latest);
        }

        private int compareTo(Timer other) {
            return place != other.place
                    ? Long.compare(place, other.place)
                    : Long.signum(entry.sequence() - other.entry.sequence());
        }
    }

    private final TimerWheel wheel;
    private final TreeSet<Timer> armed = new TreeSet<>(Timer::compareTo);
    private long sequence = Long.MAX_VALUE - 30; // it goes beyond, as it would after many years
    private long latestNow;

    TimerModel(long now, int sweepAt, Chunks chunks) {
        wheel = new TimerWheel(now, sweepAt, chunks);
        latestNow = now;
    }

    int living() {
        return armed.size();
    }

    int entries() {
        return wheel.entries();
    }

    /** Arms as the home thread does: the wheel is told only if it would be late otherwise. */
    void arm(Timer timer, long deadline) {
        if (!armed.remove(timer)) {
            timer.armings++;
        }
        timer.entry.arm(deadline, ++sequence);
        long filed = timer.entry.filed() & TimerEntry.KEY;
        timer.place = filed > deadline ? Math.min(filed, Math.max(deadline, latestNow + 1)) : deadline;
        armed.add(timer);
        if (filed > deadline) {
            file(timer);
        }
    }

    private void file(Timer timer) {
        until(() -> {
            wheel.file(timer.entry);
            return true;
        });
    }

    void disarm(Timer timer) {
        if (armed.remove(timer)) {
            timer.armings--;
        }
        timer.entry.disarm();
        timer.place = TimerEntry.NEVER;
    }

    /** Takes one timer, if one is due. */
    boolean takeOne(long now) {
        latestNow = Math.max(latestNow, now);
        @Nullable TimerEntry[] taken = {null};
        until(() -> {
            taken[0] = wheel.takeDue(now);
            return taken[0] != null || !wheel.isBehind();
        });
        return isFirst(taken[0], now);
    }

    private boolean isFirst(@Nullable TimerEntry taken, long now) {
        boolean due = !armed.isEmpty() && armed.first().place <= now;
        assertThat(taken != null).as("a timer is due at %s", now).isEqualTo(due);
        if (taken == null) {
            return false;
        }
        Timer first = armed.first();
        assertThat(taken).as("the first one").isSameAs(first.entry);
        assertThat(wheel.due()).as("never early").isLessThanOrEqualTo(now);
        assertThat(taken.deadline()).as("has fired").isEqualTo(TimerEntry.NEVER);
        assertThat(taken.filed()).as("has left the wheel").isEqualTo(TimerEntry.NEVER);
        armed.remove(first);
        first.place = TimerEntry.NEVER;
        first.fired++;
        assertThat(first.fired).as("once for each arming").isLessThanOrEqualTo(first.armings);
        return true;
    }

    void takeAll(long now) {
        while (takeOne(now)) {
            checkEarliest();
        }
    }

    void checkEarliest() {
        if (!armed.isEmpty()) {
            assertThat(wheel.earliest()).as("earliest").isLessThanOrEqualTo(armed.first().place);
        }
    }

    void checkWake(boolean exact) {
        long latest = TimerEntry.NEVER;
        for (Timer timer : armed) {
            latest = Math.min(latest, timer.latest());
        }
        long[] wakeAt = {0};
        until(() -> {
            wakeAt[0] = wheel.wakeAt();
            return true;
        });
        assertThat(wakeAt[0]).as("wakeAt").isLessThanOrEqualTo(latest);
        if (exact) {
            assertThat(wakeAt[0]).as("wakeAt").isEqualTo(latest);
        }
    }

    /** Does something, again if there was no memory for it. */
    private static void until(BooleanSupplier deed) {
        for (boolean done = false; !done; ) {
            try {
                done = deed.getAsBoolean();
            } catch (OutOfMemoryError e) {
                // again
            }
        }
    }
}
