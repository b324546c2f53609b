package dev.aiocontext.internal.posix;

import java.util.Locale;

/**
 * The signals of Linux that have a name, by their numbers on x86-64 and aarch64, where they are the same (signal(7)). Real-time
 * signals are not among them.
 */
public final class SignalNumber {
    private static final String PREFIX = "SIG";

    /** In the order of the numbers, from 1 on. */
    private static final String[] NAMES = {
        "HUP", "INT", "QUIT", "ILL", "TRAP", "ABRT", "BUS", "FPE", "KILL", "USR1", "SEGV", "USR2", "PIPE", "ALRM",
        "TERM", "STKFLT", "CHLD", "CONT", "STOP", "TSTP", "TTIN", "TTOU", "URG", "XCPU", "XFSZ", "VTALRM", "PROF",
        "WINCH", "IO", "PWR", "SYS"
    };

    private SignalNumber() {}

    /**
     * Finds a signal.
     *
     * @param name its name, with SIG before it or without
     * @return its number
     * @throws IllegalArgumentException if there is no such signal
     */
    public static int of(String name) {
        String upper = name.toUpperCase(Locale.ROOT);
        String plain = upper.startsWith(PREFIX) ? upper.substring(PREFIX.length()) : upper;
        for (int i = 0; i < NAMES.length; i++) {
            if (NAMES[i].equals(plain)) {
                return i + 1;
            }
        }
        throw new IllegalArgumentException(
                "there is no signal \"" + name + "\"; those that have a name are " + String.join(", ", NAMES));
    }

    /**
     * Tells the name of a signal.
     *
     * @param signal its number, 1 to 31
     * @return its name, such as SIGTERM
     */
    public static String name(int signal) {
        return PREFIX + NAMES[signal - 1];
    }

    /**
     * Tells the name of a signal as the JDK and kill(1) know it.
     *
     * @param signal its number, 1 to 31
     * @return its name, such as TERM
     */
    public static String shortName(int signal) {
        return NAMES[signal - 1];
    }
}
