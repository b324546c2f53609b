package dev.aiocontext.internal.fdmon;

import dev.aiocontext.internal.posix.Errno;
import java.util.ArrayList;
import java.util.List;

/**
 * The entries that epoll does not watch, so that their monitor reports them itself.
 *
 * <p>There are two kinds. A file that epoll_ctl(2) refuses with EPERM has nothing to wait for: POSIX calls it always ready, to
 * read and to write. A number that epoll_ctl(2) finds closed (EBADF) is reported as poll(2) reports it, by POLLNVAL, until somebody
 * removes or renews its entry.
 *
 * <p><b>Threads.</b> All methods need the table's lock, but {@link #anyToReport}: any.
 */
final class Unwatched {
    /** The events that a file can be asked for that is always ready: the kernel's DEFAULT_POLLMASK. */
    private static final int ALWAYS = FdEntry.IN | FdEntry.OUT;

    private final List<FdEntry> alwaysReady = new ArrayList<>();
    private final List<FdEntry> closed = new ArrayList<>();

    private volatile boolean toReport;

    /** Says whether a wait has an entry to report, and so must not block. */
    boolean anyToReport() {
        return toReport;
    }

    /** {@return how many entries epoll refuses} */
    int alwaysReady() {
        return alwaysReady.size();
    }

    /**
     * Sorts an entry in by what epoll_ctl(2) returned for it.
     *
     * @return false if the result is for the caller to judge: the entry is of neither kind
     */
    boolean take(FdEntry entry, int result) {
        boolean always = result == -Errno.EPERM;
        boolean isClosed = result == -Errno.EBADF;
        set(alwaysReady, entry, always);
        set(closed, entry, isClosed);
        entry.alwaysReady = always;
        entry.foundClosed = isClosed;
        look();
        return always || isClosed;
    }

    /** Forgets an entry, which need not be of one of the kinds. */
    void forget(FdEntry entry) {
        take(entry, 0);
    }

    private static void set(List<FdEntry> list, FdEntry entry, boolean contained) {
        if (!list.isEmpty() || contained) {
            if (contained != list.contains(entry)) {
                if (contained) {
                    list.add(entry);
                } else {
                    list.remove(entry);
                }
            }
        }
    }

    private void look() {
        boolean any = !closed.isEmpty();
        for (FdEntry entry : alwaysReady) {
            any |= (entry.interest & ALWAYS) != 0;
        }
        if (toReport != any) {
            toReport = any;
        }
    }

    /** Reports all of them: after what the kernel reports, because it does not know that a number is closed. */
    void report(ReadyList ready) {
        for (FdEntry entry : alwaysReady) {
            int events = entry.interest & ALWAYS;
            if (events != 0) {
                ready.report(entry, events);
            }
        }
        for (FdEntry entry : closed) {
            ready.report(entry, FdEntry.NVAL);
        }
    }
}
