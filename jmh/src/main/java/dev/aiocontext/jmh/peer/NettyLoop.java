package dev.aiocontext.jmh.peer;

import io.netty.channel.IoEventLoop;
import io.netty.channel.IoHandlerFactory;
import io.netty.channel.MultiThreadIoEventLoopGroup;
import java.util.concurrent.TimeUnit;

/**
 * An event loop of Netty 4.2, of a group of one: a {@code MultiThreadIoEventLoopGroup} with the handler's own factory, as
 * Netty's migration guide to 4.2 says.
 */
public final class NettyLoop implements TaskLoop {
    private final MultiThreadIoEventLoopGroup group;
    private final IoEventLoop loop;

    /**
     * Makes the loop; its thread starts with the first task.
     *
     * @param handler how it waits
     */
    public NettyLoop(IoHandlerFactory handler) {
        group = new MultiThreadIoEventLoopGroup(1, handler);
        loop = group.next();
    }

    /**
     * The event loop.
     *
     * @return the only one of its group
     */
    public IoEventLoop eventLoop() {
        return loop;
    }

    @Override
    public void execute(Runnable task) {
        loop.execute(task);
    }

    @Override
    public void close() {
        group.shutdownGracefully(0, 1, TimeUnit.SECONDS).syncUninterruptibly();
    }
}
