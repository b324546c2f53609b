package dev.aiocontext.internal.timer;

import org.jspecify.annotations.Nullable;

/**
 * Drops the entries of timers that are disarmed, and stale entries, once the entries have doubled in number. Each call of the wheel does a share
 * of it. It goes from high levels to low ones, as entries do, and so misses none. Home thread.
 *
 * <p>Where many timers were closed, a sweep does not wait for calls of the wheel, which an idle loop does not make: {@link #hurry}.
 *
 * <p>Each sweep has a mark, 0 or 1, which stands in an entry and in {@link TimerEntry#filed}, above the key. The sweep gives both its own mark.
 * So it sees a second entry with the same key as stale.
 */
final class Sweep {
    /** The entries and slots of one share, and at most one chunk of entries more. */
    private static final int STEPS = 64;

    private final Levels levels;
    private final Filing filing;

    /** It begins when there are more entries than this, and at least this many. */
    private final int few;

    /** How many shares one call of {@link #hurry} does. */
    private static final int SHARES = 16;

    private int beginsAt;
    private boolean underWay;
    private int slotNumber;

    Sweep(Levels levels, Filing filing, int few) {
        this.levels = levels;
        this.filing = filing;
        this.few = few;
        beginsAt = few;
    }

    /** Does a share, or begins if it is time. */
    void work() {
        if (underWay) {
            sweep();
        } else if (levels.entries > beginsAt) {
            begin();
        }
    }

    private void begin() {
        underWay = true;
        filing.mark ^= Filing.MARK;
        slotNumber = Levels.COUNT - 1;
        levels.swept = null;
    }

    /** {@return whether it has begun and has not ended} */
    boolean isUnderWay() {
        return underWay;
    }

    /** Says whether a number of dead entries is worth a sweep. */
    boolean isWorth(int dead) {
        return dead > few && dead > levels.entries / 2;
    }

    /** Begins if it is not under way, and does many shares; says whether there are more. */
    boolean hurry() {
        if (!underWay) {
            begin();
        }
        for (int shares = SHARES; shares > 0 && underWay; shares--) {
            sweep();
        }
        return underWay;
    }

    private void sweep() {
        for (int left = STEPS; left > 0; left--) {
            Slot slot = levels.slot(slotNumber);
            Chunk swept = levels.swept;
            @Nullable Chunk chunk = slot == null ? null : swept == null ? slot.head : swept.next;
            if (slot != null && chunk != null) {
                left -= chunk.end - chunk.from;
                levels.swept = filing.sift(slot, swept, chunk, null);
                if (slot.count == 0) {
                    levels.empty(slot);
                    slot.decider.reset(); // it would hold a timer
                }
            } else {
                levels.swept = null;
                if (slotNumber == 0) {
                    underWay = false;
                    beginsAt = Math.max(few, 2 * levels.entries);
                    return;
                }
                slotNumber--;
            }
        }
    }
}
