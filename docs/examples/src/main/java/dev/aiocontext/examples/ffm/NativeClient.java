package dev.aiocontext.examples.ffm;

import dev.aiocontext.AioContext;
import dev.aiocontext.Source;
import java.lang.foreign.Arena;
import java.lang.foreign.FunctionDescriptor;
import java.lang.foreign.MemorySegment;
import java.lang.invoke.MethodHandles;
import java.util.ArrayDeque;
import java.util.Queue;
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

    private boolean closed;

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

    /**
     * Calls the library, and then gives the answers that came. Does nothing if an upcall of the library has polled the loop.
     *
     * @param source what the exception handler names, should an upcall fail
     * @param calls the calls
     */
    protected final void call(Source source, Runnable calls) {
        if (active != null || closed) {
            return;
        }
        active = source;
        try {
            calls.run();
        } finally {
            active = null;
            if (closed) {
                end();
            }
            giveAnswers(source);
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
        while (!answers.isEmpty()) {
            try {
                answers.remove().run();
            } catch (Throwable failure) {
                ctx.report(source, failure); // thrown, it would suspend the source and keep the other answers back
            }
        }
    }

    /** Closes it, at once or, within an upcall, when the library has returned. */
    @Override
    public final void close() {
        if (!closed) {
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
