package dev.aiocontext.jmh.peer;

import dev.aiocontext.AioContext;
import dev.aiocontext.MonitorMode;
import dev.aiocontext.RelayMode;

/** Many pipes, watched by one loop. One caller. */
public interface DescriptorSet extends AutoCloseable {
    /** Who watches. */
    enum Peer {
        /** The library over poll(2). */
        AIO_POLL,
        /** The library over epoll(7). */
        AIO_EPOLL,
        /** Netty over epoll: an {@code EpollIoHandle} for each pipe. */
        NETTY_EPOLL,
        /** {@code java.nio.channels.Selector}, over its own pipes. */
        SELECTOR,
        /** The same over pipes that are no channels of Java's, see {@link SelectorDescriptor}. */
        SELECTOR_FD,
        /** C over poll(2). */
        C_POLL,
        /** C over epoll(7). */
        C_EPOLL
    }

    /**
     * Makes pipes readable and waits until the loop has handled them: each event is a write of one byte, a wait that finds
     * the pipe, and a read.
     *
     * @param active how many of the pipes become readable, all at once and again each time they were read
     * @param events how many events in all
     */
    void handle(int active, int events);

    /**
     * Adds one more pipe to those that are watched, and removes it again, on the loop's thread.
     *
     * @param times how often
     */
    void register(int times);

    /**
     * Watches one more pipe, whose interest changes from reading to writing and back, on the loop's thread.
     *
     * @param times how often, an even number: it is removed when nothing is ready
     */
    void changeInterest(int times);

    /**
     * How many events were handled.
     *
     * @return the number of reads so far
     */
    long handled();

    @Override
    void close();

    /**
     * Opens the pipes and starts the loop.
     *
     * @param peer who watches
     * @param count how many pipes
     * @param active how many of them will ever be written to
     * @return the set, to be closed
     */
    static DescriptorSet open(Peer peer, int count, int active) {
        return switch (peer) {
            case AIO_POLL -> aio(MonitorMode.POLL, count);
            case AIO_EPOLL -> aio(MonitorMode.EPOLL, count);
            case NETTY_EPOLL -> {
                NettyLoop loop = (NettyLoop) LoopPeer.NETTY_EPOLL.open();
                yield new LoopDescriptors(loop, () -> new NettyPipe(loop.eventLoop()), count);
            }
            case SELECTOR -> {
                SelectorLoop loop = new SelectorLoop();
                yield new LoopDescriptors(
                        loop,
                        () -> new SelectorPipe(loop.selector()),
                        count,
                        () -> new SelectorSocket(loop.selector()),
                        count - active);
            }
            case SELECTOR_FD -> {
                SelectorLoop loop = new SelectorLoop();
                yield new LoopDescriptors(loop, () -> new SelectorDescriptor(loop.selector()), count);
            }
            case C_POLL -> new CDescriptors(count, false);
            case C_EPOLL -> new CDescriptors(count, true);
        };
    }

    private static DescriptorSet aio(MonitorMode monitor, int count) {
        AioLoop loop = new AioLoop(AioContext.builder().relay(RelayMode.OFF).monitor(monitor));
        return new LoopDescriptors(loop, () -> new AioPipe(loop.context()), count);
    }
}
