package dev.aiocontext;

/**
 * Whether a wake-up also takes the SIGIO relay, the second way beside the doorbell: the RHEL workaround of 2015 for
 * aarch64 hosts (Bugzilla 1184405).
 *
 * <p>The relay is an insurance, and {@code ./doctor} tells what each mode costs here. {@link #THREAD} does what the workaround
 * of 2015 did, by a signal that only the relay thread gets: it costs whoever wakes a blocked loop that signal, each time, and a
 * lost wake-up is repaired at once. {@link #DEFERRED} costs a note, and a look each millisecond while the loop is woken often,
 * and a lost wake-up is repaired after 1 to 2 ms: the better choice where that delay, once in a long while, does no harm.
 */
public enum RelayMode {
    /** {@link #THREAD} on aarch64, {@link #OFF} elsewhere. The default. */
    AUTO,
    /** No relay. */
    OFF,
    /**
     * The relay signals its own thread alone, by tgkill(2), so its signals never end the JVM. A SIGIO that another program
     * sends does, as it would without this library, unless SIGIO is blocked in every thread.
     */
    THREAD,
    /**
     * The relay acts only when a loop that was rung for has not gone on within a millisecond. No signal is sent, but for one
     * by tgkill(2) to the relay thread when it sleeps: after 100 ms without a ring. As for {@link #THREAD}, no signal of its own ends the JVM. It takes the loop's word
     * that it has gone on, so it repairs rings that get lost, and not every error of a loop that {@link #THREAD} would repair
     * by luck.
     */
    DEFERRED,
    /**
     * kill(2) to the process, the patch of 2015 to the letter. Needs SIGIO blocked in every thread of the process, which
     * only whoever starts the JVM can do: {@code env --block-signal=SIGIO java ...}, or {@link SigioLauncher}. Refused
     * otherwise, for that signal would end the JVM. A second copy of this library in the process, loaded by another class
     * loader, is refused too, because its relay thread could take the signals of this one.
     */
    PROCESS
}
