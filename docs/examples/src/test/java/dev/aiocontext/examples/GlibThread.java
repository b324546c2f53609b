package dev.aiocontext.examples;

import static java.lang.foreign.ValueLayout.ADDRESS;
import static java.lang.foreign.ValueLayout.JAVA_INT;

import dev.aiocontext.examples.ffm.NativeLibrary;
import dev.aiocontext.internal.posix.Libc;
import dev.aiocontext.testkit.Eventually;
import java.lang.foreign.Arena;
import java.lang.foreign.FunctionDescriptor;
import java.lang.foreign.MemorySegment;
import java.lang.invoke.MethodHandle;
import java.lang.invoke.MethodHandles;
import java.util.Queue;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.atomic.AtomicReference;
import org.jspecify.annotations.Nullable;

/** A thread in {@code g_main_loop_run}. */
final class GlibThread implements OuterLoop, AutoCloseable {
    private static final NativeLibrary GLIB = new NativeLibrary("libglib-2.0.so.0");
    private static final MethodHandle NEW_CONTEXT = GLIB.function("g_main_context_new", ADDRESS);
    private static final MethodHandle UNREF_CONTEXT = GLIB.procedure("g_main_context_unref", ADDRESS);
    private static final MethodHandle NEW_LOOP = GLIB.function("g_main_loop_new", ADDRESS, ADDRESS, JAVA_INT);
    private static final MethodHandle RUN = GLIB.procedure("g_main_loop_run", ADDRESS);
    private static final MethodHandle QUIT = GLIB.procedure("g_main_loop_quit", ADDRESS);
    private static final MethodHandle UNREF_LOOP = GLIB.procedure("g_main_loop_unref", ADDRESS);
    private static final MethodHandle NEW_IDLE = GLIB.function("g_idle_source_new", ADDRESS);
    private static final MethodHandle SET_PRIORITY = GLIB.procedure("g_source_set_priority", ADDRESS, JAVA_INT);
    private static final MethodHandle SET_CALLBACK =
            GLIB.procedure("g_source_set_callback", ADDRESS, ADDRESS, ADDRESS, ADDRESS);
    private static final MethodHandle ATTACH = GLIB.function("g_source_attach", JAVA_INT, ADDRESS, ADDRESS);
    private static final MethodHandle UNREF_SOURCE = GLIB.procedure("g_source_unref", ADDRESS);

    private final Arena arena = Arena.ofShared();
    private final Queue<Runnable> tasks = new ConcurrentLinkedQueue<>();
    private final AtomicReference<@Nullable Throwable> failure = new AtomicReference<>();
    private final MemorySegment function;
    private final MemorySegment loop;
    private final Thread thread;
    private volatile int tid;

    /** The {@code GMainContext}. */
    final MemorySegment context;

    GlibThread() throws Throwable {
        function = NativeLibrary.upcall(
                MethodHandles.lookup(), this, "runTask", FunctionDescriptor.of(JAVA_INT, ADDRESS), arena);
        context = (MemorySegment) NEW_CONTEXT.invokeExact();
        loop = (MemorySegment) NEW_LOOP.invokeExact(context, 0);
        thread = Thread.ofPlatform().name("glib").daemon().start(this::run);
    }

    private void run() {
        tid = Libc.gettid();
        try {
            RUN.invokeExact(loop);
        } catch (Throwable t) {
            failure.set(t);
        }
    }

    @Override
    public int tid() {
        return tid;
    }

    /** Each task is an idle source, of the priority of others. */
    @Override
    public void execute(Runnable task) {
        tasks.add(task);
        try {
            MemorySegment source = (MemorySegment) NEW_IDLE.invokeExact();
            SET_PRIORITY.invokeExact(source, 0);
            SET_CALLBACK.invokeExact(source, function, MemorySegment.NULL, MemorySegment.NULL);
            int id = (int) ATTACH.invokeExact(source, context);
            UNREF_SOURCE.invokeExact(source);
            if (id == 0) {
                throw new IllegalStateException("g_source_attach failed");
            }
        } catch (Throwable t) {
            throw NativeLibrary.failure(t);
        }
    }

    /** Runs a task on GLib's thread, and waits for its end. */
    void call(Runnable task) {
        CountDownLatch done = new CountDownLatch(1);
        execute(() -> {
            task.run();
            done.countDown();
        });
        Eventually.holds("GLib runs a task", () -> done.getCount() == 0 || failure.get() != null);
        rethrow();
    }

    @SuppressWarnings({"UnusedMethod", "UnusedVariable"}) // an upcall
    private int runTask(MemorySegment data) {
        try {
            tasks.remove().run();
        } catch (Throwable t) {
            failure.set(t);
        }
        return 0; // and be gone
    }

    private void rethrow() {
        Throwable thrown = failure.get();
        if (thrown != null) {
            throw new AssertionError("on GLib's thread", thrown);
        }
    }

    @Override
    public void close() {
        execute(() -> {
            try {
                QUIT.invokeExact(loop);
            } catch (Throwable t) {
                throw NativeLibrary.failure(t);
            }
        });
        Eventually.ends(thread);
        try {
            UNREF_LOOP.invokeExact(loop);
            UNREF_CONTEXT.invokeExact(context);
        } catch (Throwable t) {
            throw NativeLibrary.failure(t);
        }
        arena.close();
        rethrow();
    }
}
