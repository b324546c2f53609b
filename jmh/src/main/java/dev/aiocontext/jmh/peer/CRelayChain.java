package dev.aiocontext.jmh.peer;

import static java.lang.foreign.ValueLayout.ADDRESS;
import static java.lang.foreign.ValueLayout.JAVA_INT;
import static java.lang.foreign.ValueLayout.JAVA_LONG;

import dev.aiocontext.RelayMode;
import dev.aiocontext.internal.posix.KernelThread;
import dev.aiocontext.internal.posix.Signals;
import dev.aiocontext.internal.posix.SleepWatch;
import dev.aiocontext.jmh.machine.CLibrary;
import dev.aiocontext.jmh.machine.Failures;
import java.lang.foreign.FunctionDescriptor;
import java.lang.foreign.MemorySegment;
import java.lang.invoke.MethodHandle;
import java.util.List;

/** The chain of 2015 in C, {@code relay_chain.c}. */
public final class CRelayChain implements NotifiedLoop {
    private static final MethodHandle OPEN =
            CLibrary.function("relay_chain_open", FunctionDescriptor.of(ADDRESS, JAVA_INT));
    private static final MethodHandle TID =
            CLibrary.function("relay_chain_tid", FunctionDescriptor.of(JAVA_INT, ADDRESS));
    private static final MethodHandle NOTIFY =
            CLibrary.function("relay_chain_notify", FunctionDescriptor.ofVoid(ADDRESS));
    private static final MethodHandle RAN =
            CLibrary.function("relay_chain_ran", FunctionDescriptor.of(JAVA_LONG, ADDRESS));
    private static final MethodHandle ECHOES =
            CLibrary.function("relay_chain_echoes", FunctionDescriptor.of(JAVA_LONG, ADDRESS));
    private static final MethodHandle CLOSE =
            CLibrary.function("relay_chain_close", FunctionDescriptor.ofVoid(ADDRESS));

    private final MemorySegment handle;
    private final boolean relayed;
    private final SleepWatch watch;
    private long wakes;

    /**
     * Starts its threads.
     *
     * @param relay how it signals
     * @throws IllegalStateException if that signal would end this JVM
     */
    public CRelayChain(RelayMode relay) {
        List<KernelThread> unblocked = Signals.tasksLeavingUnblocked(Signals.SIGIO);
        if (relay == RelayMode.PROCESS && !unblocked.isEmpty()) {
            throw new IllegalStateException("SIGIO would end this JVM: it is not blocked in " + unblocked);
        }
        relayed = relay != RelayMode.OFF;
        int number = relay == RelayMode.PROCESS ? 2 : relayed ? 1 : 0;
        try {
            handle = (MemorySegment) OPEN.invokeExact(number);
            watch = new SleepWatch((int) TID.invokeExact(handle));
        } catch (Throwable t) {
            throw Failures.unchecked(t);
        }
    }

    @Override
    public void wake() {
        wakes++;
        try {
            NOTIFY.invokeExact(handle);
        } catch (Throwable t) {
            throw Failures.unchecked(t);
        }
    }

    @Override
    public long runs() {
        return call(RAN);
    }

    private long call(MethodHandle counter) {
        try {
            return (long) counter.invokeExact(handle);
        } catch (Throwable t) {
            throw Failures.unchecked(t);
        }
    }

    /** Signals coalesce: a second one before the echo of the first would have none of its own. */
    @Override
    public void settle() {
        while (relayed && call(ECHOES) < wakes) {
            Thread.onSpinWait();
        }
        watch.awaitSleep();
    }

    @Override
    public long loopNanos() {
        return 0;
    }

    @Override
    public long otherNanos() {
        return 0;
    }

    @Override
    public void close() {
        watch.close();
        try {
            CLOSE.invokeExact(handle);
        } catch (Throwable t) {
            throw Failures.unchecked(t);
        }
    }
}
