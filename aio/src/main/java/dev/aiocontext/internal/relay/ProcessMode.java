package dev.aiocontext.internal.relay;

import dev.aiocontext.RelayMode;
import dev.aiocontext.internal.posix.KernelThread;
import dev.aiocontext.internal.posix.Signals;
import java.io.UncheckedIOException;
import java.util.List;
import java.util.stream.Collectors;

/**
 * Refuses a relay mode that would end the JVM, or lose another copy's signals. In mode PROCESS the kernel gives SIGIO to any thread
 * of the process that waits for it or leaves it unblocked.
 *
 * <p><b>Threads.</b> Any, under {@link SigioRelay}'s lock. The first three methods also need {@link #ALL_COPIES}, from the
 * first look until the relay thread runs and the mark is set: so of two copies, the second sees what the first has done.
 *
 * <p><b>Errors.</b> After an Error the mark may stay. It refuses nothing to this copy, whose next opening or closing
 * takes it back.
 */
final class ProcessMode {
    /** The JVM has one such string, so the copies of the library lock the same object. It orders their looks at each other. */
    static final Object ALL_COPIES = SigioRelay.class.getName().intern();

    /** A system property, because all copies of the library see it: which copy has a channel in PROCESS mode. */
    private static final String MARK = "dev.aiocontext.relay.process-mode-of";

    /** This copy, in that property. */
    private static final String COPY =
            "copy " + Long.toHexString(System.nanoTime()) + " in " + SigioRelay.class.getClassLoader();

    private static final int NAMES_IN_MESSAGE = 12;

    private ProcessMode() {}

    /** Refuses a mode if another copy is in PROCESS mode. A relay thread waits in sigwait in each mode, and could take its signals. */
    static void requireNoneElsewhere(RelayMode mode) {
        String copy = System.getProperty(MARK);
        if (mode != RelayMode.PROCESS && copy != null && !copy.equals(COPY)) {
            throw new IllegalStateException(
                    "relay mode " + mode
                            + " waits for SIGIO in a thread of its own, which could take the signals of a second copy of this library"
                            + " in this process (another class loader's): " + copy
                            + " has a context in relay mode PROCESS. Load the library once, by a class loader that both users share;"
                            + " or close the other copy's contexts first; or use relay mode THREAD in both copies, or OFF in this");
        }
    }

    /** Refuses mode PROCESS unless every thread but the relay's own blocks SIGIO. */
    static void requireSafe(Thread relayThread, int tid) {
        requireOnlyCopy(relayThread);
        List<KernelThread> unblocked;
        try {
            unblocked = Signals.tasksLeavingUnblocked(Signals.SIGIO);
        } catch (UncheckedIOException e) { // there is no /proc, or no descriptor left to read it with
            throw new IllegalStateException(
                    "relay mode PROCESS sends SIGIO to the process, which ends this JVM if one of its threads leaves it"
                            + " unblocked, and whether one does cannot be found out: " + e.getMessage()
                            + ". Relay mode THREAD signals its own thread only",
                    e);
        }
        // While the relay thread waits for it in sigwait, the kernel shows it as unblocked there.
        unblocked.removeIf(task -> task.tid() == tid);
        if (!unblocked.isEmpty()) {
            String names = unblocked.stream()
                    .limit(NAMES_IN_MESSAGE)
                    .map(Object::toString)
                    .collect(Collectors.joining(", "));
            throw new IllegalStateException("relay mode PROCESS sends SIGIO to the process, which would end this JVM: "
                    + unblocked.size() + " of its threads leave SIGIO unblocked: " + names
                    + (unblocked.size() > NAMES_IN_MESSAGE ? ", ..." : "")
                    + ". Start it as `env --block-signal=SIGIO java ...`, or through dev.aiocontext.SignalLauncher, or use"
                    + " relay mode THREAD, which signals its own thread only");
        }
    }

    /** Refuses mode PROCESS beside another copy's relay, because the kernel gives a signal for the process to any thread in sigwait. */
    private static void requireOnlyCopy(Thread relayThread) {
        for (Thread other : Thread.getAllStackTraces().keySet()) {
            if (other != relayThread && other.getName().equals(relayThread.getName())) {
                throw new IllegalStateException(
                        "relay mode PROCESS sends SIGIO to the process, and the relay of a second copy"
                                + " of this library in this process (another class loader's) could take it, because its thread \""
                                + other.getName()
                                + "\" waits in sigwait too. Load the library once, by a class loader that both"
                                + " users share; or close the other copy's contexts first; or use relay mode THREAD in both copies");
            }
        }
    }

    /** Marks this copy as one in PROCESS mode, for all copies to see. */
    static void mark() {
        System.setProperty(MARK, COPY);
    }

    /** Takes this copy's mark back, if it is there. */
    static void unmark() {
        System.getProperties().remove(MARK, COPY);
    }
}
