package dev.aiocontext.internal.posix;

import static java.lang.foreign.ValueLayout.ADDRESS;
import static java.lang.foreign.ValueLayout.JAVA_BYTE;
import static java.lang.foreign.ValueLayout.JAVA_INT;
import static java.lang.foreign.ValueLayout.JAVA_LONG;

import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.util.List;
import java.util.Objects;

/**
 * What this process does with a signal, as sigaction(2) tells it: the handler, its flags and its mask. Immutable; any thread.
 *
 * <p>It is a copy of the C library's {@code struct sigaction}. The kernel's part of it lies at the same places on x86-64 and on aarch64; the
 * rest of the mask means nothing.
 */
public final class SignalAction {
    private static final NativeFunction SIGACTION =
            NativeFunction.plain("sigaction", JAVA_INT, JAVA_INT, ADDRESS, ADDRESS);

    /** The functions that the generated bindings describe too, for a test that compares both. */
    static final List<NativeFunction> FUNCTIONS = List.of(SIGACTION);

    private static final int SIZE = 152;
    private static final int MASK = 8;
    private static final int FLAGS = 136;

    /** SA_RESTORER, which the C library adds to each action that is set. */
    private static final int RESTORER = 0x04000000;

    private final int signal;
    private final byte[] struct;
    private final long handler;
    private final long mask;
    private final int flags;

    private SignalAction(int signal, MemorySegment struct) {
        this.signal = signal;
        this.struct = struct.toArray(JAVA_BYTE);
        handler = struct.get(JAVA_LONG, 0);
        mask = struct.get(JAVA_LONG, MASK);
        flags = struct.get(JAVA_INT, FLAGS) & ~RESTORER;
    }

    /**
     * Reads what is done with a signal now.
     *
     * @param signal the signal
     * @return its action
     */
    public static SignalAction of(int signal) {
        try (Arena arena = Arena.ofConfined()) {
            MemorySegment old = arena.allocate(SIZE, Long.BYTES);
            call(signal, MemorySegment.NULL, old);
            return new SignalAction(signal, old);
        }
    }

    /** Has it done again, if the handler is the same now and anything else is not: a handler that is another's stays. */
    public void restoreIfHandlerIsSame() {
        SignalAction now = of(signal);
        if (now.handler == handler && !now.equals(this)) {
            try (Arena arena = Arena.ofConfined()) {
                MemorySegment before = arena.allocate(SIZE, Long.BYTES);
                call(signal, before.copyFrom(MemorySegment.ofArray(struct)), MemorySegment.NULL);
            }
        }
    }

    private static void call(int signal, MemorySegment action, MemorySegment old) {
        int result;
        try {
            result = (int) SIGACTION.handle().invokeExact(signal, action, old);
        } catch (Throwable t) {
            throw Libc.impossible(t);
        }
        if (result != 0) {
            throw new IllegalArgumentException("no signal with an action: " + signal);
        }
    }

    /** {@return whether another action has the same signal, handler, flags and mask} */
    @Override
    public boolean equals(Object other) {
        return other instanceof SignalAction that
                && signal == that.signal
                && handler == that.handler
                && flags == that.flags
                && mask == that.mask;
    }

    @Override
    public int hashCode() {
        return Objects.hash(signal, handler, flags, mask);
    }

    /** {@return the signal, and what the kernel has of it, as hexadecimal numbers} */
    @Override
    public String toString() {
        return "action of signal %d: handler %x, flags %x, mask %x".formatted(signal, handler, flags, mask);
    }
}
