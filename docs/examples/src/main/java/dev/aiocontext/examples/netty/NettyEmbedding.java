package dev.aiocontext.examples.netty;

import dev.aiocontext.AioContext;
import dev.aiocontext.BottomHalf;
import dev.aiocontext.EmbeddedLoop;
import io.netty.channel.IoEvent;
import io.netty.channel.IoEventLoop;
import io.netty.channel.IoRegistration;
import io.netty.channel.epoll.EpollIoHandle;
import io.netty.channel.epoll.EpollIoOps;
import io.netty.channel.unix.FileDescriptor;
import io.netty.util.concurrent.Future;
import org.jspecify.annotations.Nullable;

/**
 * A context inside an epoll loop of Netty 4.2, whose thread is the context's home thread: handlers of channels and callbacks of the
 * context never run at the same time. Netty has no hook before its waits, so the descriptor alone tells it when there is something to do.
 *
 * <p>Netty ends its thread when a handle throws an Error, and pauses for a second after an exception. So nothing leaves {@link #handle}.
 */
public final class NettyEmbedding implements EpollIoHandle {
    private final AioContext ctx;
    private final IoEventLoop outer;
    private final EmbeddedLoop inner;

    /** What the exception handler is to name. It is never scheduled. */
    private final BottomHalf named;

    private final FileDescriptor fd;

    /** Null at first. */
    private @Nullable IoRegistration registration;

    private NettyEmbedding(AioContext ctx, IoEventLoop outer) {
        this.ctx = ctx;
        this.outer = outer;
        this.inner = ctx.embed();
        this.named = ctx.newBottomHalf("handle of Netty of " + ctx.name(), () -> {});
        this.fd = new FileDescriptor(inner.fd());
    }

    /**
     * Embeds a context. Any thread, while none polls the context.
     *
     * @param ctx the context, without a home thread
     * @param outer an event loop on epoll
     * @return the embedding, once Netty's thread is the context's home thread
     */
    public static Future<NettyEmbedding> start(AioContext ctx, IoEventLoop outer) {
        return outer.submit(() -> {
            NettyEmbedding embedding = new NettyEmbedding(ctx, outer);
            try {
                embedding.register();
            } catch (Throwable failure) {
                embedding.close();
                throw failure;
            }
            return embedding;
        });
    }

    /** On the loop's own thread, Netty registers at once. */
    private void register() {
        IoRegistration made = outer.register(this).syncUninterruptibly().getNow();
        registration = made;
        made.submit(EpollIoOps.EPOLLIN); // level-triggered
        inner.prepare();
    }

    @Override
    public FileDescriptor fd() {
        return fd;
    }

    @Override
    public void handle(IoRegistration from, IoEvent event) {
        try {
            inner.dispatch();
            prepare();
        } catch (Throwable failure) {
            ctx.report(named, failure); // and the descriptor stays readable: Netty calls this again
        }
    }

    private void prepare() {
        if (inner.isOpen()) { // a callback may have closed it
            inner.prepare();
        }
    }

    /**
     * Ends the embedding; then another thread may poll the context, or close it. Any thread: it waits for Netty's. Netty calls this when
     * it shuts down.
     */
    @Override
    public void close() {
        if (!inner.isOpen()) {
            return;
        }
        if (!outer.inEventLoop()) {
            outer.submit(this::close).syncUninterruptibly();
            return;
        }
        IoRegistration made = registration;
        if (made != null) {
            made.cancel(); // before the number may become another file's
        }
        named.close();
        inner.close();
    }
}
