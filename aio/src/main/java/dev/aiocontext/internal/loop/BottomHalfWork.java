package dev.aiocontext.internal.loop;

import dev.aiocontext.BottomHalf;
import dev.aiocontext.Source;
import dev.aiocontext.Task;
import dev.aiocontext.internal.wakeup.BottomHalfFlags;
import dev.aiocontext.internal.wakeup.QueueMark;

/**
 * A bottom half: its flags, and what it calls. It is itself what waits in the loop's queues.
 *
 * <p><b>Threads.</b> As {@link BottomHalf}; {@link #takeDue}, {@link #takeIdle}, {@link #isCancelled} and {@link #scheduleAgain}: the
 * home thread. {@link BottomHalfFlags} and {@link QueueMark} have the argument why no scheduling is lost, also when a thread gets an
 * Error. {@link #letGo} is a scheduling in this argument. Its atomic step makes what is scheduled wanted, and tells what that is;
 * then it pushes. It does so although the bottom half was not suspended: the resume that ended the suspension may have got an Error.
 */
public final class BottomHalfWork extends ListedSource implements BottomHalf, Runnable {
    private final Inbox inbox;
    private final Task callback;
    private final BottomHalfFlags flags = new BottomHalfFlags();
    private final QueueMark due = new QueueMark();
    private final QueueMark idle = new QueueMark();

    /** What an Error leaves of it that comes after its entry was taken, and before its mark was. */
    final Piece lostEntry = new LostEntry();

    /**
     * Creates it, not scheduled.
     *
     * @param inbox what it is pushed to
     * @param sources the living, which it joins
     * @param name its name, for messages
     * @param callback what it calls
     */
    public BottomHalfWork(Inbox inbox, Sources sources, String name, Task callback) {
        super(sources, name);
        this.inbox = inbox;
        this.callback = callback;
    }

    private final class LostEntry extends Piece {
        @Override
        void goOn(Callbacks callbacks) {
            int due = takeDue(inbox.work.end());
            int any = takeIdle(inbox.idleWork.end());
            if (BottomHalfFlags.isDue(due) || BottomHalfFlags.isScheduled(any)) {
                callbacks.call(BottomHalfWork.this);
            }
        }

        @Override
        String what() {
            return CalledName.ofSource(BottomHalfWork.this);
        }

        /** Not called: the loop goes on with it. */
        @Override
        public void run() {
            throw new AssertionError(this);
        }
    }

    @Override
    public void schedule() {
        requireOpen();
        flags.schedule();
        pushDue();
    }

    /** Keeps a scheduling that the loop has taken, without an entry in a queue: {@link #pushIfDue} is to follow. */
    void keepScheduled() {
        flags.schedule();
    }

    /** Queues it if it is still scheduled. */
    void pushIfDue() {
        if (flags.isDue()) {
            pushDue();
        }
    }

    /** Gives a scheduling back that the loop has taken, though somebody may have closed it since. */
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
        requireOpen();
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
    public void hold() {
        requireOpen();
        flags.suspend();
    }

    @Override
    public void letGo() {
        requireOpen();
        int wanted = flags.resume();
        if (BottomHalfFlags.isDue(wanted)) {
            pushDue();
        } else if (BottomHalfFlags.isScheduled(wanted)) {
            pushIdle();
        }
    }

    @Override
    public boolean isSuspended() {
        return flags.isSuspended() && isOpen();
    }

    @Override
    public boolean isOpen() {
        return !flags.isClosed();
    }

    @Override
    public void end() {
        flags.close();
    }

    @Override
    public void endWithContext() {
        flags.close();
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
    public void invoke() throws Throwable {
        callback.run();
    }

    @Override
    public Source owner() {
        return ownerOf(callback);
    }

    @Override
    public String waitsFor() {
        return flags.describe();
    }

    /** Not called: the loop knows what it has taken, and calls it as a source. */
    @Override
    public void run() {
        throw new AssertionError(this);
    }

    @Override
    public String toString() {
        return "bottom half " + name();
    }
}
