package dev.aiocontext.internal.fdmon;

import dev.aiocontext.MonitorMode;
import dev.aiocontext.SyscallException;
import dev.aiocontext.internal.posix.Descriptors;
import dev.aiocontext.internal.posix.Errno;

/**
 * Gives entries of a table their interests, and the monitor in use with them: a change is made whole, or refused and undone.
 *
 * <p><b>Threads.</b> Any thread that holds the table's lock.
 *
 * <p><b>Errors.</b> An Error may leave an entry whose interest is not what the kernel waits for. {@link #apply} makes it whole,
 * whatever was done before.
 */
final class Interests {
    private final FdTable table;
    private final MonitorInUse monitor;

    Interests(FdTable table, MonitorInUse monitor) {
        this.table = table;
        this.monitor = monitor;
    }

    /** Adds an entry, see {@link FdSet#put}. */
    void put(FdEntry entry, int interest) {
        provideFor(entry, interest);
        entry.interest = interest;
        table.put(entry);
        if (interest == FdEntry.SUSPENDED) {
            return;
        }
        try {
            monitor.add(entry);
            refuseAlwaysReady(entry);
        } catch (SyscallException | UnsupportedOperationException refused) {
            remove(entry);
            throw refused;
        }
    }

    /** Applies an interest whatever the entry waited for before, see {@link FdSet#update}. */
    void update(FdEntry entry, int interest) {
        provideFor(entry, interest);
        int before = entry.interest;
        entry.interest = interest;
        try {
            apply(entry);
            refuseAlwaysReady(entry);
        } catch (SyscallException | UnsupportedOperationException refused) {
            undo(entry, before);
            throw refused;
        }
    }

    /** Changes an interest, see {@link FdSet#change}. */
    void change(FdEntry entry, int interest) {
        int before = entry.interest;
        if (interest == before) {
            return;
        }
        if (before != FdEntry.SUSPENDED) {
            update(entry, interest);
            return;
        }
        provideFor(entry, interest);
        entry.interest = interest;
        try {
            monitor.add(entry);
            requireOpen(entry);
            refuseAlwaysReady(entry);
        } catch (SyscallException | UnsupportedOperationException refused) {
            undo(entry, before);
            throw refused;
        }
    }

    /** Makes the monitor wait for what the wanted interest of an entry is, without a way back. */
    void follow(FdEntry entry, int wanted) {
        provideFor(entry, wanted);
        entry.interest = wanted;
        apply(entry);
    }

    /** Removes an entry, see {@link FdSet#remove}. */
    boolean remove(FdEntry entry) {
        if (!table.contains(entry)) {
            return false;
        }
        monitor.remove(entry);
        return table.remove(entry);
    }

    private void apply(FdEntry entry) {
        if (entry.isSuspended()) {
            monitor.remove(entry);
            // After the removal: what the kernel reports of this generation from now on, it keeps for good.
            table.renew(entry);
        } else {
            monitor.modify(entry);
        }
    }

    private void undo(FdEntry entry, int before) {
        entry.interest = before;
        if (before == FdEntry.SUSPENDED || (entry.alwaysReady && monitor.mode() == MonitorMode.EPOLL)) {
            monitor.remove(entry);
        } else if (entry.alwaysReady) {
            monitor.modify(entry);
        }
    }

    /** Puts epoll into use if an interest needs it: before anything else changes. */
    private void provideFor(FdEntry entry, int interest) {
        requirePossible(entry, interest);
        if (FdEntry.isEdgeTriggered(interest) && !monitor.isEpoll()) {
            monitor.requireEpoll("fd " + entry.fd() + " was registered as edge-triggered");
        }
    }

    /** Refuses edges where poll(2) is forced. */
    void requirePossible(FdEntry entry, int interest) {
        if (FdEntry.isEdgeTriggered(interest) && monitor.mode() == MonitorMode.POLL) {
            throw edgesRefused(entry, "MonitorMode.POLL is set, and poll(2) has levels only");
        }
    }

    private void requireOpen(FdEntry entry) {
        boolean isEpoll = monitor.isEpoll();
        if (isEpoll ? entry.foundClosed : !Descriptors.isPollable(entry.fd())) {
            throw Descriptors.notOpen(isEpoll ? "epoll_ctl" : "poll", entry.fd());
        }
    }

    /** Throws for a file that epoll refuses, where epoll is forced or needed. */
    private void refuseAlwaysReady(FdEntry entry) {
        if (entry.alwaysReady && monitor.mode() == MonitorMode.EPOLL) {
            throw Errno.exception(
                    "epoll_ctl",
                    Errno.EPERM,
                    entry.fd(),
                    "epoll takes no regular files and directories, which are always ready. MonitorMode.AUTO and POLL take them");
        }
        if (entry.alwaysReady && FdEntry.isEdgeTriggered(entry.interest)) {
            throw edgesRefused(entry, "its file is always ready, and epoll refuses it with EPERM");
        }
    }

    private static UnsupportedOperationException edgesRefused(FdEntry entry, String why) {
        return new UnsupportedOperationException("fd " + entry.fd() + " cannot be edge-triggered: " + why);
    }
}
