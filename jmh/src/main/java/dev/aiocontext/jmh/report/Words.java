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

    /** The median with its unit, and the ends of the forks' range where there are several. */
    static String withRange(Result result) {
        return withRange(result.unit(), result.range());
    }

    /** "6.00 µs (5.80 to 6.40 µs)", without the parentheses if there was one fork. */
    static String withRange(String unit, Range range) {
        return figure(unit, range.middle()) + parentheses(ends(unit, range));
    }

    /** "5.80 to 6.40 µs"; empty if there was one fork. */
    static String ends(String unit, Range range) {
        return range.hasEnds() ? ends(figure(unit, range.low()), figure(unit, range.high())) : "";
    }

    /** "0.75 × (0.71 to 0.80 ×)", without the parentheses if there was one fork. */
    static String ratio(Range range) {
        return ratio(range.middle())
                + (range.hasEnds() ? parentheses(ends(ratio(range.low()), ratio(range.high()))) : "");
    }

    /** Says a unit once, if both have the same. */
    private static String ends(String low, String high) {
        String unit = low.substring(low.indexOf(' ') + 1);
        boolean same = low.contains(" ") && high.endsWith(" " + unit);
        return (same ? low.substring(0, low.indexOf(' ')) : low) + " to " + high;
    }

    private static String parentheses(String words) {
        return words.isEmpty() ? "" : " (" + words + ")";
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
