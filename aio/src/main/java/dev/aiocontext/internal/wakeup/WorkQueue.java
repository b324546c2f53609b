package dev.aiocontext.internal.wakeup;

import java.lang.invoke.MethodHandles;
import java.lang.invoke.VarHandle;
import org.jspecify.annotations.Nullable;

/**
 * Work that any thread hands to one taker: first in, first out, unbounded, lock-free. In the steady state it allocates 32 bytes
 * for each segment of work, and nothing else.
 *
 * <p>A chain of segments, each an array of slots. A push puts its work into the first empty slot by one compare-and-set,
 * which is all there is to it: no slot is reserved before it is filled, so a pusher that is descheduled anywhere holds up
 * nobody, neither other pushers nor the taker. A slot is empty while it holds its own segment. It is filled once, and
 * cleared to null when it is taken, so what a compare-and-set that comes late, or with an old segment in hand, looks for
 * is never there again (no ABA): when the taker is through with a segment it uses the array again, in a new segment.
 *
 * <p><b>Threads.</b> {@link #push}: any. Everything else: one thread at a time, the taker.
 *
 * <p><b>Why it suffices.</b> All is decided by the volatile accesses to slots, which have one order that all threads agree
 * on.
 * <ol>
 *   <li>There is no gap: a push tries the slots from {@link Segment#hint} on, one after the other, and every slot before
 *       the hint is filled, since the thread that stored it had filled or found filled all before. A hint that is out of date, or
 *       was stored late over a later one, costs the next pushers a few looks.
 *   <li>So a push that has returned comes before every push that begins after it, and the taker, which goes from slot to
 *       slot, takes in that order. Once a push has returned, {@link #isEmpty} is false until its work is taken.
 *   <li>The compare-and-set releases what the pusher did before, and the taker's load of the slot acquires it.
 *   <li>{@link #end} is at the first empty slot that it finds, because behind that there is nothing. If none is near, it looks
 *       from the hint of the tail's segment on: the {@link #tail} never moves back, and a push leaves a segment that is
 *       full only after the tail has left it, so nothing that was pushed before lies behind that segment.
 *   <li>{@link #close} pushes a mark like a piece of work: pushes before it are taken, pushes after it find it in their way.
 *   <li>The taker helps {@link #tail} forward before it reuses the array of a segment, and a push that still holds that
 *       segment finds no slot empty and goes on to the next: every {@link Segment#next} stays what it is.
 * </ol>
 *
 * @param <E> the work
 */
public final class WorkQueue<E> {
    /** The mark in the slot after the last piece of work that was accepted. */
    private static final Object CLOSED = new Object();

    /** For so few pieces of work the taker leaves {@link Segment#hint} alone, which pushers write all the time. */
    private static final int NEAR = 16;

    private static final VarHandle SLOT = MethodHandles.arrayElementVarHandle(Object[].class);
    private static final VarHandle HINT;
    private static final VarHandle NEXT;
    private static final VarHandle TAIL;

    static {
        try {
            MethodHandles.Lookup lookup = MethodHandles.lookup();
            HINT = lookup.findVarHandle(Segment.class, "hint", int.class);
            NEXT = lookup.findVarHandle(Segment.class, "next", Segment.class);
            TAIL = lookup.findVarHandle(WorkQueue.class, "tail", Segment.class);
        } catch (ReflectiveOperationException e) {
            throw new ExceptionInInitializerError(e);
        }
        rehearse();
    }

    /** The segment to push to, or one before it that is full. */
    private volatile Segment tail;

    // The taker's. It writes what is here once a segment, since it lies beside what pushers read.
    private Segment head;
    private Object[] headSlots;
    private long headBase;
    private final Taken taken = new Taken.Apart();

    /** What the taker writes with each piece of work. */
    private static class Taken extends CacheLines {
        long count;

        /** With two cache lines behind it, so that nothing else shares a line with it. */
        @SuppressWarnings("unused")
        static final class Apart extends Taken {
            private long p0, p1, p2, p3, p4, p5, p6, p7, p8, p9, p10, p11, p12, p13, p14, p15;
        }
    }

    /** Slots, and where they are in the queue. */
    private static final class Segment {
        final Object[] slots;

        /** The position of the first slot: how many slots there were in the segments before. */
        final long base;

        /** Slots below this are filled. */
        @SuppressWarnings("unused") // through HINT
        int hint;

        volatile @Nullable Segment next;

        Segment(Object[] slots, long base) {
            this.slots = slots;
            this.base = base;
            slots[0] = this;
            // By doubling: a bulk copy does with one garbage collector's barrier for many stores.
            for (int filled = 1; filled < slots.length; filled *= 2) {
                System.arraycopy(slots, 0, slots, filled, Math.min(filled, slots.length - filled));
            }
        }
    }

    /**
     * Creates an empty queue.
     *
     * @param segmentCapacity how many pieces of work there is room for before it allocates, at least 1
     */
    public WorkQueue(int segmentCapacity) {
        headSlots = new Object[segmentCapacity];
        head = new Segment(headSlots, 0);
        tail = head;
    }

