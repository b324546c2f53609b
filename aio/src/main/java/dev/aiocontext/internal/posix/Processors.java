package dev.aiocontext.internal.posix;

import java.io.UncheckedIOException;
import java.util.Optional;
import java.util.function.Supplier;

/** Tells how many processors this JVM may use. Any thread. */
public final class Processors {
    private Processors() {}

    /**
     * Says whether two threads of this JVM can run at the same time. HotSpot's {@link Runtime#availableProcessors} alone does
     * not: in a thread that is pinned to one processor it says 1 (it asks sched_getaffinity(2) of the calling thread). So if it
     * says 1 because of that thread's own affinity, and not of a container's limit, this asks for the process's main thread,
     * which is not pinned alone.
     *
     * <p>In a container HotSpot may remember the number for some 20 ms. Just after a pinned thread has asked, another thread may
     * be told 1, and this says false.
     *
     * @return true if so; false if it cannot be found out
     */
    public static boolean areSeveral() {
        return Runtime.getRuntime().availableProcessors() > 1
                || (!mayUseSeveral(() -> Optional.of(KernelThread.current()))
                        && mayUseSeveral(() ->
                                KernelThread.find((int) ProcessHandle.current().pid())));
    }

    /** Says whether a thread may run on several processors, by its list of them: 3, or 0-3,8. */
    private static boolean mayUseSeveral(Supplier<Optional<KernelThread>> thread) {
        try {
            return thread.get().filter(t -> t.processors().matches(".*[-,].*")).isPresent();
        } catch (UncheckedIOException e) {
            return false; // without /proc, or a descriptor to read it with
        }
    }
}
