package dev.aiocontext;

/**
 * Whether a wake-up also takes the SIGIO relay, the second way beside the doorbell: the RHEL workaround of 2015 for
 * aarch64 hosts (Bugzilla 1184405).
 *
 * <p>The relay costs the notifier a signal, so it is an insurance: {@code ./doctor} tells what it costs here.
 */
public enum RelayMode {
    /** {@link #THREAD} on aarch64, {@link #OFF} elsewhere. The default. */
    AUTO,
    /** No relay. */
    OFF,
    /** tgkill(2) to the relay thread alone: safe in any JVM. */
    THREAD,
    /**
     * kill(2) to the process, the patch of 2015 to the letter. Needs SIGIO blocked in every thread of the process, which
     * only whoever starts the JVM can do: {@code env --block-signal=SIGIO java ...}, or {@link SigioLauncher}. Refused
     * otherwise, for that signal would end the JVM.
     */
    PROCESS
}
