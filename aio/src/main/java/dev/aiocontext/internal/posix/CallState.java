package dev.aiocontext.internal.posix;

import static java.lang.foreign.ValueLayout.JAVA_INT;

import java.lang.foreign.Arena;
import java.lang.foreign.Linker;
import java.lang.foreign.MemoryLayout;
import java.lang.foreign.MemorySegment;
import java.lang.invoke.MethodHandles;
import java.lang.invoke.VarHandle;
import org.jspecify.annotations.Nullable;

/**
 * A place for the errno of one system call. A thread takes one for the time of a call, so that no thread owns native memory
 * of its own: a thread that notifies a loop needs none, and leaves none behind when it ends.
 *
 * <p>The places lie in {@link #CHAINS} chains, and a thread looks in the chain of its number. A chain has as many places as
 * threads of that chain have ever been in calls at the same time; these few are never freed. A call that waits uses a place of
 * its owner ({@link Libc#errnoSegment}) instead, because it would hold one for long.
 *
 * <p><b>Threads.</b> Any thread may call {@link #take}. The thread that took a place uses it, and stores false to {@link #busy}
 * when it is done.
 *
 * <p><b>Errors.</b> Giving a place back is one store, which cannot fail; see {@link Uses}. Taking one allocates only if all of
 * its chain are in use; an Error then comes before the system call.
 */
final class CallState {
    /** A power of two. */
    private static final int CHAINS = 64;

    /** A place has a cache line for itself. */
    private static final long STRIDE = 64;

    /** Where in a place the struct pollfd of {@link #pollfd} is, and behind it a struct timespec that is always 0. */
    private static final long POLLFD = 16;

    private static final long NO_TIME = 32;

    private static final long ERRNO = offsetOfErrno();
    private static final VarHandle BUSY;
    private static final VarHandle NEXT;
    private static final CallState[] FIRST = new CallState[CHAINS];

    /** Where calls of any thread leave an errno that nobody reads. */
    static final MemorySegment UNREAD;

    static {
        try {
            MethodHandles.Lookup lookup = MethodHandles.lookup();
            BUSY = lookup.findVarHandle(CallState.class, "busy", boolean.class);
            NEXT = lookup.findVarHandle(CallState.class, "next", CallState.class);
        } catch (ReflectiveOperationException e) {
            throw new ExceptionInInitializerError(e);
        }
        MemorySegment all = Arena.global().allocate((CHAINS + 1) * STRIDE, STRIDE);
        for (int i = 0; i < CHAINS; i++) {
            FIRST[i] = new CallState(all.asSlice(i * STRIDE, STRIDE));
        }
        UNREAD = all.asSlice(CHAINS * STRIDE, Linker.Option.captureStateLayout());
        rehearse();
    }

    /** The segment that the call is given. */
    final MemorySegment segment;

    /** A struct pollfd, for a call that polls and does not wait. */
    final MemorySegment pollfd;

    /** A struct timespec of no time. */
    final MemorySegment noTime;

    /** Whether a thread has taken this place. */
    volatile boolean busy;

    private volatile @Nullable CallState next;

    private CallState(MemorySegment place) {
        segment = place.asSlice(0, Linker.Option.captureStateLayout());
        pollfd = place.asSlice(POLLFD, NO_TIME - POLLFD);
        noTime = place.asSlice(NO_TIME);
    }

    /**
     * Goes through every step once, while the class is initialised: a step that is linked for the first time needs stack and heap
     * that a notifier may not have.
     */
    private static void rehearse() {
        CallState first = take();
        CallState second = take();
        second.result(-1);
        second.result(-1L);
        second.busy = false;
        first.busy = false;
    }

    /** Finds the errno without a path through the layout, because the first path of a JVM takes 4 ms. */
    private static long offsetOfErrno() {
        long offset = 0;
        for (MemoryLayout member : Linker.Option.captureStateLayout().memberLayouts()) {
            if (member.name().orElse("").equals("errno")) {
                return offset;
            }
            offset += member.byteSize();
        }
        throw new UnsupportedOperationException("this Java captures no errno");
    }

    /** Takes a place. */
    static CallState take() {
        CallState state = FIRST[(int) Thread.currentThread().threadId() & (CHAINS - 1)];
        while (state.busy || !BUSY.compareAndSet(state, false, true)) {
            state = following(state);
        }
        return state;
    }

    /** {@return how many places there are} */
    static int places() {
        int places = 0;
        for (CallState first : FIRST) {
            for (CallState state = first; state != null; state = state.next) {
                places++;
            }
        }
        return places;
    }

    private static CallState following(CallState state) {
        CallState next = state.next;
        if (next != null) {
            return next;
        }
        CallState fresh = new CallState(Arena.global().allocate(STRIDE, STRIDE));
        CallState witness = (CallState) NEXT.compareAndExchange(state, (CallState) null, fresh);
        return witness == null ? fresh : witness; // a race that is lost leaves 64 bytes unused, once
    }

    /** Passes a good result on, and the negated errno for a bad one. */
    int result(int result) {
        return result(result, segment);
    }

    /** Passes a good result on, as {@link #result(int)} does. */
    long result(long result) {
        return result(result, segment);
    }

    static int result(int result, MemorySegment state) {
        return result >= 0 ? result : -state.get(JAVA_INT, ERRNO);
    }

    static long result(long result, MemorySegment state) {
        return result >= 0 ? result : -state.get(JAVA_INT, ERRNO);
    }
}
