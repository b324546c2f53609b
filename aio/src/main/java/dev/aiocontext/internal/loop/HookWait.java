package dev.aiocontext.internal.loop;

import dev.aiocontext.Wait;
import java.time.Duration;
import java.util.Objects;
import org.jspecify.annotations.Nullable;

/**
 * What the hooks of a loop have said about the wait that comes. There is one for each loop, so that nothing is allocated for a wait.
 *
 * <p><b>Threads.</b> The home thread; another is refused.
 */
final class HookWait implements Wait {
    private final Home home;

    /** The hook that is being prepared. */
    private @Nullable HookSource hook;

    /** The hook that has said the shortest time. */
    private @Nullable HookSource shortest;

    /** When the wait is to end, by {@link System#nanoTime}, if {@link #shortest} says so. */
    private long end;

    private boolean sleepless;

    HookWait(Home home) {
        this.home = home;
    }

    /** Begins a wait, for which no hook has said anything. */
    void begin() {
        shortest = null;
        sleepless = false;
    }

    /** Notes which hook speaks from now on; null for none. */
    void speaks(@Nullable HookSource next) {
        hook = next;
    }

    /** {@return for how many nanoseconds the loop may sleep now, as far as the hooks are concerned} */
    long left() {
        if (shortest == null) {
            return Driver.FOR_EVER;
        }
        return sleepless ? 0 : Math.max(0, end - System.nanoTime());
    }

    /** {@return the hook that has said the shortest time, or null} */
    @Nullable
    HookSource shortest() {
        return shortest;
    }

    @Override
    public void atMost(Duration time) {
        Objects.requireNonNull(time, "time");
        if (time.isNegative()) {
            throw negative(time);
        }
        atMostNanos(time.toSeconds() < Integer.MAX_VALUE ? time.toNanos() : Long.MAX_VALUE);
    }

    @Override
    public void atMostNanos(long nanos) {
        if (nanos < 0) {
            throw negative(nanos + " ns");
        }
        if (nanos == 0) {
            doNotSleep();
            return;
        }
        HookSource speaking = requireSpeaking();
        long now = System.nanoTime();
        if (nanos < Long.MAX_VALUE / 2 && !sleepless && (shortest == null || nanos < end - now)) {
            shortest = speaking;
            end = now + nanos;
        }
    }

    @Override
    public void doNotSleep() {
        HookSource speaking = requireSpeaking();
        if (!sleepless) {
            shortest = speaking;
            sleepless = true;
        }
    }

    private HookSource requireSpeaking() {
        HookSource speaking = home.isEntered() ? hook : null;
        if (speaking == null) {
            throw new IllegalStateException(
                    "a wait of " + home.describe() + " is limited by a hook's prepare() alone, while that runs");
        }
        return speaking;
    }

    private static IllegalArgumentException negative(Object time) {
        return new IllegalArgumentException("a wait cannot be shorter than nothing: " + time);
    }

    @Override
    public String toString() {
        return "wait of " + home.describe();
    }
}
