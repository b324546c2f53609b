package dev.aiocontext.internal.wakeup;

import java.lang.invoke.MethodHandles;
import java.lang.invoke.VarHandle;

/**
 * Remembers that an object waits in a queue, so that threads need not push it again. It may forget, and never claims wrongly:
 * an object that is pushed twice costs the taker one look.
 *
 * <pre>
 *     scheduler (any thread)                      taker
 *       raise: what is wanted, by an atomic         take an entry off the queue
 *              read-modify-write of one word        taken():  taken + 1
 *       g = ticket()                                take what is wanted, by an atomic
 *       isQueued(g): done                                  read-modify-write of that word
 *       push the object, wake the taker             nothing is wanted: a duplicate, drop it
 *       pushed(g)
 * </pre>
 *
 * <p><b>Threads.</b> {@link #taken}: the taker. Everything else: any thread, in the order above.
 *
 * <p><b>Why nothing that is wanted gets lost.</b> Take a scheduler Q that finds {@code isQueued(g)}. Another scheduler P stored
 * that mark, after P had pushed an entry and woken the taker. P had read ticket g before it pushed, so the taker takes
 * P's entry after its g-th take: there is a take number g + 1, called T here, at the latest that of P's entry. The
 * read-modify-writes of the word have one order.
 * <ol>
 *   <li>Q raised before T took: T takes what Q wants, and sees what Q did before.
 *   <li>Q raised after T took: Q's read-modify-write reads what T's wrote, or something later. T had counted itself before
 *       that, so Q reads a ticket above g. This contradicts Q's ticket g.
 * </ol>
 * So a scheduler that trusts a mark relies only on what was done before the mark was stored.
 *
 * <p><b>Errors.</b> A scheduler that gets an Error before {@link #pushed} leaves no mark, whatever it has done: the next
 * scheduler pushes again. It may leave something raised that nobody has pushed; the next scheduler pushes that too.
 */
public final class QueueMark {
    private static final VarHandle TAKEN;
    private static final VarHandle PUSHED_AT;

    static {
        try {
            MethodHandles.Lookup lookup = MethodHandles.lookup();
            TAKEN = lookup.findVarHandle(QueueMark.class, "taken", long.class);
            PUSHED_AT = lookup.findVarHandle(QueueMark.class, "pushedAt", long.class);
        } catch (ReflectiveOperationException e) {
            throw new ExceptionInInitializerError(e);
        }
        rehearse();
    }

    /** How often the taker took an entry of the object. The taker writes it. */
    private long taken;

    /** The ticket of the last push that is known to be complete, or of a push before it. */
    @SuppressWarnings("unused") // through PUSHED_AT
    private long pushedAt = -1;

    /** Creates the mark of an object that is in no queue. */
    public QueueMark() {}

    /**
     * Goes through every step once, while the class is initialised: a step that is linked for the first time needs stack and heap
     * that a notifier may not have.
     */
    private static void rehearse() {
        QueueMark mark = new QueueMark();
        mark.isQueued(mark.ticket());
        mark.pushed(mark.ticket());
        mark.taken();
    }

    /**
     * Reads how often the object was taken: after the caller has raised what it wants.
     *
     * @return the ticket for {@link #isQueued} and {@link #pushed}
     */
    public long ticket() {
        return (long) TAKEN.getAcquire(this);
    }

    /**
     * Says whether an entry of the object is certain to be in the queue, with the taker woken for it.
     *
     * @param ticket what {@link #ticket} said
     * @return false if the caller has to push
     */
    public boolean isQueued(long ticket) {
        return (long) PUSHED_AT.getAcquire(this) == ticket;
    }

    /**
     * Stores that the caller has pushed the object and woken the taker. A store that comes late is out of date, and so without
     * effect.
     *
     * @param ticket what {@link #ticket} said before the push
     */
    public void pushed(long ticket) {
        PUSHED_AT.setRelease(this, ticket);
    }

    /** Counts an entry that was taken, before the taker takes what is wanted. Taker. */
    public void taken() {
        TAKEN.setRelease(this, taken + 1);
    }
}
