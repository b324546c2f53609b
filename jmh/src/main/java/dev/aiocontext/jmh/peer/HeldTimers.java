package dev.aiocontext.jmh.peer;

import dev.aiocontext.AioContext;
import dev.aiocontext.AioTimer;
import dev.aiocontext.RelayMode;
import io.netty.channel.nio.NioIoHandler;
import io.netty.util.HashedWheelTimer;
import io.netty.util.Timeout;
import java.util.Arrays;
import java.util.concurrent.Future;
import java.util.concurrent.ScheduledExecutorService;
import java.util.concurrent.ScheduledThreadPoolExecutor;
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;

/** Timers that another thread arms while the loop is awake: it is held in a task that spins. One thread's. */
public abstract class HeldTimers implements AutoCloseable {
    private static final long STEP = 1000;

    private final @Nullable BusyLoop busy;

    /** How long until they fire. Less each time, so that a timer which is armed anew cannot wait for its old time. */
    private long delay = TimerSet.LONGEST;

    /** Whose timers. */
    public enum Peer {
        /** {@code AioTimer.armAt}. */
        AIO_TIMER,
        /** {@code schedule} of Netty's loop over java.nio. */
        NETTY_NIO,
        /** Netty's {@code HashedWheelTimer}; its thread sleeps until the next tick. */
        HASHED_WHEEL,
        /** {@code ScheduledThreadPoolExecutor}; its thread sleeps. */
        SCHEDULED_POOL
    }

    private HeldTimers(@Nullable TaskLoop loop) {
        busy = loop == null ? null : new BusyLoop(loop);
    }

    /**
     * Starts a loop.
     *
     * @param peer whose
     * @param number how many timers it has
     * @return its timers
     */
    public static HeldTimers open(Peer peer, int number) {
        return switch (peer) {
            case AIO_TIMER -> new Aio(new AioLoop(AioContext.builder().relay(RelayMode.OFF)), number);
            case NETTY_NIO -> Scheduled.netty(new NettyLoop(NioIoHandler.newFactory()), number);
            case HASHED_WHEEL -> new HashedWheel(number);
            case SCHEDULED_POOL -> Scheduled.pool(number);
        };
    }

    /** Has the loop stay awake. */
    public final void hold() {
        delay -= STEP;
        if (busy != null) {
            busy.hold();
        }
    }

    /** Arms all of them. */
    public final void armAll() {
        armAll(delay);
    }

    abstract void armAll(long nanos);

    /** Disarms what is an object for each arming; lets the loop go on, and waits until it has taken what came. */
    public final void release() {
        disarm();
        if (busy != null) {
            busy.release();
        }
    }

    abstract void disarm();

    @Override
    public abstract void close();

    private static final class Aio extends HeldTimers {
        private final AioLoop loop;
        private final AioTimer[] timers;

        Aio(AioLoop loop, int number) {
            super(loop);
            this.loop = loop;
            timers = new AioTimer[number];
            Arrays.setAll(timers, i -> loop.context().newTimer("benchmark", (timer, missed) -> {}));
        }

        @Override
        void armAll(long nanos) {
            long at = loop.context().now() + nanos;
            for (AioTimer timer : timers) {
                timer.armAt(at);
            }
        }

        @Override
        void disarm() {
            // armed anew, for less, the next time
        }

        @Override
        public void close() {
            for (AioTimer timer : timers) {
                timer.close();
            }
            loop.close();
        }
    }

    private static final class HashedWheel extends HeldTimers {
        private final HashedWheelTimer wheel = new HashedWheelTimer();
        private final Timeout[] timeouts;

        HashedWheel(int number) {
            super(null);
            timeouts = new Timeout[number];
            wheel.start();
        }

        @Override
        void armAll(long nanos) {
            for (int i = 0; i < timeouts.length; i++) {
                timeouts[i] = wheel.newTimeout(timeout -> {}, nanos, TimeUnit.NANOSECONDS);
            }
        }

        @Override
        void disarm() {
            for (Timeout timeout : timeouts) {
                timeout.cancel();
            }
        }

        @Override
        public void close() {
            wheel.stop();
        }
    }

    /** Netty's event loop is a {@code ScheduledExecutorService} too. */
    private static final class Scheduled extends HeldTimers {
        private final ScheduledExecutorService executor;
        private final Runnable end;
        private final Future<?>[] futures;

        Scheduled(@Nullable TaskLoop loop, ScheduledExecutorService executor, Runnable end, int number) {
            super(loop);
            this.executor = executor;
            this.end = end;
            futures = new Future<?>[number];
        }

        static Scheduled netty(NettyLoop loop, int number) {
            return new Scheduled(loop, loop.eventLoop(), loop::close, number);
        }

        static Scheduled pool(int number) {
            ScheduledThreadPoolExecutor pool = new ScheduledThreadPoolExecutor(1);
            pool.setRemoveOnCancelPolicy(true);
            return new Scheduled(null, pool, pool::shutdownNow, number);
        }

        @Override
        void armAll(long nanos) {
            for (int i = 0; i < futures.length; i++) {
                futures[i] = executor.schedule(() -> {}, nanos, TimeUnit.NANOSECONDS);
            }
        }

        @Override
        void disarm() {
            for (Future<?> future : futures) {
                future.cancel(false);
            }
        }

        @Override
        public void close() {
            end.run();
        }
    }
}
