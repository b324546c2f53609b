package dev.aiocontext.internal.loop;

import dev.aiocontext.BottomHalf;
import dev.aiocontext.internal.wakeup.BottomHalfFlags;
import dev.aiocontext.internal.wakeup.QueueMark;
import java.util.Set;

/**
 * A bottom half: its flags, and what it calls.
 *
 * <p><b>Threads.</b> As {@link BottomHalf}; {@link #takeDue}, {@link #takeIdle} and {@link #run}: the home thread. {@link
 * BottomHalfFlags} and {@link QueueMark} have the argument why no scheduling is lost, also when a thread gets an Error.
 */
public final class BottomHalfWork implements BottomHalf, Runnable {
    private final Inbox inbox;
    private final Set<BottomHalf> alive;
    private final String name;
    private final Runnable callback;
    private final BottomHalfFlags flags = new BottomHalfFlags();
    private final QueueMark due = new QueueMark();
    private final QueueMark idle = new QueueMark();

    /**
     * Creates it, not scheduled.
     *
     * @param inbox what it is pushed to
     * @param alive where it leaves itself out when it is deleted
     * @param name its name, for messages
     * @param callback what it calls
     */
    public BottomHalfWork(Inbox inbox, Set<BottomHalf> alive, String name, Runnable callback) {
        this.inbox = inbox;
        this.alive = alive;
        this.name = name;
        this.callback = callback;
    }

    @Override
    public String name() {
        return name;
    }

    @Override
    public void schedule() {
        requireAlive();
        flags.schedule();
        pushDue();
    }

    /** Gives a scheduling back that the loop has taken, though somebody may have deleted it since. Home thread. */
    void scheduleAgain() {
        flags.schedule();
        pushDue();
    }

    private void pushDue() {
        long ticket = due.ticket();
        if (!due.isQueued(ticket)) {
            requirePushed(inbox.push(this));
            due.pushed(ticket);
        }
    }

    @Override
    public void scheduleIdle() {
        requireAlive();
        if (flags.scheduleIdle()) {
            pushIdle();
        } else {
            pushDue();
        }
    }

    private void pushIdle() {
        long ticket = idle.ticket();
        if (!idle.isQueued(ticket)) {
            requirePushed(inbox.pushIdle(this));
            idle.pushed(ticket);
        }
    }

    private void requirePushed(boolean pushed) {
        if (!pushed) {
            throw inbox.closedException();
        }
    }

    @Override
    public void cancel() {
        flags.cancel();
    }

    @Override
    public void delete() {
        if (flags.delete()) {
            alive.remove(this);
        }
    }

    private void requireAlive() {
        if (flags.isDeleted()) {
            throw new IllegalStateException("bottom half " + name + " is deleted");
        }
    }

    /** Whether its entry in the queue of work that is due would be dropped if it were taken now. */
    boolean isCancelled() {
        return !flags.isDue();
    }

    /** To be called when it is taken off the queue of work that is due, in a round up to an end: what it was scheduled for. */
    int takeDue(long end) {
        return due.take(end) ? flags.takeDue() : BottomHalfFlags.NOTHING;
    }

    /** To be called when it is taken off the queue of idle work, in a round up to an end: what it was scheduled for. */
    int takeIdle(long end) {
        return idle.take(end) ? flags.takeAny() : BottomHalfFlags.NOTHING;
    }

    @Override
    public void run() {
        callback.run();
    }

    @Override
    public String toString() {
        return "bottom half " + name;
    }
}
