package dev.aiocontext.internal.loop;

import dev.aiocontext.FdEvents;
import dev.aiocontext.internal.fdmon.FdEntry;
import dev.aiocontext.internal.fdmon.FdSet;
import dev.aiocontext.internal.posix.Descriptors;
import org.jspecify.annotations.Nullable;

/**
 * Calls the sources of the descriptors that are ready. {@link FdSources} makes and changes them.
 *
 * <p><b>Threads.</b> The home thread, which does not hold the lock of the set while it calls. It reads a source from a volatile slot
 * right before it calls the source. So a source that was closed or suspended before, also by the callback before it in the same walk,
 * is not called.
 *
 * <p><b>Why no edge is lost by a change.</b> Another thread changes the set first, and the source after that. The kernel tells an edge within the
 * change of the set. So the home thread may hear of it and find a source that is suspended still, or waits for something else. It then waits for
 * the lock, so until the change is whole, and has the edge told again ({@link FdSet#repair}). A source that takes the place of another has its
 * edge told again by the thread that makes it, because the home thread may have told the edge to the other.
 *
 * <p><b>Errors.</b> An Error may end a dispatch at any step. What the wait has found of the entry is lost then, and the next wait finds it
 * again. An edge is told once, so the loop has it told again ({@link #tellAgain}). That a handler is no longer being called is a store.
 */
final class FdDispatch {
    /**
     * How often a descriptor is dispatched before it is verified: epoll may report a file that was closed, though a duplicate
     * of it lives on, by a number that is no longer open. One system call of 0.3 us in 1,024 dispatches costs nothing.
     */
    private static final int DISPATCHES_PER_CHECK = 1024;

    private final FdSet descriptors;
    private final Callbacks callbacks;

    /** The source that is being called, innermost; {@link WatchedFd#outer} leads to those around it. */
    private @Nullable WatchedFd calling;

    FdDispatch(FdSet descriptors, Callbacks callbacks) {
        this.descriptors = descriptors;
        this.callbacks = callbacks;
    }

    /**
     * Calls the source of an entry, if it has something to tell; says whether it did. A handler that is running is passed over: a
     * nested poll does not enter it anew, and a later poll calls it if its descriptor is still ready.
     */
    boolean dispatch(FdEntry ready) {
        if (!(ready instanceof FdSources.Entry entry)) {
            return false; // the doorbell or the relay: the loop looks after them
        }
        int events = entry.takeEvents();
        if (events == 0) {
            return false; // a nested poll was first
        }
        if ((events & FdEntry.NVAL) != 0) {
            return dropClosed(entry);
        }
        if (++entry.dispatches % DISPATCHES_PER_CHECK == 0) {
            descriptors.verify(entry);
        }
        WatchedFd source = entry.source;
        int told = source == null || source.suspended
                ? 0
                : events & (source.interest.toPoll() | FdEntry.ERR | FdEntry.HUP);
        boolean found = source != null && source.takeFound() && source.isListening();
        if ((events & ~(told | FdEntry.FOUND)) != 0) {
            descriptors.repair(entry); // another thread is changing the source just now
        }
        return source != null && (told != 0 || found) && call(source, told);
    }

    private boolean call(WatchedFd source, int told) {
        if (isBeingCalled(source)) {
            if (source.interest.isEdgeTriggered()) {
                descriptors.verify(source.entry); // asks for the edge again, which the kernel has told here in vain
            }
            return false;
        }
        source.told = FdEvents.ofPoll(told);
        WatchedFd outer = calling;
        source.outer = outer;
        calling = source;
        try {
            callbacks.call(source);
        } finally {
            calling = outer; // stores only: an Error must not leave the handler passed over for ever
            source.outer = null;
        }
        return true;
    }

    /** Says whether the handler of a source is being called for its descriptor, perhaps as that of an earlier source. */
    @SuppressWarnings("ReferenceEquality") // the very same handler
    boolean isBeingCalled(WatchedFd source) {
        for (WatchedFd other = calling; other != null; other = other.outer) {
            if (other.fd() == source.fd() && other.handler == source.handler) {
                return true;
            }
        }
        return false;
    }

    /** A number with a source was closed, or stands for a file that can never be polled by now. */
    private boolean dropClosed(FdSources.Entry entry) {
        WatchedFd source;
        synchronized (descriptors.lock()) {
            // Unless the number stands for another file by now, whose source this is.
            if (Descriptors.isPollable(entry.fd()) && !descriptors.isOwn(entry.fd())) {
                descriptors.verify(entry);
                return false;
            }
            source = entry.source;
            if (source == null) {
                descriptors.repair(entry);
                return false;
            }
            FdSources.drop(source, descriptors);
        }
        source.retire();
        callbacks.run(FailureReport.of(source, Descriptors.notOpen("poll", source.fd())));
        return true;
    }

    /** Has the edges that were found, and that an Error kept from being told, told again by the next wait. */
    void tellAgain() {
        descriptors.leaveUnsettled();
    }
}