    /**
     * Goes through every step once, while the class is initialised: a step that is linked for the first time needs stack and heap
     * that a notifier may not have.
     */
    private static void rehearse() {
        WorkQueue<Object> queue = new WorkQueue<>(1);
        for (int segments = 0; segments < 3; segments++) {
            queue.push(queue);
            queue.push(queue);
            queue.peek();
            queue.take(queue.end());
            queue.take(queue.end());
        }
        queue.close();
        queue.push(queue);
        queue.isEmpty();
    }

    /**
     * Adds work, by an atomic read-modify-write that {@link Wakeup#ringAfterPush} may rely on.
     *
     * @param work the work
     * @return false if the queue is closed: the work was not added
     */
    public boolean push(E work) {
        Segment last = tail;
        int slot = (int) HINT.getAcquire(last);
        if (slot < last.slots.length && SLOT.compareAndSet(last.slots, slot, last, work)) {
            HINT.setRelease(last, slot + 1);
            return true;
        }
        return pushFurther(work);
    }

    /** Pushes although another thread is pushing too, or the segment is full; refuses if the queue is closed. */
    private boolean pushFurther(Object work) {
        for (Segment segment = tail; ; segment = following(segment)) {
            Object[] slots = segment.slots;
            for (int slot = (int) HINT.getAcquire(segment); slot < slots.length; slot++) {
                if (SLOT.compareAndSet(slots, slot, segment, work)) {
                    if (work != CLOSED) {
                        HINT.setRelease(segment, slot + 1);
                    }
                    return true;
                }
                if (SLOT.getVolatile(slots, slot) == CLOSED) {
                    return false;
                }
            }
        }
    }

    /** Finds the segment after one that is full. */
    private Segment following(Segment full) {
        Segment next = full.next;
        if (next == null) {
            next = append(full, new Object[full.slots.length]);
        }
        TAIL.compareAndSet(this, full, next);
        return next;
    }

    /** Gives the last segment one that follows it, unless somebody else did: says which it is. */
    private static Segment append(Segment last, Object[] slots) {
        Segment fresh = new Segment(slots, last.base + last.slots.length);
        Segment witness = (Segment) NEXT.compareAndExchange(last, (Segment) null, fresh);
        return witness == null ? fresh : witness;
    }

    /**
     * Says whether there is nothing to take, by volatile loads.
     *
     * @return true if nothing is
     */
    public boolean isEmpty() {
        int slot = (int) (taken.count - headBase);
        if (slot < headSlots.length) {
            return isEmpty(head, headSlots, slot);
        }
        Segment next = head.next;
        return next == null || isEmpty(next, next.slots, 0);
    }

    /**
     * Shows the first piece of work, and leaves it in the queue.
     *
     * @return the work, or null if there is none
     */
    @SuppressWarnings("unchecked") // what push put there
    public @Nullable E peek() {
        Segment segment = head;
        int slot = (int) (taken.count - headBase);
        if (slot == headSlots.length) {
            Segment next = head.next;
            if (next == null) {
                return null;
            }
            segment = next;
            slot = 0;
        }
        Object found = SLOT.getVolatile(segment.slots, slot);
        return found == segment || found == CLOSED ? null : (E) found;
    }

    private static boolean isEmpty(Segment segment, Object[] slots, int slot) {
        Object found = SLOT.getVolatile(slots, slot);
        return found == segment || found == CLOSED;
    }

    /**
     * Tells where the queue ends now. A {@link #take} up to here takes no work that is pushed later.
     *
     * @return the position after the last piece of work
     */
    public long end() {
        int first = (int) (taken.count - headBase);
        int near = Math.min(headSlots.length, first + NEAR);
        for (int slot = first; slot < near; slot++) {
            if (isEmpty(head, headSlots, slot)) {
                return headBase + slot;
            }
        }
        return endByHint();
    }

    private long endByHint() {
        Segment last = tail;
        Object[] slots = last.slots;
        int slot = (int) HINT.getAcquire(last);
        while (slot < slots.length && !isEmpty(last, slots, slot)) {
            slot++;
        }
        return last.base + slot;
    }

    /**
     * Takes the first piece of work.
     *
     * @param end up to where, as {@link #end} said
     * @return the work, or null if all before that is taken
     */
    @SuppressWarnings("unchecked") // what push put there
    public @Nullable E take(long end) {
        long position = taken.count;
        if (position >= end) {
            return null;
        }
        if (position - headBase == headSlots.length) {
            advance();
        }
        int slot = (int) (position - headBase);
        Object work = SLOT.getAcquire(headSlots, slot);
        SLOT.set(headSlots, slot, null);
        taken.count = position + 1;
        return (E) work;
    }

    /**
     * Says whether all is taken up to an end.
     *
     * @param end the end, as {@link #end} said, or 0
     * @return true if a {@link #take} up to there would find nothing
     */
    public boolean isTaken(long end) {
        return taken.count >= end;
    }

    /** Leaves a segment that is taken as a whole, goes on to the next, and has its array used again. */
    private void advance() {
        Segment next = following(head);
        if (next.next == null) {
            append(next, headSlots);
        }
        head = next;
        headSlots = next.slots;
        headBase = next.base;
    }

    /** Closes the queue to further work, in one step; what is in it can still be taken. Calling it again changes nothing. */
    public void close() {
        pushFurther(CLOSED);
    }
}
