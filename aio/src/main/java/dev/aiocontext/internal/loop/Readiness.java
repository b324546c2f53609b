package dev.aiocontext.internal.loop;

import dev.aiocontext.FdEvents;
import dev.aiocontext.FdSource;
import dev.aiocontext.SyscallException;
import dev.aiocontext.internal.fdmon.FdEntry;
import dev.aiocontext.internal.fdmon.FdSet;
import dev.aiocontext.internal.posix.Descriptors;
import dev.aiocontext.internal.posix.Errno;
import org.jspecify.annotations.Nullable;

/**
 * Parks threads until a descriptor is ready.
 *
 * <p>A thread that finds the descriptor ready does not wait. Else it pushes an {@link FdWait} to the loop and parks. The loop puts the
 * descriptor into its set, with what all threads that wait for it want, and wakes each of them once.
 *
 * <p><b>Threads.</b> {@link #await}: any thread but the home thread, and it takes no monitor. {@link #waiting}: any thread.
 * Everything else: the home thread. It takes the lock of the set while it changes the set or a list of waiters.
 *
 * <p><b>Why no event is missed.</b> The set is told after the thread has looked, and both monitors report a descriptor that is ready when it is
 * added. The announcement to the loop is an {@link Inbox#push}. The way back is that of {@link Handover}.
 *
 * <p><b>Closed numbers.</b> A thread whose descriptor was closed is told no event of the file that gets the number next. It fails when a wait
 * finds the number closed, or when epoll finds another file as another thread comes to wait for the number. Poll(2) cannot tell one file
 * from another: there, a number that is closed and used again between two waits is not noticed.
 *
 * <p><b>Errors.</b> A thread is woken before it leaves the list, and the list is emptied before the set changes. So an Error leaves the
 * descriptor in the set, and the next wait tells it again. A thread whose outcome is settled and that was not woken is kept by {@link
 * Unfinished}.
 */
public final class Readiness {
    private final Object lock;
    private final FdSet descriptors;
    private final Inbox inbox;
    private final Home home;
    private final Unfinished unfinished;

    /** Threads have waited, so that it takes a look at the set to count or to tell them. Written by the home thread. */
    private volatile boolean used;

    /** Nobody waits any more, and nobody may. Written by the home thread. */
    private volatile boolean ended;

    Readiness(FdSet descriptors, Inbox inbox, Home home, Unfinished unfinished) {
        this.lock = descriptors.lock();
        this.descriptors = descriptors;
        this.inbox = inbox;
        this.home = home;
        this.unfinished = unfinished;
    }

    /**
     * Waits until a descriptor is ready.
     *
     * @param fd the descriptor
     * @param interest what to wait for
     * @param nanos for how long at most; 0 not at all, negative for ever
     * @return the events that have occurred; none if the time was over first
     * @throws InterruptedException if the thread is interrupted
     */
    public FdEvents await(int fd, FdEvents interest, long nanos) throws InterruptedException {
        inbox.requireOpen();
        if (home.isCurrent()) {
            throw new IllegalStateException(
                    home.describe() + " looks for ready descriptors in a poll of its home thread "
                            + Thread.currentThread() + ", which therefore cannot wait for one: use watch()");
        }
        if (interest.isEdgeTriggered()) {
            throw new IllegalArgumentException("one wait has no edges: " + interest);
        }
        if (ended) {
            throw inbox.closedException();
        }
        if (Thread.interrupted()) {
            throw new InterruptedException();
        }
        refuseWatched(fd);
        int ready = Descriptors.ready(fd, interest.toPoll());
        if (ready != 0 || nanos == 0) {
            return FdEvents.ofPoll(ready);
        }
        FdWait wait = new FdWait(this, fd, interest);
        boolean told = false;
        try {
            push(wait);
            told = wait.await(nanos);
        } finally {
            if (!told) {
                wait.giveUp(); // after an Error, too
                inbox.push(wait); // to be forgotten
            }
        }
        return told ? wait.outcome() : FdEvents.NONE;
    }

    private void push(FdWait wait) {
        if (!inbox.push(wait)) {
            throw inbox.closedException();
        }
    }

    IllegalStateException closedException(int fd) {
        return new IllegalStateException(
                home.describe() + " was closed while " + Thread.currentThread() + " waited for fd " + fd);
    }

    /** Refuses a descriptor that has a source, or is the context's own. */
    private void refuseWatched(int fd) {
        FdEntry known = descriptors.get(fd);
        if (known instanceof FdSources.Entry entry) {
            FdSource source = entry.source;
            if (source == null) {
                return; // it is being closed; the loop decides, under the lock
            }
            throw new IllegalStateException("fd " + fd + " has the source " + source + " in " + home.describe()
                    + ", which hears of its events: close the source, or wait in its handler");
        }
        if (known != null && !(known instanceof FdWaiters)) {
            throw ownException(fd);
        }
    }

    private static IllegalArgumentException ownException(int fd) {
        return new IllegalArgumentException("fd " + fd + " is the context's own");
    }

    /** Has the set wait for a descriptor. */
    void register(FdWait wait) {
        if (ended) {
            wait.close();
            return;
        }
        synchronized (lock) {
            int fd = wait.fd();
            refuseWatched(fd);
            if (!used) { // a volatile store would be a fence for each wait
                used = true;
            }
            FdEntry known = descriptors.get(fd);
            if (known instanceof FdWaiters there) {
                dispatch(there); // what the last wait has found is for those that are there already
                known = descriptors.get(fd);
            }
            if (known == null ? descriptors.isOwn(fd) : !(known instanceof FdWaiters)) {
                throw ownException(fd);
            }
            if (known instanceof FdWaiters there) {
                join(there, wait);
            } else {
                FdWaiters added = new FdWaiters(fd);
                added.add(wait);
                put(added, added.wantedBesides(wait));
            }
        }
    }

