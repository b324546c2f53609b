package dev.aiocontext.internal.loop;

import dev.aiocontext.FdEvents;
import dev.aiocontext.internal.fdmon.FdEntry;
import org.jspecify.annotations.Nullable;

/**
 * A thread that waits for a descriptor.
 *
 * <p>The thread pushes it to the loop, which registers it. A thread that leaves before it was told pushes it once more, and the loop
 * then forgets it.
 *
 * <p><b>Threads and Errors.</b> As {@link Handover} says. {@link #next} is guarded by the lock of the set. The home thread writes the other
 * fields before the outcome is settled.
 */
final class FdWait extends Handover {
    private final Readiness readiness;
    private final int fd;
    private final int interest;

    private int told;
    private boolean closed;
    private @Nullable Throwable failure;

    /** It is in a list, or was. */
    private boolean listed;

    /** The next that waits for the same descriptor. */
    @Nullable
    FdWait next;

    FdWait(Readiness readiness, int fd, FdEvents interest) {
        this.readiness = readiness;
        this.fd = fd;
        this.interest = interest.toPoll();
    }

    int fd() {
        return fd;
    }

    int interest() {
        return interest;
    }

    @Override
    String what() {
        return "awaitReady() of " + thread();
    }

    /** Registers it, or forgets it if its thread waits no more. After an Error: wakes the thread if the outcome is settled. */
    @Override
    public void run() {
        if (isLeft()) {
            readiness.forget(this);
        } else {
            if (isOpen() && !listed && failure == null) {
                register();
            }
            if (isSettled() || failure != null) {
                settle();
            }
        }
        over = true; // after the deed
    }

    private void register() {
        try {
            readiness.register(this);
            listed = true;
        } catch (Throwable refused) {
            failure = refused;
        }
    }

    /** Hands the events over that the thread waits for; says whether there are any. */
    boolean tell(int events) {
        int wanted = events & (interest | FdEntry.ERR | FdEntry.HUP);
        if (wanted == 0) {
            return false;
        }
        if (isOpen()) {
            told = wanted;
        }
        return settle();
    }

    /** Tells the thread that it waits in vain; says whether it still did. */
    boolean fail(Throwable reason) {
        if (isOpen()) {
            failure = reason;
        }
        return settle();
    }

    /** Tells the thread that the context ends. */
    void close() {
        if (isOpen()) {
            closed = true;
        }
        settle();
    }

    /** {@return the events that have occurred} */
    FdEvents outcome() {
        Throwable thrown = failure;
        Closing.rethrow(thrown);
        if (closed) {
            throw readiness.closedException(fd);
        }
        return FdEvents.ofPoll(told);
    }
}
