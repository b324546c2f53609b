package dev.aiocontext.internal.fdmon;

import java.lang.invoke.MethodHandles;
import java.lang.invoke.VarHandle;

/**
 * Makes changes of a set whole that an Error has cut short.
 *
 * <p><b>Threads.</b> {@link #verify}, {@link #repair} and {@link #settle}: any, without the lock or with it. All other methods: any thread
 * that holds the table's lock. {@link #any} is written under the lock; {@link #isAny}: any thread.
 *
 * <p><b>Why the mark is a plain field.</b> A thread that an Error leaves behind it releases the lock, and that publishes the mark. A home
 * thread that looks a moment earlier finds it in its next wait, as it would with a volatile field. So a change need not pay for two fences.
 *
 * <p><b>Errors.</b> A StackOverflowError or an OutOfMemoryError can end a change at any step. {@link #begin} marks the set
 * before the first step, and {@link #end} takes the mark back after the last, so an Error leaves the mark behind. The next
 * wait that finds it has every entry applied anew, from {@link FdEntry#wanted}: kernel, table and handlers agree again. Epoll
 * then reports each edge again that is still there.
 */
final class UnfinishedChanges {
    private static final VarHandle ANY;

    static {
        try {
            ANY = MethodHandles.lookup().findVarHandle(UnfinishedChanges.class, "any", boolean.class);
        } catch (ReflectiveOperationException e) {
            throw new ExceptionInInitializerError(e);
        }
    }

    private final FdTable table;
    private final MonitorInUse monitor;
    private final Interests interests;

    /** A change is under way, or an Error has cut one short. Written by stores alone, which cannot fail. */
    boolean any;

    UnfinishedChanges(FdTable table, MonitorInUse monitor, Interests interests) {
        this.table = table;
        this.monitor = monitor;
        this.interests = interests;
    }

    /** Says whether a change is under way, or was cut short. */
    boolean isAny() {
        return (boolean) ANY.getOpaque(this);
    }

    /** Begins a change, see {@link FdSet#begin}. */
    boolean begin() {
        boolean before = any;
        any = true;
        return before;
    }

    /** Ends a change, see {@link FdSet#end}. */
    void end(boolean before) {
        any = before;
    }

    /** Applies what all entries want, if a change was cut short. */
    void settle() {
        synchronized (table.lock) {
            if (any) {
                table.forEach(this::follow);
                any = false; // at last: what fails here is tried again by the next wait
            }
        }
    }

    /** Applies what one entry wants, if that is not what it waits for or its edge is to be told again, see {@link FdSet#repair}. */
    void repair(FdEntry entry) {
        synchronized (table.lock) {
            if (table.contains(entry)
                    && (entry.wanted() != entry.interest || FdEntry.isEdgeTriggered(entry.interest))) {
                boolean before = begin();
                follow(entry);
                end(before);
            }
        }
    }

    /** Has epoll look which file a number stands for, see {@link FdSet#verify}. */
    void verify(FdEntry entry) {
        synchronized (table.lock) {
            if (monitor.isEpoll() && table.contains(entry) && !entry.isSuspended()) {
                boolean before = begin();
                monitor.modify(entry);
                end(before);
            }
        }
    }

    /** Applies what an entry wants, see {@link FdSet#follow}. */
    void follow(FdEntry entry) {
        int wanted = entry.wanted();
        if (wanted == FdEntry.GONE) {
            interests.remove(entry);
        } else {
            interests.follow(entry, wanted);
        }
    }
}
