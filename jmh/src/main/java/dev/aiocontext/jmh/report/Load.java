package dev.aiocontext.jmh.report;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.StringTokenizer;

/**
 * What the processors did for others while something ran here: the busy time of the whole machine, by proc(5)'s {@code
 * stat}, less that of this process and of the children it has waited for, such as the forks of JMH.
 */
final class Load {
    private static final double TICKS_PER_SECOND = 100; // USER_HZ, which proc(5) counts in on every Linux
    private static final int USER = 1;
    private static final int IDLE = 4;
    private static final int IOWAIT = 5;
    private static final int STEAL = 8;
    private static final int OWN_FIRST = 11; // utime, the 14th, counted from what follows the name in parentheses
    private static final int OWN_LAST = 14; // cstime

    private final long start = System.nanoTime();
    private final long busyBefore;
    private final long ownBefore;
    private final long stolenBefore;

    Load() {
        busyBefore = othersTicks();
        ownBefore = ownTicks();
        stolenBefore = machine()[STEAL];
    }

    /** By others since this was made, in processors: 0.5 is half the time of one. */
    double others() {
        return Math.max(0, perSecond(othersTicks() - busyBefore));
    }

    /** By this process and its children since this was made, in processors. */
    double own() {
        return perSecond(ownTicks() - ownBefore);
    }

    /** Taken by the hypervisor since this was made, in processors. */
    double stolen() {
        return perSecond(machine()[STEAL] - stolenBefore);
    }

    private double perSecond(long ticks) {
        return ticks / TICKS_PER_SECOND / ((System.nanoTime() - start) / 1e9);
    }

    private static long othersTicks() {
        long[] machine = machine();
        long busy = 0;
        for (int i = USER; i < STEAL; i++) {
            if (i != IDLE && i != IOWAIT) {
                busy += machine[i];
            }
        }
        return busy - ownTicks();
    }

    /** The fields of the line {@code cpu}, the first of them at 1. */
    private static long[] machine() {
        StringTokenizer words =
                new StringTokenizer(read("/proc/stat").lines().findFirst().orElseThrow());
        long[] fields = new long[words.countTokens()];
        words.nextToken();
        for (int i = 1; i < fields.length; i++) {
            fields[i] = Long.parseLong(words.nextToken());
        }
        return fields;
    }

    private static long ownTicks() {
        String stat = read("/proc/self/stat");
        StringTokenizer fields = new StringTokenizer(stat.substring(stat.lastIndexOf(')') + 2));
        long own = 0;
        for (int i = 0; i <= OWN_LAST; i++) {
            String field = fields.nextToken();
            own += i < OWN_FIRST ? 0 : Long.parseLong(field);
        }
        return own;
    }

    private static String read(String file) {
        try {
            return Files.readString(Path.of(file));
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }
}
