package dev.aiocontext.jmh.peer;

import static java.lang.foreign.ValueLayout.ADDRESS;
import static java.lang.foreign.ValueLayout.JAVA_INT;
import static java.lang.foreign.ValueLayout.JAVA_LONG;

import dev.aiocontext.AioContext;
import dev.aiocontext.AioTimer;
import dev.aiocontext.MonitorMode;
import dev.aiocontext.RelayMode;
import dev.aiocontext.TimerOptions;
import dev.aiocontext.jmh.machine.CLibrary;
import dev.aiocontext.jmh.machine.Failures;
import io.netty.channel.epoll.EpollIoHandler;
import java.lang.foreign.Arena;
import java.lang.foreign.FunctionDescriptor;
import java.lang.foreign.MemorySegment;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.ScheduledExecutorService;
import java.util.concurrent.ScheduledThreadPoolExecutor;
import java.util.concurrent.TimeUnit;

/** A timer that is armed anew each time it has fired, on a loop that does nothing else. It notes how late it is. */
public final class LateTimer {
    private static final String C_FUNCTION = "timer_lateness";

    /** Whose. */
    public enum Peer {
        /** An exact timer of the library's loop over poll(2). */
        AIO_POLL,
        /** The same over epoll. */
        AIO_EPOLL,
        /** {@code schedule} of Netty's loop over epoll. */
        NETTY_EPOLL,
        /** {@code ScheduledThreadPoolExecutor}. */
        SCHEDULED_POOL,
        /** A timerfd and epoll_wait, in C. */
        C_TIMERFD
    }

    private final long[] delays;
    private final long[] late;
    private int next;
    private long deadline;

    private LateTimer(long[] delays) {
        this.delays = delays;
        late = new long[delays.length];
    }

    /**
     * Has a timer fire, once for each delay.
     *
     * @param peer whose
     * @param polling whether a loop of the library's polls before it blocks
     * @param delays how long from each arming, in nanoseconds
     * @return by how many nanoseconds each was late
     * @throws InterruptedException if this thread was interrupted
     */
    public static long[] measure(Peer peer, Polling polling, long[] delays) throws InterruptedException {
        LateTimer timer = new LateTimer(delays);
        switch (peer) {
            case AIO_POLL -> timer.measureOurs(MonitorMode.POLL, polling);
            case AIO_EPOLL -> timer.measureOurs(MonitorMode.EPOLL, polling);
            case NETTY_EPOLL -> {
                try (NettyLoop loop = new NettyLoop(EpollIoHandler.newFactory())) {
                    timer.measure(loop.eventLoop());
                }
            }
            case SCHEDULED_POOL -> {
                try (ScheduledThreadPoolExecutor pool = new ScheduledThreadPoolExecutor(1)) {
                    timer.measure(pool);
                }
            }
            case C_TIMERFD -> timer.measureInC();
        }
        return timer.late;
    }

    /** The time at which the next one is due; it notes that first. */
    private long nextDeadline() {
        deadline = System.nanoTime() + delays[next];
        return deadline;
    }

    /** Notes how late the timer is; says whether it is to be armed again. */
    private boolean fired() {
        late[next] = System.nanoTime() - deadline;
        next++;
        return next < delays.length;
    }

    private void measureOurs(MonitorMode mode, Polling polling) {
        AioContext.Builder builder =
                polling.applyTo(AioContext.builder().relay(RelayMode.OFF).monitor(mode));
        try (AioContext context = builder.open();
                AioTimer timer = context.newTimer("late", TimerOptions.EXACT, (self, missed) -> {
                    if (fired()) {
                        self.armAt(nextDeadline());
                    }
                })) {
            timer.armAt(nextDeadline());
            while (next < delays.length) {
                context.poll(true);
            }
        }
    }

    private void measure(ScheduledExecutorService executor) throws InterruptedException {
        CountDownLatch done = new CountDownLatch(1);
        executor.execute(new Runnable() {
            private boolean armed;

            @Override
            @SuppressWarnings("FutureReturnValueIgnored") // nobody cancels it
            public void run() {
                if (armed && !fired()) {
                    done.countDown();
                } else {
                    armed = true;
                    executor.schedule(this, nextDeadline() - System.nanoTime(), TimeUnit.NANOSECONDS);
                }
            }
        });
        done.await();
    }

    private void measureInC() {
        try (Arena arena = Arena.ofConfined()) {
            MemorySegment given = arena.allocateFrom(JAVA_LONG, delays);
            MemorySegment measured = arena.allocate(JAVA_LONG, delays.length);
            CLibrary.function(C_FUNCTION, FunctionDescriptor.ofVoid(JAVA_INT, ADDRESS, ADDRESS))
                    .invokeExact(delays.length, given, measured);
            MemorySegment.copy(measured, JAVA_LONG, 0, late, 0, delays.length);
        } catch (Throwable t) {
            throw Failures.unchecked(t);
        }
    }
}
