package dev.aiocontext.internal.doctor;

import dev.aiocontext.bindings.linux.linux_h;
import dev.aiocontext.internal.posix.Platform;
import dev.aiocontext.internal.posix.Signals;
import dev.aiocontext.internal.relay.RelayModes;
import java.lang.foreign.Linker;
import java.util.Locale;

/**
 * The machine and the JVM that the doctor runs on.
 *
 * @param architecture {@code x86_64} or {@code aarch64}
 * @param processors how many processors the JVM may use
 * @param kernel name and release
 * @param libc name and version
 * @param jdk version and vendor
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
                cLibrary(),
                Runtime.version() + ", " + System.getProperty("java.vendor"),
                RelayModes.resolve(null),
                SignalMasks.examine(Signals.SIGIO));
    }

    private static String cLibrary() {
        boolean glibc = Linker.nativeLinker()
                .defaultLookup()
                .find("gnu_get_libc_version")
                .isPresent();
        return glibc ? "glibc " + linux_h.gnu_get_libc_version().getString(0) : "not glibc, so untested";
    }
}
