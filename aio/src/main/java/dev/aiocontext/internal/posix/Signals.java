package dev.aiocontext.internal.posix;

import static java.lang.foreign.ValueLayout.ADDRESS;
import static java.lang.foreign.ValueLayout.JAVA_INT;

import dev.aiocontext.bindings.linux.linux_h;
import dev.aiocontext.bindings.linux.sigset_t;
import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.util.List;

/** The signal masks of this process's threads: the calling thread's to change, all of them to read. Any thread. */
public final class Signals {
    /** The signal of the relay. */
    public static final int SIGIO = linux_h.SIGIO();

    private static final NativeFunction PTHREAD_SIGMASK =
            NativeFunction.plain("pthread_sigmask", JAVA_INT, JAVA_INT, ADDRESS, ADDRESS);
    private static final NativeFunction SIGEMPTYSET = NativeFunction.plain("sigemptyset", JAVA_INT, ADDRESS);
    private static final NativeFunction SIGADDSET = NativeFunction.plain("sigaddset", JAVA_INT, ADDRESS, JAVA_INT);

    /** The functions that the generated bindings describe too, for a test that compares both. */
    static final List<NativeFunction> FUNCTIONS = List.of(PTHREAD_SIGMASK, SIGEMPTYSET, SIGADDSET);

    private Signals() {}

    /**
     * Makes a set of one signal.
     *
     * @param signal the signal
     * @param arena the arena that the set lives in
     * @return a sigset_t
     */
    public static MemorySegment setOf(int signal, Arena arena) {
        MemorySegment set = arena.allocate(sigset_t.layout());
        try {
            boolean valid = (int) SIGEMPTYSET.handle().invokeExact(set) == 0
                    && (int) SIGADDSET.handle().invokeExact(set, signal) == 0;
            if (!valid) {
                throw new IllegalArgumentException("not a signal: " + signal);
            }
        } catch (Throwable t) {
            throw Libc.impossible(t);
        }
        return set;
    }

    /**
     * Blocks a signal in the calling thread. Threads that this thread starts from now on inherit the mask.
     *
     * @param signal the signal
     */
    public static void block(int signal) {
        try (Arena arena = Arena.ofConfined()) {
            int error = (int)
                    PTHREAD_SIGMASK.handle().invokeExact(linux_h.SIG_BLOCK(), setOf(signal, arena), MemorySegment.NULL);
            Errno.check(-error, "pthread_sigmask", -1);
        } catch (Throwable t) {
            throw Libc.impossible(t);
        }
    }

    /**
     * Finds the threads of this process that would take a signal sent to the process, because they do not block it.
     *
     * @param signal the signal
     * @return the threads, in the kernel's order; the caller's to change
     * @throws java.io.UncheckedIOException if /proc cannot be read
     */
    public static List<KernelThread> tasksLeavingUnblocked(int signal) {
        List<KernelThread> threads = KernelThread.all();
        threads.removeIf(thread -> thread.blocks(signal));
        return threads;
    }

    /**
     * Says whether the calling thread blocks a signal.
     *
     * @param signal the signal
     * @return true if it does
     * @throws java.io.UncheckedIOException if /proc cannot be read
     */
    public static boolean blockedHere(int signal) {
        return KernelThread.current().blocks(signal);
    }
}
