package dev.aiocontext;

import static org.assertj.core.api.Assertions.assertThat;

import java.lang.foreign.Arena;
import java.lang.foreign.FunctionDescriptor;
import java.lang.foreign.Linker;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.SymbolLookup;
import java.lang.foreign.ValueLayout;
import java.lang.invoke.MethodHandle;
import java.lang.invoke.MethodHandles;
import java.lang.invoke.MethodType;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.CopyOnWriteArrayList;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/** A thread that native code has started, which the JVM gets to know by an upcall. */
@Timeout(60)
@SuppressWarnings("restricted")
class NativeThreadTest {
    private static final Linker LINKER = Linker.nativeLinker();

    private final AioContext ctx = AioContext.open();
    private final Arena arena = Arena.ofShared();
    private final List<String> ran = new CopyOnWriteArrayList<>();
    private final BottomHalf bottomHalf = ctx.newBottomHalf("scheduled", () -> note("bottom half"));
    private final AioTimer timer = ctx.newTimer("armed", (source, missed) -> note("timer"));
    private volatile @Nullable Thread caller;
    private volatile @Nullable Throwable failure;

    @BeforeEach
    void becomeHome() {
        ctx.poll(false);
    }

    @AfterEach
    void close() {
        bottomHalf.close();
        timer.close();
        ctx.close();
        arena.close();
    }

    private void note(String what) {
        ran.add(what + (ctx.isHomeThread() ? "" : " elsewhere"));
    }

    private static MethodHandle function(String name, Arena arena, FunctionDescriptor type) {
        MemorySegment address = LINKER.defaultLookup()
                .find(name)
                .or(() -> SymbolLookup.libraryLookup("libpthread.so.0", arena).find(name)) // before glibc 2.34
                .orElseThrow();
        return LINKER.downcallHandle(address, type);
    }

    /** {@code pthread_create}; returns the number of the thread. */
    private long start(MethodHandle routine) throws Throwable {
        MethodHandle create = function(
                "pthread_create",
                arena,
                FunctionDescriptor.of(
                        ValueLayout.JAVA_INT,
                        ValueLayout.ADDRESS,
                        ValueLayout.ADDRESS,
                        ValueLayout.ADDRESS,
                        ValueLayout.ADDRESS));
        MemorySegment stub =
                LINKER.upcallStub(routine, FunctionDescriptor.of(ValueLayout.ADDRESS, ValueLayout.ADDRESS), arena);
        MemorySegment thread = arena.allocate(ValueLayout.JAVA_LONG);
        int error = (int) create.invokeExact(thread, MemorySegment.NULL, stub, MemorySegment.NULL);
        assertThat(error).isZero();
        return thread.get(ValueLayout.JAVA_LONG, 0);
    }

    private void join(long thread) throws Throwable {
        MethodHandle join = function(
                "pthread_join",
                arena,
                FunctionDescriptor.of(ValueLayout.JAVA_INT, ValueLayout.JAVA_LONG, ValueLayout.ADDRESS));
        int error = (int) join.invokeExact(thread, MemorySegment.NULL);
        assertThat(error).isZero();
    }

    @SuppressWarnings({"UnusedMethod", "UnusedVariable"}) // an upcall
    private MemorySegment handWorkOver(MemorySegment argument) {
        try {
            caller = Thread.currentThread();
            ctx.execute(() -> note("task"));
            bottomHalf.schedule();
            timer.arm(Duration.ZERO);
            ctx.submit(() -> {
                        note("submitted");
                        return 1;
                    })
                    .join();
            ctx.call(() -> {
                note("called");
                return 2;
            });
        } catch (Throwable thrown) {
            failure = thrown; // nothing may leave an upcall
        }
        ctx.stop();
        return MemorySegment.NULL;
    }

    @Test
    void workOfAThreadThatNativeCodeHasStartedRunsOnTheLoop() throws Throwable {
        long thread = start(MethodHandles.lookup()
                .bind(this, "handWorkOver", MethodType.methodType(MemorySegment.class, MemorySegment.class)));
        ctx.run();
        join(thread);
        while (!ran.contains("timer")) {
            ctx.poll(true);
        }

        assertThat(failure).isNull();
        assertThat(caller).isNotNull().isNotSameAs(Thread.currentThread());
        assertThat(ran).containsExactlyInAnyOrder("task", "bottom half", "timer", "submitted", "called");
    }
}
