package dev.aiocontext.internal.posix;

import java.lang.invoke.MethodHandles;
import java.lang.invoke.VarHandle;

/**
 * Counts who is using a kernel object that another thread may close, so that nobody uses its number after the kernel
 * gave it to somebody else. The kernel recycles descriptor and thread numbers at once: a write to a closed doorbell can
 * end in a stranger's file.
 *
 * <p><b>Threads.</b> Any thread may call any method. Each successful {@link #enter} is followed by one {@link #exit} of
 * the same thread. Exactly one call, of {@link #close} or {@link #exit}, ever returns true: its caller releases the
 * object.
 *
 * <p><b>Why it suffices.</b> Users and the closed flag share one word that is changed by atomic read-modify-writes only,
 * so they have one order. An enter before the close is counted, hence the close returns false, and the exit that brings
 * the count to zero returns true. An enter after the close fails. So the release comes after every use, and each
 * read-modify-write being a release and an acquire, everything the users did happens before it.
 */
public final class UseCount {
    private static final int CLOSED = 1;
    private static final int USE = 2;

    private static final VarHandle STATE;

    static {
        try {
            STATE = MethodHandles.lookup().findVarHandle(UseCount.class, "state", int.class);
        } catch (ReflectiveOperationException e) {
            throw new ExceptionInInitializerError(e);
        }
    }

    /** {@link #USE} times the users inside, plus {@link #CLOSED}. */
    private volatile int state;

    /** Creates a count of nobody, open. */
    public UseCount() {}

    /**
     * Starts a use.
     *
     * @return false if the object is closed: it must not be used, and exit not be called
     */
    public boolean enter() {
        int s;
        do {
            s = state;
            if ((s & CLOSED) != 0) {
                return false;
            }
        } while (!STATE.weakCompareAndSet(this, s, s + USE));
        return true;
    }

    /**
     * Ends a use.
     *
     * @return true if the object was closed meanwhile and this was its last user: the caller releases it
     */
    public boolean exit() {
        return (int) STATE.getAndAdd(this, -USE) - USE == CLOSED;
    }

    /**
     * Closes the object to further use; calling it again changes nothing.
     *
     * @return true if nobody is inside: the caller releases it
     */
    public boolean close() {
        return (int) STATE.getAndBitwiseOr(this, CLOSED) == 0;
    }

    /**
     * Says whether the object is closed.
     *
     * @return true once close was called
     */
    public boolean isClosed() {
        return (state & CLOSED) != 0;
    }
}
