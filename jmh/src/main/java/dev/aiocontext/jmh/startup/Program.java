package dev.aiocontext.jmh.startup;

import dev.aiocontext.AioContext;
import dev.aiocontext.bindings.linux.linux_h;
import io.netty.channel.epoll.EpollIoHandler;
import java.util.List;

/** The programs that open a first loop, and one that does not. */
public enum Program {
    /** A JVM that does nothing. */
    NOTHING("a JVM that does nothing", Programs.Nothing.class, ""),
    /** A {@code Selector}. */
    SELECTOR("`Selector`", Programs.JdkSelector.class, ""),
    /** The library, its relay off. */
    AIO_OFF("aiocontext, relay `OFF`", Programs.Aio.class, ""),
    /** Netty over epoll. */
    NETTY_EPOLL("Netty, epoll", Programs.NettyEpoll.class, "netty-");

    private final String title;
    private final Class<?> main;
    private final String jars;

    Program(String title, Class<?> main, String jars) {
        this.title = title;
        this.main = main;
        this.jars = jars;
    }

    String title() {
        return title;
    }

    Class<?> main() {
        return main;
    }

    /** Classes of what must be on its class path, beside its own. */
    List<Class<?>> needs() {
        return switch (this) {
            case NOTHING, SELECTOR -> List.of();
            case AIO_OFF -> List.of(AioContext.class, linux_h.class);
            case NETTY_EPOLL -> List.of(EpollIoHandler.class);
        };
    }

    /** How the names of more jars begin that it needs; empty if it needs none. */
    String jars() {
        return jars;
    }
}
