package dev.aiocontext.internal.posix;

import java.lang.invoke.MethodHandles;
import java.lang.invoke.VarHandle;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.locks.LockSupport;
import org.jspecify.annotations.Nullable;

/**
 * Tracks which threads use a kernel object that another thread may close. A thread that closes the object first waits for
 * these users, so that nobody uses its number after the kernel gave it to somebody else. The kernel recycles descriptor and
 * thread numbers at once: a write to a closed doorbell can end in a stranger's file.
 *
 * <pre>{@code
 *     Uses.Use use = uses.enter();
 *     if (use == null) {
 *         return; // closed
 *     }
 *     try {
 *         ... // use the object; must not block
 *     } finally {
 *         use.busy = false;
 *     }
 * }</pre>
 *
 * <p><b>Threads.</b> Any thread may call any method. Exactly one call of {@link #close} ever returns true: its caller
 * releases the object.
 *
 * <p><b>Why it suffices.</b> A user marks a slot as busy and then loads {@link #closed}; the closer stores {@code closed}
 * and then loads each slot. All four are volatile, so at least one of the two sees the other's store. A user that sees
 * {@code closed} leaves without touching the object. A closer that sees a busy slot waits until the slot is free, and
 * reads the user's last store then: everything that the user did happens before the release. The same holds for a slot
 * that is added while the closer walks: its user looks at {@code closed} after it was added.
 *
 * <p><b>Errors.</b> Leaving is one store to a field. It calls nothing, allocates nothing and cannot fail, so that no Error
 * (a StackOverflowError above all) keeps a user inside for ever. An Error in {@link #enter} comes before the slot is
 * marked: there is no call between the compare-and-set that marks it and the return. (A count of users cannot offer this,
 * because an atomic decrement is a call in interpreted code.)
 */
public final class Uses {
    private static final VarHandle BUSY;
    private static final VarHandle NEXT;
    private static final VarHandle CLOSED;
    private static final int SPINS = 1_000;
    private static final long PAUSE = TimeUnit.MICROSECONDS.toNanos(50);

    static {
        try {
            MethodHandles.Lookup lookup = MethodHandles.lookup();
            BUSY = lookup.findVarHandle(Use.class, "busy", boolean.class);
            NEXT = lookup.findVarHandle(Use.class, "next", Use.class);
            CLOSED = lookup.findVarHandle(Uses.class, "closed", boolean.class);
        } catch (ReflectiveOperationException e) {
            throw new ExceptionInInitializerError(e);
        }
        rehearse();
    }

    /** The first slot. There are as many as threads have ever been inside at the same time. */
    private final Use first = new Use();

    private volatile boolean closed;

    /** A slot: one thread at a time is inside by it. */
    public static final class Use {
        /** Whether a thread is inside. The thread that {@link Uses#enter} gave the slot to stores false, once, to leave. */
        public volatile boolean busy;

        private volatile @Nullable Use next;

        private Use() {}
    }

    /** Creates an object without users, open. */
    public Uses() {}

    /**
     * Goes through every step once, while the class is initialised: a step that is linked for the first time needs stack and heap
     * that a notifier may not have.
     */
    private static void rehearse() {
        Uses uses = new Uses();
        Use first = uses.enter();
        Use second = uses.enter();
        if (first != null && second != null) {
            second.busy = false;
            first.busy = false;
        }
        uses.close();
        uses.enter();
    }

    /**
     * Starts a use.
     *
     * @return the slot, whose {@link Use#busy} the caller stores false to when it leaves; null if the object is closed
     */
    public @Nullable Use enter() {
        Use use = first;
        while (use.busy || !BUSY.compareAndSet(use, false, true)) {
            use = following(use);
        }
        if (closed) {
            use.busy = false;
            return null;
        }
        return use;
    }

    private static Use following(Use use) {
        Use next = use.next;
        if (next != null) {
            return next;
        }
        Use fresh = new Use();
        Use witness = (Use) NEXT.compareAndExchange(use, (Use) null, fresh);
        return witness == null ? fresh : witness;
    }

    /**
     * Closes the object to further use, and waits until each user has left. A use is a few system calls that do not block,
     * so the wait is short. A thread must not call this inside a use of its own.
     *
     * @return true for the first call: its caller releases the object; false for every other, which does not wait
     */
    public boolean close() {
        if (!CLOSED.compareAndSet(this, false, true)) {
            return false;
        }
        for (Use use = first; use != null; use = use.next) {
            awaitLeft(use);
        }
        return true;
    }

    private static void awaitLeft(Use use) {
        for (int spins = 0; use.busy; spins++) {
            if (spins < SPINS) {
                Thread.onSpinWait();
            } else {
                LockSupport.parkNanos(PAUSE); // the user may need this very processor
            }
        }
    }

    /**
     * Says whether the object is closed.
     *
     * @return true once close was called
     */
    public boolean isClosed() {
        return closed;
    }
}
