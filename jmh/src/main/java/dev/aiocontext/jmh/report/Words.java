package dev.aiocontext.jmh.report;

import java.util.Locale;

/** Figures as people read them. */
final class Words {
    private static final double KILO = 1000;

    private Words() {}

    /** The median with its unit. */
    static String figure(Result result) {
        return figure(result.unit(), result.median());
    }

    /** A figure with its unit. */
    static String figure(String unit, double value) {
        return switch (unit) {
            case Result.TIME -> time(value);
            case Result.RATE -> rate(value);
            case "%" -> digits(value * 100) + " %";
            default -> (digits(value) + " " + unit).strip();
        };
    }

    /** Nanoseconds. */
    static String time(double nanos) {
        if (nanos < KILO) {
            return digits(nanos) + " ns";
        }
        if (nanos < KILO * KILO) {
            return digits(nanos / KILO) + " µs";
        }
        return nanos < KILO * KILO * KILO
                ? digits(nanos / KILO / KILO) + " ms"
                : digits(nanos / KILO / KILO / KILO) + " s";
    }

    /** Operations per second. */
    static String rate(double perSecond) {
        if (perSecond >= KILO * KILO) {
            return digits(perSecond / KILO / KILO) + " M/s";
        }
        return perSecond >= KILO ? digits(perSecond / KILO) + " k/s" : digits(perSecond) + " /s";
    }

    /** A time, as short as for the marks of an axis. */
    static String shortTime(double nanos) {
        return time(nanos).replaceFirst("\\.0+ ", " ");
    }

    static String ratio(double ratio) {
        return digits(ratio) + " ×";
    }

    static String percent(double share) {
        return Double.isNaN(share) ? "?" : String.format(Locale.ROOT, "%.0f %%", share * 100);
    }

    /** Three digits that count, no more. */
    static String digits(double value) {
        if (Double.isNaN(value)) {
            return "?";
        }
        double size = Math.abs(value);
        if (size >= 100) {
            return String.format(Locale.ROOT, "%,.0f", value);
        }
        return String.format(Locale.ROOT, size >= 10 ? "%.1f" : "%.2f", value);
    }
}