    /** Adds a thread to others. Epoll finds out whether the number still stands for the file that the others wait for. */
    private void join(FdWaiters there, FdWait wait) {
        int before = there.generation();
        change(there, there.wantedBesides(wait), true);
        if (there.generation() != before) {
            SyscallException closed = anotherFile(wait.fd());
            for (FdWait other = there.first(); other != null; other = other.next) {
                tell(other, FdEntry.NVAL, closed);
            }
        }
        there.add(wait);
    }

    private static SyscallException anotherFile(int fd) {
        return Errno.exception(
                "epoll_ctl",
                Errno.EBADF,
                fd,
                "the descriptor was closed while a thread waited for it, and its number stands for another file by now."
                        + " Interrupt the thread before you close the descriptor");
    }

    private void put(FdWaiters added, int wanted) {
        boolean before = descriptors.begin();
        try {
            descriptors.put(added, wanted);
        } catch (SyscallException | UnsupportedOperationException refused) {
            descriptors.end(before);
            throw refused;
        }
        descriptors.end(before);
    }

    private void change(FdWaiters waiters) {
        waiters.dropFinished();
        change(waiters, waiters.wanted(), false);
    }

    /** Changes the set; anew if the number may stand for another file since an earlier thread has asked for the same. */
    private void change(FdWaiters waiters, int wanted, boolean anew) {
        boolean before = descriptors.begin();
        try {
            if (wanted == FdEntry.GONE) {
                descriptors.remove(waiters);
            } else if (anew) {
                descriptors.update(waiters, wanted);
            } else {
                descriptors.change(waiters, wanted);
            }
        } catch (SyscallException | UnsupportedOperationException refused) {
            descriptors.end(before);
            throw refused;
        }
        descriptors.end(before);
    }

    /** Lets go of a thread that waits no more. */
    void forget(FdWait wait) {
        synchronized (lock) {
            if (descriptors.get(wait.fd()) instanceof FdWaiters waiters) {
                change(waiters);
            }
        }
    }

    /**
     * Makes room for a source. Under the lock, by any thread.
     *
     * @param waiters the entry of its descriptor
     * @throws IllegalStateException if a thread waits for the descriptor
     */
    static void giveWay(FdWaiters waiters, FdSet descriptors) {
        FdWait wait = waiters.anyOpen();
        if (wait != null) {
            throw new IllegalStateException("fd " + waiters.fd() + " has a thread that waits for it in awaitReady: "
                    + wait.thread() + "; interrupt it first");
        }
        boolean before = descriptors.begin();
        descriptors.remove(waiters);
        descriptors.end(before);
    }

    /** Wakes the threads that wait for what has happened to a descriptor; says whether there were any. */
    boolean dispatch(FdWaiters waiters) {
        int events = waiters.takeEvents();
        if (events == 0) {
            return false; // a nested poll was first
        }
        SyscallException closed = null;
        if ((events & FdEntry.NVAL) != 0) {
            int fd = waiters.fd();
            closed = Descriptors.isPollable(fd) ? anotherFile(fd) : Descriptors.notOpen("poll", fd);
        }
        boolean any = false;
        for (FdWait wait = waiters.first(); wait != null; wait = wait.next) {
            any |= tell(wait, events, closed);
        }
        goOn(waiters);
        return any;
    }

    /** Waits on for what the other threads want. */
    @SuppressWarnings("ReferenceEquality") // the very same entry
    private void goOn(FdWaiters waiters) {
        synchronized (lock) {
            if (descriptors.get(waiters.fd()) == waiters) {
                change(waiters);
            }
        }
    }

    private boolean tell(FdWait wait, int events, @Nullable SyscallException closed) {
        try {
            return closed == null ? wait.tell(events) : wait.fail(closed);
        } catch (RuntimeException | Error e) {
            wait.over = false; // stores only
            if (!wait.kept) {
                wait.kept = true;
                wait.nextUnfinished = unfinished.first;
                unfinished.first = wait;
            }
            throw e;
        }
    }

    /**
     * How many threads wait.
     *
     * @param threads how many there are
     * @param descriptors for how many descriptors they wait
     */
    public record Waiting(int threads, int descriptors) {}

    /** {@return how many threads wait that the loop knows of} Any thread. */
    public Waiting waiting() {
        int[] counts = new int[2];
        if (used) {
            synchronized (lock) {
                descriptors.forEach(entry -> count(entry, counts));
            }
        }
        return new Waiting(counts[0], counts[1]);
    }

    private static void count(FdEntry entry, int[] counts) {
        int threads = entry instanceof FdWaiters waiters ? waiters.countOpen() : 0;
        counts[0] += threads;
        counts[1] += threads > 0 ? 1 : 0;
    }

    /** Tells all threads that the context ends. */
    public void end() {
        synchronized (lock) {
            if (used) {
                descriptors.forEach(Readiness::end);
            }
            ended = true;
        }
    }

    private static void end(FdEntry entry) {
        if (entry instanceof FdWaiters waiters) {
            for (FdWait wait = waiters.first(); wait != null; wait = wait.next) {
                wait.close();
            }
        }
    }

    /** {@return whether all threads have been told that the context ends} */
    public boolean hasEnded() {
        return ended;
    }
}
