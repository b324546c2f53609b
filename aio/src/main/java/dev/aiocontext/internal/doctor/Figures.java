package dev.aiocontext.internal.doctor;

import java.util.Locale;

/** Numbers as people read them. ASCII only: a pipe's encoding may be anything. */
final class Figures {
    private static final String[] UNITS = {"ns", "us", "ms", "s"};

    private Figures() {}

    /** Writes a count with separators. */
    static String count(long n) {
        return String.format(Locale.ROOT, "%,d", n);
    }

    /** Writes a time with three digits and a unit. */
    static String nanos(long nanos) {
        double value = nanos;
        int unit = 0;
        while (unit < UNITS.length - 1 && value >= 999.5) {
            value /= 1000;
            unit++;
        }
        int decimals = unit == 0 || value >= 99.95 ? 0 : value >= 9.995 ? 1 : 2;
        return String.format(Locale.ROOT, "%." + decimals + "f %s", value, UNITS[unit]);
    }
}
