package dev.aiocontext.jmh.startup;

import dev.aiocontext.AioContext;
import dev.aiocontext.RelayMode;
import io.netty.channel.EventLoopGroup;
import io.netty.channel.MultiThreadIoEventLoopGroup;
import io.netty.channel.epoll.EpollIoHandler;
import java.io.IOException;
import java.nio.channels.Selector;
import java.util.concurrent.TimeUnit;

/** The programs whose processes are timed. Each has a class of its own, so that a JVM loads no other's. */
final class Programs {
    private Programs() {}

    /** A JVM that does nothing. */
    static final class Nothing {
        private Nothing() {}

        public static void main(String[] args) {}
    }

    /** A {@code Selector} that is opened, polled and closed. */
    static final class JdkSelector {
        private JdkSelector() {}

        public static void main(String[] args) throws IOException {
            try (Selector selector = Selector.open()) {
                selector.wakeup();
                selector.select();
            }
        }
    }

    /** A context with the relay off that is opened, run and closed. */
    static final class Aio {
        private Aio() {}

        public static void main(String[] args) {
            try (AioContext context = AioContext.builder().relay(RelayMode.OFF).open()) {
                context.stop();
                context.run();
            }
        }
    }

    /** An event loop of Netty over epoll that runs a task and ends; it has a thread of its own. */
    static final class NettyEpoll {
        private NettyEpoll() {}

        public static void main(String[] args) throws Exception {
            EventLoopGroup group = new MultiThreadIoEventLoopGroup(1, EpollIoHandler.newFactory());
            group.submit(() -> {}).get();
            group.shutdownGracefully(0, 0, TimeUnit.SECONDS).get();
            System.exit(0); // a thread of Netty's global executor would keep the JVM for another second
        }
    }
}
