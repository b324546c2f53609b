package dev.aiocontext.jmh.peer;

import dev.aiocontext.AioContext;
import dev.aiocontext.MonitorMode;
import dev.aiocontext.RelayMode;
import io.netty.channel.epoll.EpollIoHandler;
import io.netty.channel.nio.NioIoHandler;
import io.netty.channel.uring.IoUringIoHandler;

/** The loops in Java that are compared: the library's, and its peers. */
public enum LoopPeer {
    /** The library over poll(2). */
    AIO_POLL,
    /** The library over epoll(7). */
    AIO_EPOLL,
    /** Netty over java.nio. */
    NETTY_NIO,
    /** Netty over epoll, by JNI. */
    NETTY_EPOLL,
    /** Netty over io_uring, by JNI. */
    NETTY_IO_URING,
    /** A loop over java.nio, by hand. */
    SELECTOR,
    /** A thread pool of one platform thread. */
    THREAD_POOL,
    /** A thread pool of one virtual thread. */
    VIRTUAL_THREAD,
    /** A thread that parks. One task at a time. */
    PARK,
    /** A thread that spins, and never blocks. One task at a time. */
    SPIN,
    /** A loop over poll(2), by hand, on FFM. One task at a time. */
    FFM_POLL,
    /** The same with a queue of JCTools, which takes many tasks of many threads. */
    FFM_QUEUE;

    private static AioContext.Builder aio(MonitorMode monitor, Polling polling) {
        return polling.applyTo(AioContext.builder().relay(RelayMode.OFF).monitor(monitor));
    }

    /**
     * Starts one.
     *
     * @param polling whether the library's own looks for work before it blocks; the others take no notice
     * @return the loop, to be closed
     */
    public TaskLoop open(Polling polling) {
        return switch (this) {
            case AIO_POLL -> new AioLoop(aio(MonitorMode.POLL, polling));
            case AIO_EPOLL -> new AioLoop(aio(MonitorMode.EPOLL, polling));
            case NETTY_NIO -> new NettyLoop(NioIoHandler.newFactory());
            case NETTY_EPOLL -> new NettyLoop(EpollIoHandler.newFactory());
            case NETTY_IO_URING -> new NettyLoop(IoUringIoHandler.newFactory());
            case SELECTOR -> new SelectorLoop();
            case THREAD_POOL -> new PoolLoop(Thread.ofPlatform().name("pool").factory());
            case VIRTUAL_THREAD ->
                new PoolLoop(Thread.ofVirtual().name("virtual").factory());
            case PARK -> new SlotLoop(false);
            case SPIN -> new SlotLoop(true);
            case FFM_POLL -> new HandWrittenSlot().start();
            case FFM_QUEUE -> new HandWrittenQueue().start();
        };
    }

    /**
     * Starts one as it is by default.
     *
     * @return the loop, to be closed
     */
    public TaskLoop open() {
        return open(Polling.ON);
    }
}
