package dev.aiocontext.internal.loop;

import dev.aiocontext.internal.posix.Processors;
import java.time.Duration;
import java.util.Objects;
import java.util.concurrent.TimeUnit;

/**
 * Learns for how long a loop with nothing to do looks for work before it blocks: QEMU's adaptive polling ({@code
 * adjust_polling_time}). While the loop looks, a notifier wakes it without a system call, and it goes on at once. But it keeps a
 * processor busy.
 *
 * <p>The time is learned from each wait: 0 at first; a wait that polling ended leaves it as it is; one that was longer, but
 * shorter than the maximum, makes it grow; one that was longer than the maximum makes it shrink.
 *
 * <p>Where polling cannot help, for instance because the notifier needs the very processor that the loop keeps busy, waits
 * get no shorter by it. QEMU's rule alone would poll on for ever then. So after {@link #PATIENCE} times in vain, some waits go
 * without polling. Then it is tried {@link #PROBES} times, then twice as many waits go without it, and so on, until it finds
 * something.
 *
 * <p>Home thread only.
 */
public final class AdaptivePolling {
    /** The maximum of QEMU's IOThread. To block and to be woken costs about 10 us of processor time, a third of this. */
    static final Duration DEFAULT_MAXIMUM = Duration.ofNanos(32_768);

    private static final Duration MOST = Duration.ofSeconds(1);
    private static final long FIRST_NANOS = TimeUnit.MICROSECONDS.toNanos(4);
    private static final int DEFAULT_GROW = 2;
    private static final int PATIENCE = 16;
    private static final int FIRST_PAUSE = 64;
    private static final int PROBES = 2;
    private static final int LONGEST_PAUSE = 1024;

    private final Counters counters;
    private final long maximum;
    private final int grow;
    private final int shrink;

    private long learned;
    private int patience = PATIENCE;
    private int pause;
    private int nextPause = FIRST_PAUSE;

    /**
     * Settings of polling.
     *
     * @param maximum the longest time to poll before a wait, 0 to 1 s
     * @param grow the factor by which the time grows, 2 or more, or 0 for 2
     * @param shrink the divisor by which it shrinks, 2 or more, or 0 for down to nothing
     */
    public record Settings(Duration maximum, int grow, int shrink) {
        /** The settings of QEMU's IOThread. */
        public static final Settings DEFAULT = new Settings(DEFAULT_MAXIMUM, 0, 0);

        /** Checks the settings. */
        public Settings {
            if (Objects.requireNonNull(maximum, "maximum").isNegative() || maximum.compareTo(MOST) > 0) {
                throw new IllegalArgumentException("the longest time to poll is 0 to 1 s: " + maximum);
            }
            requireFactor("grow", grow);
            requireFactor("shrink", shrink);
        }

        private static void requireFactor(String name, int factor) {
            if (factor < 0 || factor == 1) {
                throw new IllegalArgumentException(name + " is a factor of 2 or more, or 0 for the default: " + factor);
            }
        }
    }

    /** Creates it. With one processor it never polls, because that would only keep the notifiers from the processor. */
    AdaptivePolling(Settings settings, Counters counters) {
        this.counters = counters;
        maximum = Processors.areSeveral() ? settings.maximum().toNanos() : 0;
        grow = settings.grow() == 0 ? DEFAULT_GROW : settings.grow();
        shrink = settings.shrink();
    }

    boolean isOn() {
        return maximum > 0;
    }

    /** Tells for how many nanoseconds to poll now: at most as long as the wait may take, of which a negative one has no end. */
    long limit(long timeoutNanos) {
        if (pause > 0) {
            pause--;
            return 0;
        }
        return timeoutNanos < 0 ? learned : Math.min(learned, timeoutNanos);
    }

    /** Learns that polling found something. */
    void hit(long polled) {
        counters.pollingNanos += polled;
        counters.pollingHits++;
        if (patience != PATIENCE || nextPause != FIRST_PAUSE) { // each store may cost pushing threads a miss
            patience = PATIENCE;
            nextPause = FIRST_PAUSE;
        }
    }

    /** Learns that polling, if there was any, found nothing in its time, and after how many nanoseconds the wait ended. */
    void waited(long polled, long waited) {
        if (polled > 0) {
            counters.pollingNanos += polled;
            counters.pollingMisses++;
            if (--patience == 0) {
                patience = PROBES;
                pause = nextPause;
                nextPause = Math.min(LONGEST_PAUSE, 2 * nextPause);
            }
        }
        if (waited > maximum) {
            learned = shrink == 0 ? 0 : learned / shrink;
        } else {
            learned = Math.min(maximum, learned == 0 ? FIRST_NANOS : learned * grow);
        }
    }
}
