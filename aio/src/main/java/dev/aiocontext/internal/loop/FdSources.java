package dev.aiocontext.internal.loop;

import dev.aiocontext.FdEvents;
import dev.aiocontext.FdHandler;
import dev.aiocontext.FdSource;
import dev.aiocontext.PollHook;
import dev.aiocontext.SyscallException;
import dev.aiocontext.internal.fdmon.FdEntry;
import dev.aiocontext.internal.fdmon.FdSet;
import dev.aiocontext.internal.posix.Descriptors;
import java.util.concurrent.CompletableFuture;
import org.jspecify.annotations.Nullable;

/**
 * The sources of a context's descriptors, one for each descriptor.
 *
 * <p><b>Threads.</b> {@link #isPolling}: the home thread. Everything else: any; the lock of the set orders it. {@link FdDispatch} calls the
 * sources.
 *
 * <p><b>Errors.</b> A StackOverflowError or an OutOfMemoryError may end a change at any step. The call that throws may or
 * may not have made its change; every other call works afterwards. The steps are in this order:
 * <ol>
 *   <li>What can be refused is asked, and what is needed is allocated, before anything changes.
 *   <li>{@link FdSet#begin} marks the set: the next wait repairs what an Error leaves half done.
 *   <li>A new descriptor has its source before it enters the set. A source that replaces another takes its slot after the
 *       set waits for it. A source that is closed or suspended is no longer called before the set changes.
 *   <li>{@link FdSet#end} takes the mark back.
 * </ol>
 * Slots are plain stores, and the lock is a monitor, whose release needs no Java call. A descriptor that is ready without a
 * source to call is repaired when it is dispatched.
 */
public final class FdSources {
    private final Object lock;
    private final FdSet descriptors;
    private final FdDispatch dispatch;
    private final Callbacks callbacks;
    private final Inbox inbox;
    private final Home home;
    private final Sources sources;
    private final Drivers drivers;

    /** Guarded by the lock. */
    private boolean closed;

    /** What polls sources in user space, once there has been one. Written under the lock. */
    private volatile @Nullable PollDriver polls;

    FdSources(
            FdSet descriptors,
            FdDispatch dispatch,
            Callbacks callbacks,
            Inbox inbox,
            Home home,
            Sources sources,
            Drivers drivers) {
        this.descriptors = descriptors;
        this.lock = descriptors.lock();
        this.dispatch = dispatch;
        this.callbacks = callbacks;
        this.inbox = inbox;
        this.home = home;
        this.sources = sources;
        this.drivers = drivers;
        // The call is linked here: the first source may come where the stack ends.
        Descriptors.isPollable(0);
    }

    /** A descriptor and its source. */
    static final class Entry extends FdEntry {
        /** Written under the lock. */
        volatile @Nullable WatchedFd source;

        /** The home thread's: up to the next check. */
        int dispatches;

        Entry(int fd) {
            super(fd);
        }

        @Override
        protected int wanted() {
            WatchedFd now = source;
            return now == null ? GONE : now.wanted();
        }
    }

    /**
     * Finds a source.
     *
     * @param fd a number
     * @return its source, or null
     */
    public @Nullable FdSource get(int fd) {
        WatchedFd source = descriptors.get(fd) instanceof Entry entry ? entry.source : null;
        return source != null && source.open ? source : null; // the end of the context leaves closed ones behind
    }

    /** A blocked poll(2) sees no change, and keeps the file of a removed descriptor open: have it called again. */
    private void wakeLoop(WatchedFd changed) {
        if (!home.isCurrent() || (home.isAside() && (changed.isPolled() || descriptors.hasUntold()))) {
            inbox.wakeupIfOpen();
        }
    }

    /**
     * Waits for a descriptor, in place of the source that it has.
     *
     * @param name the name of the source, or null for one that tells the descriptor
     * @param fd an open descriptor
     * @param interest what to wait for
     * @param handler what to call
     * @param hook what polls it in user space, or null
     * @return the source
     */
    public FdSource watch(
            @Nullable String name, int fd, FdEvents interest, FdHandler handler, @Nullable PollHook hook) {
        return watch(name, fd, interest, handler, hook, false);
    }

    /**
     * Moves a source of another loop to this one: see {@link Move}.
     *
     * @param source the source
     * @return a future of the source that this loop has for the descriptor then
     * @throws IllegalArgumentException if it is not a source of a loop
     * @throws IllegalStateException if it is closed
     */
    public CompletableFuture<FdSource> adopt(FdSource source) {
        if (!(source instanceof WatchedFd watched)) {
            throw new IllegalArgumentException(source + " was not made by a context itself");
        }
        return watched.moveTo(this);
    }

    @SuppressWarnings("ReferenceEquality") // the very same loop
    CompletableFuture<FdSource> move(WatchedFd source, FdSources target) {
        source.requireOpen();
        return target == this
                ? CompletableFuture.completedFuture(source)
                : new Move(source, target, inbox, home).begin();
    }

