package dev.aiocontext.internal.timer;

import java.util.ArrayDeque;
import org.jspecify.annotations.Nullable;

/**
 * Timers that were armed for a time which the wheel had been told already, in the order in which they were. Home thread.
 *
 * <p>A round takes those that are there when it begins. They come after what is due in the wheel. If a round ends before it comes to them, the next
 * round begins with them, because the wheel may have a full slice of timers again and again. The round after that begins with the wheel.
 */
final class Overdue {
    private final ArrayDeque<TimerEntry> timers = new ArrayDeque<>();

    /** How many of them this round takes. */
    private int left;

    private boolean waited;
    private boolean first;

    void add(TimerEntry timer) {
        timers.add(timer);
    }

    /** Begins a round; says whether there are any. */
    boolean begin(boolean mayComeFirst) {
        boolean wereFirst = first;
        first = waited && !wereFirst && mayComeFirst; // not twice, else the wheel could wait for ever
        waited = false;
        left = timers.size();
        return left > 0;
    }

    /** Hears that the round ends before all that is due was taken. */
    void cutShort() {
        waited = left > 0;
    }

    /** {@return whether this round begins with them} */
    boolean comeFirst() {
        return first;
    }

    /** {@return whether this round takes any more} */
    boolean areLeft() {
        return left > 0;
    }

    /** Takes the next one of this round. */
    @Nullable
    TimerEntry take() {
        TimerEntry next = left > 0 ? timers.poll() : null;
        left = next == null ? 0 : left - 1; // a poll within a callback may have taken them
        return next;
    }

    boolean isEmpty() {
        return timers.isEmpty();
    }

    void clear() {
        timers.clear();
    }
}
