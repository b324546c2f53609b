package dev.aiocontext.examples;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.aiocontext.AioContext;
import dev.aiocontext.MonitorMode;
import dev.aiocontext.RelayMode;
import dev.aiocontext.examples.netty.NettyEmbedding;
import dev.aiocontext.internal.posix.Libc;
import dev.aiocontext.testkit.Eventually;
import dev.aiocontext.testkit.OpenFiles;
import io.netty.channel.IoEventLoop;
import io.netty.channel.MultiThreadIoEventLoopGroup;
import io.netty.channel.epoll.EpollIoHandler;
import java.util.Map;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

/** A context inside an epoll loop of Netty: whatever wakes a context wakes Netty, which goes on with its own work. */
class NettyEmbeddingTest extends EmbeddingContract {
    private final MultiThreadIoEventLoopGroup group = new MultiThreadIoEventLoopGroup(1, EpollIoHandler.newFactory());
    private final IoEventLoop netty = group.next();
    private final int tid = netty.submit(Libc::gettid).syncUninterruptibly().getNow();
    private final OuterLoop outer = new OuterLoop() {
        @Override
        public void execute(Runnable task) {
            netty.execute(task);
        }

        @Override
        public int tid() {
            return tid;
        }
    };

    @AfterEach
    void close() {
        opened.close();
        shutDown();
    }

    private void shutDown() {
        group.shutdownGracefully(0, 1, TimeUnit.SECONDS).syncUninterruptibly();
    }

    @Override
    String name() {
        return "handle of Netty";
    }

    @Override
    OuterLoop outer() {
        return outer;
    }

    @Override
    NettyEmbedding embed(AioContext ctx) {
        return opened.add(NettyEmbedding.start(ctx, netty).syncUninterruptibly().getNow());
    }

    @Test
    void closingLeavesNothingBehindAndTheContextWaitsByItselfAgain() {
        Map<Integer, String> before = OpenFiles.now();
        try (AioContext ctx = AioContext.builder().relay(RelayMode.OFF).open()) {
            NettyEmbedding embedding =
                    NettyEmbedding.start(ctx, netty).syncUninterruptibly().getNow();
            assertThatThrownBy(() -> ctx.poll(false)).hasMessageContaining("only its home thread");
            embedding.close();
            embedding.close();
            Map<Integer, String> withContext = OpenFiles.now(); // which uses epoll from now on

            NettyEmbedding another =
                    NettyEmbedding.start(ctx, netty).syncUninterruptibly().getNow();
            ctx.execute(another::close); // by a callback
            ctx.execute(calls::incrementAndGet);
            Eventually.holds(
                    "the callback has closed it",
                    () -> OpenFiles.since(withContext).isEmpty());
            netty.submit(() -> {}).syncUninterruptibly(); // and has returned
        }
        assertThat(calls).hasValue(1);
        assertThat(OpenFiles.since(before)).isEmpty();
    }

    @Test
    void theEndOfNettyEndsIt() {
        AioContext ctx = context(RelayMode.OFF);
        NettyEmbedding embedding = embed(ctx);
        ctx.execute(calls::incrementAndGet);
        Eventually.holds("it is embedded", () -> calls.get() == 1);

        Thread thread =
                netty.submit(Thread::currentThread).syncUninterruptibly().getNow();
        shutDown();
        Eventually.ends(thread); // a little later than Netty says so

        embedding.close(); // is closed
        ctx.execute(calls::incrementAndGet);
        assertThat(ctx.poll(true)).isTrue(); // by this thread
        assertThat(calls).hasValue(2);
    }

    @Test
    void aContextThatCannotBeEmbeddedIsRefused() {
        AioContext poll = opened.context(AioContext.builder().monitor(MonitorMode.POLL));
        assertThatThrownBy(() -> NettyEmbedding.start(poll, netty).syncUninterruptibly())
                .isInstanceOf(UnsupportedOperationException.class);
        AioContext ctx = context(RelayMode.OFF);
        embed(ctx);
        assertThatThrownBy(() -> NettyEmbedding.start(ctx, netty).syncUninterruptibly())
                .isInstanceOf(IllegalStateException.class)
                .hasMessageContaining("embedded already");
    }
}