    FdSource watch(
            @Nullable String name,
            int fd,
            FdEvents interest,
            FdHandler handler,
            @Nullable PollHook hook,
            boolean suspended) {
        Descriptors.requirePollable(fd);
        String sourceName = name != null ? name : "fd " + fd;
        WatchedFd source;
        WatchedFd replaced = null;
        synchronized (lock) {
            if (closed) {
                throw inbox.closedException();
            }
            FdEntry known = descriptors.get(fd);
            if (known instanceof FdWaiters waiters) {
                Readiness.giveWay(waiters, descriptors);
                known = null;
            }
            if ((known != null && !(known instanceof Entry)) || descriptors.isOwn(fd)) {
                throw new IllegalArgumentException("fd " + fd + " is the context's own");
            }
            Entry entry = known != null ? (Entry) known : new Entry(fd);
            PollDriver polling = hook == null ? null : polls();
            source = new WatchedFd(this, sources, sourceName, entry, interest, handler, hook);
            source.suspended = suspended;
            sources.add(source);
            if (known == null) {
                put(source);
            } else {
                replaced = entry.source;
                replace(source, replaced);
            }
            if (polling != null) {
                polling.add(source); // last: one that is not open is dropped
            }
        }
        wakeLoop(source);
        if (replaced != null) {
            replaced.retire();
        }
        return source;
    }

    private void put(WatchedFd source) {
        boolean before = descriptors.begin();
        try {
            source.open = true;
            source.entry.source = source;
            descriptors.put(source.entry, source.wanted());
        } catch (SyscallException | UnsupportedOperationException refused) {
            source.entry.source = null;
            refuse(source, before);
            throw refused;
        }
        descriptors.end(before);
    }

    private void replace(WatchedFd source, @Nullable WatchedFd replaced) {
        boolean before = descriptors.begin();
        try {
            descriptors.update(source.entry, source.wanted());
        } catch (SyscallException | UnsupportedOperationException refused) {
            refuse(source, before);
            throw refused;
        }
        source.open = true;
        source.entry.source = source;
        if (replaced != null) {
            replaced.open = false;
            replaced.replaced = true;
        }
        descriptors.end(before);
        if (source.interest.isEdgeTriggered() && !home.isCurrent()) {
            // The replaced source may have been told the edge just now. This has it told again.
            descriptors.verify(source.entry);
        }
    }

    private void refuse(WatchedFd source, boolean before) {
        source.open = false;
        descriptors.end(before);
        sources.remove(source);
    }

    /** Removes a source, unless it is closed, or another has taken its place. */
    void remove(WatchedFd source) {
        synchronized (lock) {
            if (!source.open) {
                return;
            }
            drop(source, descriptors);
        }
        wakeLoop(source);
    }

    /**
     * Removes a source that is open, if it has this interest still; says whether it is removed. One that another source has replaced is removed
     * already: what has moved away may have come back by now.
     */
    boolean removeUnchanged(WatchedFd source, FdEvents interest) {
        synchronized (lock) {
            if (source.replaced) {
                return true;
            }
            source.requireOpen();
            if (!source.interest.equals(interest)) {
                return false;
            }
            drop(source, descriptors);
        }
        wakeLoop(source);
        return true;
    }

    /** Under the lock. */
    private PollDriver polls() {
        PollDriver made = polls;
        if (made == null) {
            made = new PollDriver(dispatch, home, callbacks);
            drivers.add(made);
            drivers.usePolls(made);
            polls = made;
        }
        return made;
    }

    /** Ends polling a source in user space, if this is the home thread: else the next iteration does. */
    void endPolling(WatchedFd source) {
        PollDriver inUse = polls;
        if (inUse != null && home.isEntered()) {
            inUse.endNow(source);
        }
    }

    /** Says whether the poll hook of a source is being called. Home thread. */
    boolean isPolling(WatchedFd source) {
        PollDriver inUse = polls;
        return inUse != null && inUse.isCalling(source);
    }

    /** Takes a source from its descriptor, and the descriptor from the set. Under the lock. */
    static void drop(WatchedFd source, FdSet descriptors) {
        boolean before = descriptors.begin();
        source.open = false;
        source.entry.source = null;
        descriptors.remove(source.entry);
        descriptors.end(before);
    }

    void changeInterest(WatchedFd source, FdEvents wanted) {
        synchronized (lock) {
            source.requireOpen();
            if (source.suspended) {
                descriptors.requirePossible(source.entry, wanted.toPoll());
            } else {
                change(source, wanted.toPoll());
            }
            source.interest = wanted;
        }
        wakeLoop(source);
    }

    private void change(WatchedFd source, int wanted) {
        boolean before = descriptors.begin();
        try {
            descriptors.change(source.entry, wanted);
        } catch (SyscallException | UnsupportedOperationException refused) {
            descriptors.end(before);
            throw refused;
        }
        descriptors.end(before);
    }

    void suspend(WatchedFd source) {
        synchronized (lock) {
            source.requireOpen();
            if (source.suspended) {
                return;
            }
            source.suspended = true;
            change(source, FdEntry.SUSPENDED);
        }
        wakeLoop(source);
    }

    /** Suspends a source whose handler has failed, unless the handler has closed it. */
    void suspendFailed(WatchedFd source) {
        synchronized (lock) {
            if (source.open) {
                suspend(source);
            }
        }
    }

    void resume(WatchedFd source) {
        synchronized (lock) {
            source.requireOpen();
            if (!source.suspended) {
                return;
            }
            change(source, source.interest.toPoll());
            source.suspended = false;
        }
        wakeLoop(source);
    }

    /** Frees the set. The descriptors stay open: they are their owners'. */
    void close() {
        synchronized (lock) {
            closed = true;
        }
        descriptors.close();
    }
}
