package dev.aiocontext.internal.doctor;

import dev.aiocontext.internal.posix.Platform;
import dev.aiocontext.internal.posix.Signals;
import dev.aiocontext.internal.relay.RelayModes;
import java.util.Locale;

/**
 * The machine and the JVM that the doctor runs on.
 *
 * @param architecture {@code x86_64} or {@code aarch64}
 * @param processors how many processors the JVM may use
 * @param kernel name and release
 * @param libc name and version
 * @param jdk version and vendor, and that it loses wake-ups if it does
 * @param relay the relay's mode of a context that nobody tells otherwise, and why
 * @param sigio the threads of this JVM, its own included, and which of them leave SIGIO unblocked
 */
record Machine(
        String architecture,
        int processors,
        String kernel,
        String libc,
        String jdk,
        RelayModes.Choice relay,
        SignalMasks sigio) {

    /**
     * Looks at this machine and this JVM.
     *
     * @throws IllegalArgumentException if the relay's mode is set to what is none
     */
    static Machine examine() {
        return new Machine(
                Platform.current().name().toLowerCase(Locale.ROOT),
                Runtime.getRuntime().availableProcessors(),
                System.getProperty("os.name") + " " + System.getProperty("os.version"),
                Platform.cLibrary(),
                jdk(Runtime.version(), System.getProperty("java.vendor")),
                RelayModes.resolve(null),
                SignalMasks.examine(Signals.SIGIO));
    }

    /** Tells the JDK, and whether it is one that loses wake-ups by itself. */
    static String jdk(Runtime.Version version, String vendor) {
        boolean losesWakeups = version.feature() == 25 && version.interim() == 0 && version.update() < 3;
        return version + ", " + vendor
                + (losesWakeups ? "; it loses wake-ups of virtual threads (JDK-8369227), so take 25.0.3 or later" : "");
    }
}
