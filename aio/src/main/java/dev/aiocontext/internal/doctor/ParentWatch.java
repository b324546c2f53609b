package dev.aiocontext.internal.doctor;

import java.util.concurrent.TimeUnit;
import java.util.concurrent.locks.LockSupport;

/**
 * Ends this JVM soon after the process that started it has ended, be it by SIGKILL. Without this, a doctor that nobody waits
 * for any more would keep a processor busy.
 *
 * <p>The kernel gives a process that has lost its parent another one. A number that another process has meanwhile is no
 * danger: it is not the parent's.
 */
final class ParentWatch {
    /** Set by the script: its process's number. */
    private static final String PARENT = "dev.aiocontext.doctor.parent";

    /** The time between two looks, long enough not to disturb what is measured. */
    private static final long PAUSE = TimeUnit.MILLISECONDS.toNanos(250);

    private ParentWatch() {}

    /** Watches the script, if it is the script that has started this JVM. */
    static void overScript() {
        long script = Long.getLong(PARENT, 0);
        if (script != 0) {
            over(script);
        }
    }

    /** Watches a process that has started this JVM. */
    static void over(long parent) {
        Thread.ofPlatform().name("doctor-parent").daemon().start(() -> {
            while (isParent(parent)) {
                LockSupport.parkNanos(PAUSE);
            }
            System.exit(Doctor.UNSUPPORTED);
        });
    }

    private static boolean isParent(long process) {
        return ProcessHandle.current()
                .parent()
                .filter(parent -> parent.pid() == process)
                .isPresent();
    }
}
