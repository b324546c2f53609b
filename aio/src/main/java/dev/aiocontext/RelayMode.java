package dev.aiocontext;

/**
 * Whether a wake-up also takes the SIGIO relay, the second way beside the doorbell: the RHEL workaround of 2015 for
 * aarch64 hosts (Bugzilla 1184405).
 *
 * <p>The relay is an insurance, and {@code ./doctor} tells what each mode costs on a machine:
 * <ul>
 *   <li>{@link #THREAD} does what the workaround of 2015 did, by a signal that only the relay thread gets. Each thread that wakes
 *       a blocked loop pays for that signal. A lost wake-up is repaired at once.
 *   <li>{@link #DEFERRED} costs a note for each wake-up, and a look each millisecond while the loop is woken often. A lost wake-up
 *       is repaired after 1 to 2 ms. It is the better choice where that delay, once in a long while, does no harm.
 * </ul>
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
     * The relay acts only when a loop that was rung for has not gone on within a millisecond. It sends one kind of signal: by
     * tgkill(2) to its own thread, when that thread sleeps after 100 ms without a ring. Its signals never end the JVM. The relay
     * believes the loop that it has gone on. So it repairs rings that get lost, but not every error of a loop that {@link
     * #THREAD} would repair by luck.
     */
    DEFERRED,
    /**
     * The relay signals the process by kill(2), the patch of 2015 to the letter. This needs SIGIO blocked in every thread of the
     * process, from its start on: {@code env --block-signal=SIGIO java ...}, or {@link SignalLauncher}. Otherwise the mode is
     * refused, because the signal would end the JVM. It is also refused if another class loader has loaded a second copy of this
     * library that has a relay: either relay thread could take the signals of the other.
     */
    PROCESS
}
