package dev.aiocontext.internal.wakeup;

import java.lang.invoke.MethodHandles;
import java.lang.invoke.VarHandle;
import org.jspecify.annotations.Nullable;

/**
 * Work that any thread hands to one taker, first in, first out. The links are in the work itself: pushing and taking
 * allocate nothing.
 *
 * <p>A stack of the pushed (Treiber), which the taker takes as a whole and turns round. A piece of work is in at most
 * one list, at most once: its owner sees to that with a pending flag, cleared after the work was taken and its link read.
 *
 * <p><b>Threads.</b> {@link #push} and {@link #isEmpty}: any. {@link #takeAll} and {@link #close}: one thread at a time.
 *
 * <p><b>Why it suffices.</b> The head is changed by atomic read-modify-writes only. A push is a release of the work's
 * link and of all its pusher did before; the taker's exchange acquires every push below the head it gets, since each of
 * them is followed, in the order of the head, by read-modify-writes only. The taker always takes all, so a head that was
 * read does not return to the list with another link below it while a push is under way (no ABA): if it does return, it
 * is the head again, and the link that the pusher stored is right.
 */
public final class WorkList {
    /** The head of a list that is closed. */
    private static final Work CLOSED = new Work() {};

    private static final VarHandle HEAD;

    static {
        try {
            HEAD = MethodHandles.lookup().findVarHandle(WorkList.class, "head", Work.class);
        } catch (ReflectiveOperationException e) {
            throw new ExceptionInInitializerError(e);
        }
    }

    private volatile @Nullable Work head;

    /** A piece of work: extend it. */
    public abstract static class Work {
        /** The work pushed before this; once taken, the work after it. Whoever pushes or takes it owns it. */
        @Nullable
        Work next;

        /** Creates work in no list. */
        protected Work() {}
    }

    /** Creates an empty list. */
    public WorkList() {}

    /**
     * Adds work.
     *
     * @param work the work, in no list
     * @return false if the list is closed: the work was not added
     */
    public boolean push(Work work) {
        Work h;
        do {
            h = head;
            if (h == CLOSED) {
                return false;
            }
            work.next = h;
        } while (!HEAD.weakCompareAndSet(this, h, work));
        return true;
    }

    /**
     * Says whether there is nothing to take.
     *
     * @return true if nothing is
     */
    public boolean isEmpty() {
        Work h = head;
        return h == null || h == CLOSED;
    }

    /**
     * Takes all work.
     *
     * @return the work, the first pushed first, linked; null if there is none
     */
    public @Nullable Work takeAll() {
        return isEmpty() ? null : reversed((Work) HEAD.getAndSet(this, (Work) null));
    }

    /**
     * Closes the list to further work and takes all that is in it: nothing is lost between the two.
     *
     * @return as {@link #takeAll}
     */
    public @Nullable Work close() {
        Work last = (Work) HEAD.getAndSet(this, CLOSED);
        return last == CLOSED ? null : reversed(last);
    }

    private static @Nullable Work reversed(@Nullable Work last) {
        Work first = null;
        while (last != null) {
            Work before = last.next;
            last.next = first;
            first = last;
            last = before;
        }
        return first;
    }
}
