package dev.aiocontext.internal.posix;

import dev.aiocontext.bindings.linux.linux_h;
import java.lang.foreign.Linker;
import java.util.Locale;

/** The platforms that the library knows, and the one it runs on. */
public enum Platform {
    /** Linux on x86-64. */
    X86_64,
    /** Linux on 64-bit ARM. */
    AARCH64;

    /**
     * The platform of this JVM.
     *
     * @return the platform
     * @throws UnsupportedOperationException if it is none of those here; the message says which it is
     */
    public static Platform current() {
        return of(System.getProperty("os.name", "?"), System.getProperty("os.arch", "?"));
    }

    /**
     * Says whether the library's classes can use the flight recorder. A run-time image may lack it, and on the class path
     * nothing requires it; the module descriptor does.
     *
     * @return true if the module {@code jdk.jfr} is there
     */
    public static boolean hasFlightRecorder() {
        try {
            Class.forName("jdk.jfr.Event", false, Platform.class.getClassLoader());
            return true;
        } catch (ClassNotFoundException e) {
            return false; // this is the answer, and not a failure
        }
    }

    /** {@return the name and the version of the C library, or that it is not glibc} */
    public static String cLibrary() {
        boolean glibc = Linker.nativeLinker()
                .defaultLookup()
                .find("gnu_get_libc_version")
                .isPresent();
        return glibc ? "glibc " + linux_h.gnu_get_libc_version().getString(0) : "not glibc, so untested";
    }

    static Platform of(String osName, String osArch) {
        if (osName.equals("Linux")) {
            switch (osArch.toLowerCase(Locale.ROOT)) {
                case "amd64", "x86_64" -> {
                    return X86_64;
                }
                case "aarch64" -> {
                    return AARCH64;
                }
                default -> {}
            }
        }
        throw new UnsupportedOperationException(
                "aiocontext runs on Linux, x86-64 and aarch64; this is " + osName + " on " + osArch);
    }
}
