package dev.aiocontext.internal.timer;

import static dev.aiocontext.internal.timer.TimerEntry.NEVER;

/**
 * Finds out when a loop has to look at its timers at the latest. It drops what is dead where it looks, so that a timer that was disarmed does not
 * wake the loop. Home thread.
 */
final class WakeTime {
    /** The slots that one call looks into, and the entries of a slot that is always looked into. */
    private static final int STEPS = 64;

    /** The entries that may be looked at, at most, after many calls of the wheel. */
    private static final int MOST_CREDIT = 4096;

    private final Levels levels;
    private final Filing filing;
    private final Decider fresh = new Decider();

    /** How many entries may be looked at. Each call of the wheel adds to it. */
    private int credit;

    WakeTime(Levels levels, Filing filing) {
        this.levels = levels;
        this.filing = filing;
    }

    /** Notes a call of the wheel. */
    void earn() {
        credit = Math.min(MOST_CREDIT, credit + STEPS);
    }

    /** {@return the least deadline plus accuracy of the timers that are armed, or a time before that} */
    long find() {
        Decider wake = filing.wake;
        if (wake.holds()) {
            return wake.latest;
        }
        earn();
        for (int looks = 0; ; looks++) {
            Slot slot = levels.deciding();
            if (slot == null) {
                return NEVER;
            }
            Decider decider = slot.decider;
            if (decider.holds()) {
                wake.set(decider);
                return decider.latest;
            }
            if (looks == STEPS || (slot.count > STEPS && slot.count > credit)) {
                return decider.latest;
            }
            credit = Math.max(0, credit - slot.count);
            refine(slot);
        }
    }

    /** {@return the accuracy of the timer that {@link #find} has found; 0 if it has found none} */
    long accuracy() {
        Decider wake = filing.wake;
        return wake.holds() ? wake.accuracy() : 0;
    }

    /** Drops what is dead in a slot, and finds the timer that decides. */
    private void refine(Slot slot) {
        fresh.reset();
        Crowd crowd = slot.crowd;
        if (crowd != null) {
            crowd.dissolve(levels, slot);
        }
        Chunk before = null;
        for (Chunk chunk = slot.head; chunk != null; chunk = before == null ? slot.head : before.next) {
            before = filing.sift(slot, before, chunk, fresh);
        }
        slot.decider.set(fresh);
        if (slot.count == 0) {
            levels.empty(slot);
        }
    }
}
