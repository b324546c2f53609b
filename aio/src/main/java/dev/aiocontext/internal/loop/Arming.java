package dev.aiocontext.internal.loop;

import dev.aiocontext.internal.fdmon.FdEntry;
import dev.aiocontext.internal.posix.EventFd;
import dev.aiocontext.internal.wakeup.Wakeup;

/** Keeps what the loop knows of its last arming: when it came, whether it was answered, and by which bell. Home thread. */
final class Arming {
    private final Wakeup wakeup;
    private final EventFd doorbell;
    private final FdEntry doorbellEntry;
    private final boolean timed;
    private long armedAt;
    private boolean answered;
    private long drained;

    /** Creates it without an arming. The time of each arming is taken only for a loop with a relay. */
    Arming(Wakeup wakeup, EventFd doorbell, boolean timed) {
        this.wakeup = wakeup;
        this.doorbell = doorbell;
        this.doorbellEntry = new FdEntry(doorbell.fd());
        this.timed = timed;
    }

    /** {@return the descriptor of the doorbell, for the loop to wait for} */
    FdEntry entry() {
        return doorbellEntry;
    }

    /** Announces that the loop is about to block. */
    void begin() {
        if (timed) {
            armedAt = System.nanoTime();
        }
        wakeup.arm();
    }

    /** Takes the announcement back. */
    void end() {
        answered = wakeup.disarm();
    }

    /** Says whether a notifier had answered the last arming when the loop woke up. */
    boolean wasAnswered() {
        return answered;
    }

    /** Drains the doorbell, if the wait found it readable. */
    void acceptDoorbell() {
        if (doorbellEntry.takeEvents() != 0) {
            drain();
        }
    }

    private boolean drain() {
        boolean rung = doorbell.testAndClear();
        if (rung) {
            drained = wakeup.arming();
        }
        return rung;
    }

    boolean isLast(long arming) {
        return arming == wakeup.arming();
    }

    /** Says whether the doorbell was readable for an arming, if that is the last one; looks at the doorbell once more. */
    boolean doorbellRangFor(long arming) {
        return drained == arming || drain();
    }

    /** Says what it saw of a wake-up that the relay rescued. */
    void describe(RescueEvent event, long rungAt) {
        event.state = answered ? "RUNG" : "ARMED";
        event.doorbellReadable = drained == wakeup.arming();
        event.asleep = rungAt - armedAt;
    }
}
