package dev.aiocontext.testkit;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertNotEquals;

import dev.aiocontext.bindings.linux.itimerspec;
import dev.aiocontext.bindings.linux.linux_h;
import dev.aiocontext.bindings.linux.timespec;
import java.lang.foreign.Arena;
import java.lang.foreign.FunctionDescriptor;
import java.lang.foreign.Linker;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.SymbolLookup;
import java.lang.foreign.ValueLayout;
import java.lang.invoke.MethodHandle;

/**
 * Sends SIGPROF to one thread a thousand times a second, by a timer of the kernel (timer_create(2), SIGEV_THREAD_ID), as sampling profilers do.
 *
 * <p>The JVM has no handler for SIGPROF, and without one the signal would end it. So abs(3) is the handler from the first use on: a C
 * function that takes a number and has no effect. A handler in Java might run where no Java code may run.
 */
@SuppressWarnings("restricted")
public final class ProfilerSignals implements AutoCloseable {
    private static final int SIGPROF = 27;
    private static final long PACE_NANOS = 1_000_000;

    // struct sigevent, which generated bindings do not have
    private static final long SIGEVENT_SIZE = 64;
    private static final long SIGNO = 8;
    private static final long NOTIFY = 12;
    private static final long TID = 16;
    private static final int SIGEV_THREAD_ID = 4;
    private static final long SIG_ERR = -1;

    private static final Linker LINKER = Linker.nativeLinker();

    private final Arena arena = Arena.ofShared();
    private final MemorySegment timer;

    /** Begins. */
    public ProfilerSignals(int tid) {
        handle();
        MemorySegment event = arena.allocate(SIGEVENT_SIZE, Long.BYTES);
        event.set(ValueLayout.JAVA_INT, SIGNO, SIGPROF);
        event.set(ValueLayout.JAVA_INT, NOTIFY, SIGEV_THREAD_ID);
        event.set(ValueLayout.JAVA_INT, TID, tid);
        MemorySegment id = arena.allocate(ValueLayout.ADDRESS);
        call("timer_create", linux_h.CLOCK_MONOTONIC(), event, id);
        timer = id.get(ValueLayout.ADDRESS, 0);
        MemorySegment setting = itimerspec.allocate(arena);
        timespec.tv_nsec(itimerspec.it_interval(setting), PACE_NANOS);
        timespec.tv_nsec(itimerspec.it_value(setting), PACE_NANOS);
        call("timer_settime", timer, 0, setting, MemorySegment.NULL);
    }

    private static void handle() {
        MethodHandle signal = LINKER.downcallHandle(
                symbol("signal"),
                FunctionDescriptor.of(ValueLayout.ADDRESS, ValueLayout.JAVA_INT, ValueLayout.ADDRESS));
        try {
            MemorySegment before = (MemorySegment) signal.invokeExact(SIGPROF, symbol("abs"));
            assertNotEquals(SIG_ERR, before.address(), "signal(SIGPROF)");
        } catch (Throwable t) {
            throw new AssertionError(t);
        }
    }

    private static MemorySegment symbol(String name) {
        return LINKER.defaultLookup()
                .find(name)
                .or(() ->
                        SymbolLookup.libraryLookup("librt.so.1", Arena.global()).find(name)) // glibc before 2.34
                .orElseThrow(() -> new AssertionError("no function " + name));
    }

    /** Calls a function that takes numbers and addresses, and returns 0. */
    private static void call(String name, Object... arguments) {
        ValueLayout[] layouts = new ValueLayout[arguments.length];
        for (int i = 0; i < arguments.length; i++) {
            layouts[i] = arguments[i] instanceof Integer ? ValueLayout.JAVA_INT : ValueLayout.ADDRESS;
        }
        try {
            Object result = LINKER.downcallHandle(symbol(name), FunctionDescriptor.of(ValueLayout.JAVA_INT, layouts))
                    .invokeWithArguments(arguments);
            assertEquals(0, result, name);
        } catch (Throwable t) {
            throw new AssertionError(t);
        }
    }

    /** {@return the name of the signal} */
    @Override
    public String toString() {
        return "SIGPROF";
    }

    /** Ends. */
    @Override
    public void close() {
        call("timer_delete", timer);
        arena.close();
    }
}
