package dev.aiocontext.examples.ffm;

import dev.aiocontext.AioContext;
import dev.aiocontext.Source;
import java.lang.foreign.Arena;
import java.lang.foreign.FunctionDescriptor;
import java.lang.foreign.MemorySegment;
import java.lang.invoke.MethodHandles;
import java.util.ArrayDeque;
import java.util.Queue;
import java.util.concurrent.CancellationException;
import org.jspecify.annotations.Nullable;

/**
 * Keeps an object of a native library in order that calls back while it is called. It is not entered twice, it gives its answers when
 * the library has returned, and it is freed when the library cannot call any more. Home thread only.
 */
public abstract class NativeClient implements AutoCloseable {
    /** The loop. */
    protected final AioContext ctx;

    /** What the library may use until the end: upcalls, and memory of its own. */
    protected final Arena arena = Arena.ofShared();

    private final Queue<Runnable> answers = new ArrayDeque<>();

    /** For what the library is running now. */
    private @Nullable Source active;

    /** An answer is being given. */
    private boolean giving;

    private boolean callsBack;
    private boolean closed;
    private @Nullable Throwable lost;

    /** Creates it on a loop. */
    protected NativeClient(AioContext ctx) {
        this.ctx = ctx;
    }

    /** {@return whether an upcall of the library is running} */
    protected final boolean isEntered() {
        return active != null;
    }

    /** {@return whether it has to come to an end} */
    protected final boolean isClosed() {
        return closed;
    }

    /** Fails if the user may not call the library now. */
    protected final void requireCallable() {
        if (closed || active != null) {
            throw new IllegalStateException(
                    closed ? "closed" : "the library is calling back and cannot be called: take AioContext.execute()");
        }
    }

    /** Fails unless there is room on the stack for an upcall. To be called before the library is, where it may call back. */
    protected final void requireStack() {
        if (callsBack) {
            NativeLibrary.requireStack();
        }
    }

    /**
     * Calls the library in a callback of the loop, and then gives the answers that came. Does nothing if an upcall of the library has polled
     * the loop.
     *
     * @param source what the exception handler names, should an upcall fail
     * @param calls the calls
     */
    protected final void call(Source source, Runnable calls) {
        try {
            enter(source, calls);
        } finally {
            giveAnswers(source);
        }
    }

    /** Does the same for the user. Within an answer it gives no others: they come after it, so that many take no more stack than one. */
    protected final void request(Source source, Runnable calls) {
        try {
            enter(source, calls);
        } finally {
            if (!giving) {
                giveAnswers(source);
            }
        }
    }

    private void enter(Source source, Runnable calls) {
        if (active != null || closed) {
            return;
        }
        requireStack();
        active = source;
        try {
            calls.run();
        } finally {
            active = null;
            if (closed) {
                end();
            }
        }
    }

    /**
     * Makes a C function of a method of the adapter, until the end. <b>Nothing may leave the method</b>: an exception there ends the JVM.
     *
     * @param adapter finds the method, which may be private
     * @param method its name
     * @param shape its parameters and its result
     */
    protected final MemorySegment upcall(MethodHandles.Lookup adapter, String method, FunctionDescriptor shape) {
        callsBack = true;
        return NativeLibrary.upcall(adapter, this, method, shape, arena);
    }

    /** Takes what an upcall has caught, and returns -1, which tells many libraries that it has failed. */
    protected final int caught(Throwable failure) {
        ctx.report(active, failure);
        return -1;
    }

    /** Keeps an answer until the library has returned, because the user's code that gets it may call the library. */
    protected final void answer(Runnable given) {
        answers.add(given);
    }

    private void giveAnswers(@Nullable Source source) {
        boolean outer = giving;
        giving = true;
        try {
            while (active == null && !answers.isEmpty()) { // not within an upcall that has polled the loop
                try {
                    answers.remove().run();
                } catch (Throwable failure) {
                    ctx.report(source, failure); // thrown, it would suspend the source and keep the other answers back
                }
            }
        } finally {
            giving = outer;
        }
    }

    /** Closes it because the library has failed. */
    protected final void lost(Throwable why) {
        lost = why;
        close();
    }

    /** {@return why it is closed, for requests that are not answered any more} */
    protected final Throwable whyClosed() {
        return lost != null ? lost : new CancellationException("closed");
    }

    /** Closes it, at once or, within an upcall, when the library has returned. */
    @Override
    public final void close() {
        if (!closed) {
            if (active == null) {
                requireStack();
            }
            closed = true;
            if (active == null) {
                end();
                giveAnswers(null);
            }
        }
    }

    private void end() {
        try {
            free();
        } finally {
            arena.close();
        }
    }

    /** Closes the sources, and frees what the library holds. The library may call back for the last time. */
    protected abstract void free();
}
