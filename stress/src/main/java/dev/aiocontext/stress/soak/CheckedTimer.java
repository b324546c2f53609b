package dev.aiocontext.stress.soak;

import dev.aiocontext.AioContext;
import dev.aiocontext.AioTimer;
import dev.aiocontext.TimerOptions;
import java.util.Random;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;

/**
 * A timer that is armed, and perhaps armed again or disarmed, by the home thread and by others. It says what is wrong: it fired before
 * its deadline, twice, after it was disarmed, or never.
 *
 * <p><b>Threads.</b> One thread at a time calls {@link #arm}, {@link #change} and {@link #settle}. The home thread calls the handler.
 *
 * <p><b>Why the arrival is told.</b> The handler notes its call, and then reads whether all arming is over. {@link #settle} writes that all
 * arming is over, and then reads what the handler has noted. Both are volatile, so one of them at least sees the other.
 */
final class CheckedTimer implements AutoCloseable {
    private static final int MOST_DELAY_NANOS = (int) TimeUnit.MILLISECONDS.toNanos(3);
    private static final int CHANGES = 4;

    private final Troubles troubles;
    private final AioTimer timer;
    private final CompletableFuture<Void> arrival = new CompletableFuture<>();

    /** How often it may fire: once for each arming that was not disarmed. */
    private volatile int mostCalls;

    /** No deadline of those so far was before this one. */
    private volatile long earliest;

    /** The deadline of the last arming; it has one unless it was disarmed. */
    private volatile long last;

    private volatile boolean settled;
    private volatile int calls;
    private volatile long calledAt;

    CheckedTimer(AioContext context, Random random, Troubles troubles) {
        this.troubles = troubles;
        timer = context.newTimer(
                "checked",
                random.nextBoolean() ? TimerOptions.EXACT : TimerOptions.DEFAULT,
                (source, missed) -> fired());
    }

    @SuppressWarnings("NonAtomicVolatileUpdate") // the home thread alone writes it
    private void fired() {
        long now = System.nanoTime();
        if (now - earliest < 0) {
            troubles.add("early: " + timer + " by " + (earliest - now) + " ns");
        }
        calledAt = now;
        calls++;
        if (settled) {
            arrive();
        }
    }

    /** Arms it for the first time. */
    void arm(Random random) {
        earliest = deadline(random);
        last = earliest;
        mostCalls = 1;
        timer.armAt(last);
    }

    private static long deadline(Random random) {
        return System.nanoTime() + random.nextInt(MOST_DELAY_NANOS);
    }

    /** Leaves it as it is, arms it for another time, or disarms it, and perhaps arms it after that. */
    @SuppressWarnings("NonAtomicVolatileUpdate") // one thread at a time
    void change(Random random) {
        int what = random.nextInt(CHANGES);
        if (what == 0) {
            return;
        }
        if (what > 1 && timer.disarm()) {
            mostCalls--;
        }
        if (what < CHANGES - 1) {
            long next = deadline(random);
            earliest = next - earliest < 0 ? next : earliest;
            last = next;
            mostCalls++;
            timer.armAt(next);
        }
    }

    /** Says that it is not armed any more from now on. */
    void settle() {
        settled = true;
        if (!timer.isArmed()) {
            arrive();
        }
    }

    private void arrive() {
        if (!timer.isArmed() && (mostCalls == 0 || (calls > 0 && calledAt - last >= 0))) {
            arrival.complete(null);
        }
    }

    /** Waits until it has fired, if it is to. */
    void await() {
        troubles.await(arrival, timer + ", due " + (System.nanoTime() - last) + " ns ago,");
    }

    @Override
    public void close() {
        timer.close();
        if (calls > mostCalls) {
            troubles.add("too often: " + timer + " fired " + calls + " times, not " + mostCalls);
        }
    }
}
