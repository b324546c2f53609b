package dev.aiocontext.internal.timer;

import dev.aiocontext.internal.wakeup.Link;
import dev.aiocontext.internal.wakeup.QueueMark;
import java.lang.invoke.MethodHandles;
import java.lang.invoke.VarHandle;
import org.jspecify.annotations.Nullable;

/**
 * What a timer is armed for: one word that any thread changes by a compare-and-set. It is armed for a deadline, or disarmed, or closed.
 *
 * <p>A timer of a loop is such an object, in place of having one: so a million timers are one cache miss each, and not two. What every
 * timer needs lies together in its first 64 bytes. What few timers need is in an object that is made when it is needed.
 *
 * <p>The word has a tag beside the deadline, which says where its period is, so that nobody sees the deadline of one arming with the
 * period of another. There are two places. A thread that arms with a period fills the place that the word does not name, and then
 * stores a word that names it. The monitor of this object keeps other such threads away.
 *
 * <p>It is a {@link Link}, because its owner may keep it in a list. Nothing in here uses the list.
 *
 * <p><b>Threads.</b> {@link #fire}, {@link #wanted}, {@link #unfile}, {@link #filed(long)}, {@link #isHeld}: the home thread. Everything
 * else: any.
 *
 * <p><b>Why a later deadline need not be announced.</b> {@link #filed} says where the wheel meets this entry next. A thread that arms stores the
 * word, fences, and reads {@code filed}: if that is not after its deadline, it is done. The home thread, when it meets the entry,
 * stores {@code filed} (nowhere). Then it does one of two things:
 * <ol>
 *   <li>It fires the timer by a compare-and-set of the word. The read-modify-writes of the word have one order. An arming that comes after
 *       this one reads what it wrote, or something later, and so sees "nowhere", and announces.
 *   <li>It fences, and reads the word. So either the arming thread reads "nowhere" and announces, or the home thread sees the new
 *       deadline and files the entry for it, or both (Dekker).
 * </ol>
 *
 * <p><b>Errors.</b> Each change is one compare-and-set; before it, nothing has happened. A thread that stops after it, and before it
 * has announced the entry, leaves the timer armed and perhaps unknown to the wheel. The next call that arms it announces it.
 */
public class TimerEntry extends Link {
    /** No deadline: the timer is not armed, or is in no slot of the wheel. */
    public static final long NEVER = Long.MAX_VALUE;

    /** The bits of {@link #filed} that are the key; the bit above them is a mark of the wheel's own. */
    static final long KEY = (1L << 62) - 1;

    /** The latest deadline, after 146 years. */
    public static final long LATEST = KEY - 1;

    /** What {@link #fire} returns if there was nothing to fire. */
    public static final long NOT_FIRED = -1;

    private static final int TAG_BITS = 2;
    private static final int TAG = (1 << TAG_BITS) - 1;
    private static final int ONCE = 0;
    private static final int FIRST_PERIOD = 1;
    private static final int SECOND_PERIOD = 2;
    private static final int NOT_ARMED = 3;

    private static final long DISARMED = NOT_ARMED;
    private static final long CLOSED = 1 << TAG_BITS | NOT_ARMED;

    private static final VarHandle STATE;
    private static final VarHandle SEQUENCE;
    private static final VarHandle FILED;
    private static final VarHandle RARE;
    private static final VarHandle ATTACHED;

    static {
        try {
            MethodHandles.Lookup lookup = MethodHandles.lookup();
            STATE = lookup.findVarHandle(TimerEntry.class, "state", long.class);
            SEQUENCE = lookup.findVarHandle(TimerEntry.class, "sequence", long.class);
            FILED = lookup.findVarHandle(TimerEntry.class, "filed", long.class);
            RARE = lookup.findVarHandle(TimerEntry.class, "rare", Rare.class);
            ATTACHED = lookup.findVarHandle(Rare.class, "attached", Object.class);
        } catch (ReflectiveOperationException e) {
            throw new ExceptionInInitializerError(e);
        }
        rehearse();
    }

    private final TimerKind kind;

    /** A deadline and a tag. */
    @SuppressWarnings("unused") // through STATE
    private long state = DISARMED;

