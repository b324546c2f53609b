package dev.aiocontext.testkit;

import dev.aiocontext.internal.posix.KernelThread;
import java.util.List;
import java.util.concurrent.atomic.AtomicReference;

/** The threads of this process by name or number, for tests that wait for one of them. */
public final class KernelThreads {
    private KernelThreads() {}

    /** Says whether a thread sleeps, in a system call. */
    public static boolean isSleeping(int tid) {
        return KernelThread.find(tid).filter(KernelThread::isAsleep).isPresent();
    }

    /** Says whether the one thread of that name sleeps, in a system call. */
    public static boolean isSleeping(String name) {
        List<KernelThread> threads = KernelThread.named(name);
        return threads.size() == 1 && threads.getFirst().isAsleep();
    }

    /**
     * The kernel's number of the one thread of that name. The kernel knows a thread for some time yet that Java has seen ending.
     * This method waits until that one is gone, because of two the newer cannot be told.
     */
    public static int tid(String name) {
        return only(name).tid();
    }

    /** How often the thread of that name has gone to sleep: while it does not wake, this stays the same. */
    public static long sleeps(String name) {
        return only(name).sleeps();
    }

    private static KernelThread only(String name) {
        AtomicReference<List<KernelThread>> threads = new AtomicReference<>(List.of());
        Eventually.holds("there is one thread " + name, () -> {
            threads.set(KernelThread.named(name));
            return threads.get().size() == 1;
        });
        return threads.get().getFirst();
    }
}
