package dev.aiocontext.internal.loop;

import dev.aiocontext.TimerHandler;
import org.jspecify.annotations.Nullable;

/**
 * A timer of a loop that measures callbacks.
 *
 * <p><b>Threads.</b> The home thread writes what is here. Other threads see recent values.
 */
final class MeasuredTimer extends TimerSource {
    private long calls;
    private long nanos;
    private long longest;

    MeasuredTimer(TimerTerms terms, @Nullable String name, TimerHandler handler) {
        super(terms, name, handler);
    }

    @Override
    public void call() throws Throwable {
        calls++;
        super.call();
    }

    @Override
    public long calls() {
        return calls;
    }

    @Override
    public long nanos() {
        return nanos;
    }

    @Override
    public long longest() {
        return longest;
    }

    @Override
    public void took(long time) {
        nanos += time;
        longest = Math.max(longest, time);
    }
}
