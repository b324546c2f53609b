package dev.aiocontext.internal.wakeup;

import java.lang.invoke.MethodHandles;
import java.lang.invoke.VarHandle;

/**
 * Remembers that an object waits in a {@link WorkQueue}, so that threads need not push it again. It may forget, and never claims
 * wrongly: an object that is pushed twice costs the taker one look.
 *
 * <p>The taker goes by rounds: it reads where the queue ends, and takes entries up to there. It takes an object once a round.
 *
 * <pre>
 *     scheduler (any thread)                      taker, in a round up to {@code end}
 *       raise: what is wanted, by an atomic         take an entry off the queue
 *              read-modify-write of one word        take(end): false, the object was taken in this round: drop it
 *       g = ticket()                                take what is wanted, by an atomic
 *       isQueued(g): done                                  read-modify-write of that word
 *       push the object, wake the taker
 *       pushed(g)
 * </pre>
 *
 * <p><b>Threads.</b> {@link #take}: the taker. Everything else: any thread, in the order above.
 *
 * <p><b>Why nothing that is wanted gets lost.</b> The ticket is the end of the last round in which the object was taken. Take a
 * scheduler Q that finds {@code isQueued(g)}. Another scheduler P stored that mark, after P had pushed an entry and woken the
 * taker. P had read ticket g before it pushed. So the taker knew the end of round g before P's push, and P's entry lies behind
 * that end: it belongs to a later round. Let T be the first take of the object in a later round than g, at the latest that
 * of P's entry. The read-modify-writes of the word have one order.
 * <ol>
 *   <li>Q raised before T took what is wanted: T takes what Q wants, and sees what Q did before.
 *   <li>Q raised after that: Q's read-modify-write reads what T's wrote, or something later. T had stored its round before, so
 *       Q reads a ticket above g. This contradicts Q's ticket g.
 * </ol>
 * What is wanted may be taken back before T, when a bottom half is cancelled or suspended: T takes nothing then, and makes its
 * read-modify-write all the same. A thread that makes it wanted again, as a resume does, raises it by a read-modify-write, and
 * is a scheduler Q of its own: it reads the ticket after that, and pushes unless a mark tells it not to.
 *
 * <p>So a scheduler that trusts a mark relies only on what was done before the mark was stored. An entry that is dropped was
 * pushed before the end of the round was read, so before the object was taken in this round: what its scheduler wanted has
 * been taken with that, or had been taken back.
 *
 * <p><b>Why duplicates do not multiply.</b> Two schedulers that come at the same time may both push. If each entry were taken for
 * itself, an object that schedules itself when it is called would have two entries for ever. Each such coincidence would add
 * one more. Because it is taken once a round, it has one.
 *
 * <p><b>Errors.</b> A scheduler that gets an Error before {@link #pushed} leaves no mark, whatever it has done: the next
 * scheduler pushes again. It may leave something raised that nobody has pushed; the next scheduler pushes that too.
 */
public class QueueMark {
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

    private static final long NEVER = -1;

    /** The end of the last round in which the taker took the object. The taker writes it. */
    private long taken = NEVER;

    /** The ticket of the last push that is known to be complete, or of a push before it. */
    @SuppressWarnings("unused") // through PUSHED_AT
    private long pushedAt = NEVER - 1;

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
        mark.take(1);
        mark.take(1);
    }

    /**
     * Reads when the object was taken last: after the caller has raised what it wants.
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

    /**
     * Takes the object for this round, before the taker takes what is wanted. Taker.
     *
     * @param end the end of the round, as {@link WorkQueue#end} said; a nested round may have a later one
     * @return false if the object was taken in this round, or in one nested in it: the entry is to be dropped
     */
    public boolean take(long end) {
        if (taken >= end) {
            return false;
        }
        TAKEN.setRelease(this, end);
        return true;
    }
}
