package dev.aiocontext.source;

/** The ways on which a signal comes to a loop. All sources of one signal in a process use the same way. */
public enum SignalRoute {
    /**
     * The JVM's own handlers ({@code sun.misc.Signal}). Needs a thread that leaves the signal unblocked, and the module
     * {@code jdk.unsupported}. The JVM starts a thread for each signal, and does not tell the sender.
     */
    JVM,
    /** A signalfd(2) for each source. Needs the signal blocked in every thread, so before the JVM starts. Tells the sender. */
    SIGNALFD,
    /** A thread in sigwait(3). Needs the signal blocked in every other thread. */
    SIGWAIT_THREAD
}
