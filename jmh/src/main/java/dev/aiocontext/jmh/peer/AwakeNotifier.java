package dev.aiocontext.jmh.peer;

import static java.lang.foreign.ValueLayout.JAVA_LONG;

import dev.aiocontext.AioContext;
import dev.aiocontext.BottomHalf;
import dev.aiocontext.RelayMode;
import dev.aiocontext.jmh.machine.CLibrary;
import dev.aiocontext.jmh.machine.Failures;
import io.netty.channel.IoHandlerFactory;
import io.netty.channel.epoll.EpollIoHandler;
import io.netty.channel.nio.NioIoHandler;
import io.netty.channel.uring.IoUringIoHandler;
import java.lang.foreign.FunctionDescriptor;
import java.lang.invoke.MethodHandle;
import java.nio.channels.Selector;
import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;

/** Notifies a loop that is awake, many times, in the way that its kind offers. */
public final class AwakeNotifier implements AutoCloseable {
    private final @Nullable TaskLoop loop;
    private final @Nullable BusyLoop busy;
    private final Runnable notifications;
    private final List<BottomHalf> bottomHalves = new ArrayList<>();

    /** What was run on the loop; its thread's. */
    private long runs;

    /** The ways. */
    public enum Way {
        /** {@link AioContext#wakeup}. */
        AIO_WAKEUP,
        /** {@link BottomHalf#schedule}, each time another one. */
        AIO_SCHEDULE,
        /** {@link AioContext#execute}. */
        AIO_EXECUTE,
        /** {@link Selector#wakeup}. */
        SELECTOR_WAKEUP,
        /** {@code execute} of Netty's loop over java.nio. */
        NETTY_NIO,
        /** {@code execute} of Netty's loop over epoll. */
        NETTY_EPOLL,
        /** {@code execute} of Netty's loop over io_uring. */
        NETTY_IO_URING,
        /** What QEMU does, in C. */
        C_FLAG
    }

    /** The C function, found when it is needed. */
    private static final class C {
        private static final MethodHandle NOTIFY_AWAKE =
                CLibrary.function("notify_awake", FunctionDescriptor.of(JAVA_LONG, JAVA_LONG));
    }

    /**
     * Starts the loop.
     *
     * @param way the way
     * @param relay the relay's mode, of the library's own loop
     * @param times how many notifications there are in each {@link #notifyMany}
     */
    public AwakeNotifier(Way way, RelayMode relay, int times) {
        Runnable task = () -> runs++;
        switch (way) {
            case AIO_WAKEUP, AIO_SCHEDULE, AIO_EXECUTE -> {
                AioLoop aio = new AioLoop(AioContext.builder().relay(relay));
                loop = aio;
                notifications = ours(way, aio.context(), task, times);
            }
            case SELECTOR_WAKEUP -> {
                SelectorLoop selectorLoop = new SelectorLoop();
                loop = selectorLoop;
                Selector selector = selectorLoop.selector();
                notifications = () -> {
                    for (int i = 0; i < times; i++) {
                        selector.wakeup();
                    }
                };
            }
            case NETTY_NIO, NETTY_EPOLL, NETTY_IO_URING -> {
                NettyLoop netty = new NettyLoop(handler(way));
                loop = netty;
                notifications = () -> {
                    for (int i = 0; i < times; i++) {
                        netty.execute(task);
                    }
                };
            }
            default -> {
                loop = null;
                notifications = () -> inC(times);
            }
        }
        busy = loop == null ? null : new BusyLoop(loop);
    }

    private Runnable ours(Way way, AioContext context, Runnable task, int times) {
        if (way == Way.AIO_WAKEUP) {
            return () -> {
                for (int i = 0; i < times; i++) {
                    context.wakeup();
                }
            };
        }
        if (way == Way.AIO_EXECUTE) {
            return () -> {
                for (int i = 0; i < times; i++) {
                    context.execute(task);
                }
            };
        }
        for (int i = 0; i < times; i++) {
            bottomHalves.add(context.newBottomHalf("benchmark", task::run));
        }
        BottomHalf[] each = bottomHalves.toArray(BottomHalf[]::new);
        return () -> {
            for (BottomHalf bottomHalf : each) {
                bottomHalf.schedule();
            }
        };
    }

    private static IoHandlerFactory handler(Way way) {
        return switch (way) {
            case NETTY_NIO -> NioIoHandler.newFactory();
            case NETTY_EPOLL -> EpollIoHandler.newFactory();
            default -> IoUringIoHandler.newFactory();
        };
    }

    private static void inC(long times) {
        try {
            long rings = (long) C.NOTIFY_AWAKE.invokeExact(times);
            if (rings != 0) {
                throw new IllegalStateException("the loop was not awake");
            }
        } catch (Throwable t) {
            throw Failures.unchecked(t);
        }
    }

    /** Has the loop stay awake. */
    public void hold() {
        if (busy != null) {
            busy.hold();
        }
    }

    /** Notifies it, many times. */
    public void notifyMany() {
        notifications.run();
    }

    /** Lets the loop go on, and waits until it has run what it was given. */
    public void release() {
        if (busy != null) {
            busy.release();
        }
    }

    /**
     * How often a task or a bottom half has run. To be called after {@link #release}.
     *
     * @return the number of runs
     */
    public long runs() {
        return runs;
    }

    @Override
    public void close() {
        bottomHalves.forEach(BottomHalf::close);
        if (loop != null) {
            loop.close();
        }
    }
}