    /** The order of arming. Stored after the word: while an arming is under way, either order is right. */
    @SuppressWarnings("unused") // through SEQUENCE
    private long sequence;

    /** The key of the entry in the wheel that counts. The home thread writes it. */
    private long filed = NEVER;

    /** What few timers need. Made by the first thread that needs it. */
    @SuppressWarnings("unused") // through RARE
    private @Nullable Rare rare;

    /**
     * Whether the timer is in the queue of a {@link TimerQueue}; the periods that the tags name; and what its owner has attached. Its monitor
     * guards writes of the periods, which the word publishes.
     */
    private static final class Rare extends QueueMark {
        long first;
        long second;

        @SuppressWarnings("unused") // through ATTACHED
        @Nullable
        Object attached;
    }

    /**
     * Creates a timer that is not armed.
     *
     * @param kind what it has in common with others
     */
    public TimerEntry(TimerKind kind) {
        this.kind = kind;
    }

    /**
     * Goes through every step once, while the class is initialised: a step that is linked for the first time needs stack and heap
     * that a thread may not have.
     */
    private static void rehearse() {
        TimerEntry entry = new TimerEntry(new TimerKind(0));
        entry.arm(1, 1);
        entry.armPeriodically(1, 1, 1);
        entry.filed(1);
        entry.unfile();
        entry.mark();
        entry.attached();
        entry.attach(STATE);
        entry.wanted();
        entry.fire(1);
        entry.disarm();
        entry.endPeriods();
        entry.closeUnlessArmed();
        entry.shut();
    }

    /** {@return what it has in common with others} */
    public final TimerKind kind() {
        return kind;
    }

    /** {@return how late the loop may wake up for it, in nanoseconds} */
    public final long accuracy() {
        return kind.accuracy();
    }

    /** {@return what its owner has attached last, or null} Volatile. */
    protected final @Nullable Object attached() {
        Rare known = (Rare) RARE.getAcquire(this);
        return known == null ? null : ATTACHED.getVolatile(known);
    }

    /**
     * Keeps an object with it. Volatile.
     *
     * @param object the object
     */
    protected final void attach(Object object) {
        ATTACHED.setVolatile(rare(), object);
    }

    /** {@return the deadline that it is armed for, or {@link #NEVER}} */
    public final long deadline() {
        return deadline((long) STATE.getVolatile(this));
    }

    private static long deadline(long word) {
        return isArmed(word) ? word >>> TAG_BITS : NEVER;
    }

    private static boolean isArmed(long word) {
        return (word & TAG) != NOT_ARMED;
    }

    /** {@return when it was armed, among all entries: compare by subtraction} */
    long sequence() {
        return (long) SEQUENCE.getOpaque(this);
    }

    void setSequence(long newSequence) {
        SEQUENCE.setOpaque(this, newSequence);
    }

    /** {@return where the wheel meets it, with the wheel's own mark above; or {@link #NEVER}} */
    long filed() {
        return (long) FILED.getOpaque(this);
    }

    void filed(long keyAndMark) {
        FILED.setOpaque(this, keyAndMark);
    }

    /** {@return whether the wheel meets it at a time or before} */
    boolean isFiledBy(long time) {
        long known = filed();
        return known != NEVER && (known & KEY) <= time;
    }

    /** Reads what the wheel is about to look at, so that the processor fetches it. What it returns has no meaning. */
    final long glance() {
        return filed + state + sequence;
    }

    /** {@return whether it is not to fire although it is due} Home thread. */
    protected boolean isHeld() {
        return false;
    }

    /** Says that the wheel does not meet it any more, before the wheel reads what it is armed for. */
    void unfile() {
        FILED.setOpaque(this, NEVER);
        VarHandle.fullFence();
    }

    /** {@return what remembers whether it is in the queue} */
    QueueMark mark() {
        return rare();
    }

    private Rare rare() {
        Rare known = (Rare) RARE.getAcquire(this);
        if (known == null) {
            Rare fresh = new Rare();
            known = (Rare) RARE.compareAndExchange(this, (Rare) null, fresh);
            if (known == null) {
                return fresh;
            }
        }
        return known;
    }

