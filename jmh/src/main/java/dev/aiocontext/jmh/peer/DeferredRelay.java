package dev.aiocontext.jmh.peer;

import dev.aiocontext.AioContext;
import dev.aiocontext.internal.wakeup.Doorbell;
import java.lang.invoke.MethodHandles;
import java.lang.invoke.VarHandle;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.locks.LockSupport;
import org.jspecify.annotations.Nullable;

/**
 * A trial of a relay that acts only when a ring was not acknowledged: the notifier notes the arming that it rang for, and a
 * watcher looks every millisecond whether the loop has gone on since. If it has not, the watcher rings by itself. It is not
 * part of the library; the benchmarks ask whether it should be.
 *
 * <p>While there is nothing to watch the watcher parks, after a while without rings; the first ring then unparks it.
 *
 * <p><b>Threads.</b> {@link #ring}: any notifier. The rest: the opener, and the watcher's own thread.
 *
 * <p>The note is a plain store before a full fence, as is the watcher's announcement that it parks: either the watcher sees
 * the note when it looks once more, or the notifier sees that it parks.
 */
final class DeferredRelay implements Doorbell, AutoCloseable {
    static final String THREAD_NAME = "deferred-relay";

    private static final long TICK = TimeUnit.MILLISECONDS.toNanos(1);
    private static final int QUIET_TICKS = 100;
    private static final VarHandle RUNG;

    static {
        try {
            RUNG = MethodHandles.lookup().findVarHandle(DeferredRelay.class, "rung", long.class);
        } catch (ReflectiveOperationException e) {
            throw new ExceptionInInitializerError(e);
        }
    }

    private final Doorbell doorbell;
    private final Doorbell rescue;
    private final Thread watcher =
            Thread.ofPlatform().daemon().name(THREAD_NAME).unstarted(this::watch);

    /** The latest arming that was rung for and not yet seen acknowledged; 0 for none. */
    private long rung;

    /** How often the loop had polled when that was rung for: it has acknowledged it when it has polled again. */
    private long pollsThen;

    private volatile boolean parked;
    private volatile boolean ended;
    private @Nullable AioContext context;

    DeferredRelay(Doorbell doorbell, Doorbell rescue) {
        this.doorbell = doorbell;
        this.rescue = rescue;
    }

    /** Starts to watch a context. */
    void watch(AioContext watched) {
        context = watched;
        watcher.start();
    }

    @Override
    public void ring(long arming) {
        pollsThen = polls();
        RUNG.setRelease(this, arming);
        doorbell.ring(arming);
        VarHandle.fullFence();
        if (parked) {
            LockSupport.unpark(watcher);
        }
    }

    private void watch() {
        long watchedRing = 0;
        int quiet = 0;
        while (!ended) {
            long ring = (long) RUNG.getAcquire(this);
            if (ring == 0) {
                quiet++;
            } else if (polls() != pollsThen) {
                RUNG.compareAndSet(this, ring, 0L);
                quiet = 0;
            } else if (ring == watchedRing) {
                rescue.ring(ring);
            }
            watchedRing = ring;
            pause(quiet > QUIET_TICKS);
        }
    }

    private void pause(boolean forLong) {
        if (!forLong) {
            LockSupport.parkNanos(this, TICK);
            return;
        }
        parked = true;
        VarHandle.fullFence();
        if ((long) RUNG.getOpaque(this) == 0 && !ended) {
            LockSupport.park(this);
        }
        parked = false;
    }

    private long polls() {
        return context == null ? 0 : context.statistics().polls();
    }

    @Override
    public void close() {
        ended = true;
        LockSupport.unpark(watcher);
        Threads.join(watcher);
    }
}