    /**
     * Reads the deadline that it is armed for by an atomic read-modify-write, as the taker of a {@link QueueMark} must. Home thread.
     *
     * @return the deadline, or {@link #NEVER}
     */
    long wanted() {
        return deadline((long) STATE.getAndAdd(this, 0L));
    }

    /**
     * Arms it once.
     *
     * @param deadline when
     * @param newSequence the order of arming
     * @return false if it is closed
     */
    boolean arm(long deadline, long newSequence) {
        return store(deadline << TAG_BITS | ONCE, newSequence);
    }

    /**
     * Arms it periodically.
     *
     * @param deadline the first deadline
     * @param period the time from one to the next, positive
     * @param newSequence the order of arming
     * @return false if it is closed
     */
    boolean armPeriodically(long deadline, long period, long newSequence) {
        Rare places = rare();
        synchronized (places) { // not the timer, whose monitor user code may hold
            long word = (long) STATE.getVolatile(this);
            // Only a thread that holds the monitor stores a word that names a place which the word before did not name.
            boolean second = (word & TAG) == FIRST_PERIOD;
            if (second) {
                places.second = period;
            } else {
                places.first = period;
            }
            return store(deadline << TAG_BITS | (second ? SECOND_PERIOD : FIRST_PERIOD), newSequence);
        }
    }

    private boolean store(long wanted, long newSequence) {
        long word = (long) STATE.getVolatile(this);
        while (word != CLOSED) {
            long witness = (long) STATE.compareAndExchange(this, word, wanted);
            if (witness == word) {
                setSequence(newSequence);
                return true;
            }
            word = witness;
        }
        return false;
    }

    /**
     * Disarms it.
     *
     * @return whether it was armed
     */
    public final boolean disarm() {
        long word = (long) STATE.getVolatile(this);
        while (isArmed(word)) {
            long witness = (long) STATE.compareAndExchange(this, word, DISARMED);
            if (witness == word) {
                return true;
            }
            word = witness;
        }
        return false;
    }

    /** Disarms it if it is periodic. */
    public final void endPeriods() {
        long word = (long) STATE.getVolatile(this);
        while (isArmed(word) && (word & TAG) != ONCE) {
            long witness = (long) STATE.compareAndExchange(this, word, DISARMED);
            if (witness == word) {
                return;
            }
            word = witness;
        }
    }

    /**
     * Closes it if it is not armed. A thread that arms it at the same time either comes first, and it stays open, or finds it closed.
     *
     * @return whether it is closed
     */
    public final boolean closeUnlessArmed() {
        return (boolean) STATE.compareAndSet(this, DISARMED, CLOSED) || isClosed();
    }

    /** Closes it: it cannot be armed any more. */
    public final void shut() {
        STATE.setVolatile(this, CLOSED);
    }

    /** {@return whether it is closed} */
    public final boolean isClosed() {
        return (long) STATE.getVolatile(this) == CLOSED;
    }

    /**
     * Fires it if its deadline has come: it is disarmed, or armed for the next of its periods that is after now. Home thread, after {@link
     * #filed} says that the wheel does not meet it. If it has fired, its compare-and-set stands for the fence of {@link #unfile}.
     *
     * @param now the time
     * @return how many periods were missed, or {@link #NOT_FIRED}
     */
    public final long fire(long now) {
        while (true) {
            long word = (long) STATE.getVolatile(this);
            long deadline = deadline(word);
            if (deadline > now) {
                return NOT_FIRED;
            }
            int tag = (int) word & TAG;
            long missed = 0;
            long next = DISARMED;
            if (tag != ONCE) {
                long period = period(tag);
                missed = (now - deadline) / period;
                long after = deadline + missed * period; // not after now
                next = Math.min(LATEST, after + Math.min(period, LATEST)) << TAG_BITS | tag;
            }
            if (STATE.compareAndSet(this, word, next)) {
                return missed;
            }
        }
    }

    /** Reads the period that a word names; what it reads is void if the word has changed since. */
    private long period(int tag) {
        Rare places = rare();
        return Math.max(1, tag == FIRST_PERIOD ? places.first : places.second);
    }
}
