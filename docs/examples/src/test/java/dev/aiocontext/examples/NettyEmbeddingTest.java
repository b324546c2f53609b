package dev.aiocontext.examples;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.aiocontext.AioContext;
import dev.aiocontext.MonitorMode;
import dev.aiocontext.RelayMode;
import dev.aiocontext.Source;
import dev.aiocontext.examples.netty.NettyEmbedding;
import dev.aiocontext.internal.posix.Libc;
import dev.aiocontext.testkit.Eventually;
import dev.aiocontext.testkit.OpenFiles;
import dev.aiocontext.testkit.Opened;
import dev.aiocontext.testkit.Rounds;
import io.netty.channel.IoEventLoop;
import io.netty.channel.MultiThreadIoEventLoopGroup;
import io.netty.channel.epoll.EpollIoHandler;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/** A context inside an epoll loop of Netty: whatever wakes a context wakes Netty, which goes on with its own work. */
class NettyEmbeddingTest {
    private final Opened opened = new Opened();
    private final List<String> reports = new CopyOnWriteArrayList<>();
    private final AtomicInteger calls = new AtomicInteger();
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

    private AioContext context(RelayMode relay) {
        return opened.context(AioContext.builder()
                .relay(relay)
                .exceptionHandler((source, failure) -> reports.add(failure.getMessage())));
    }

    private NettyEmbedding embed(AioContext ctx) {
        return opened.add(NettyEmbedding.start(ctx, netty).syncUninterruptibly().getNow());
    }

    @ParameterizedTest
    @EnumSource(names = {"OFF", "THREAD"})
    void noWakeupIsLostAndNettyDoesNotPoll(RelayMode relay) {
        AioContext ctx = context(relay);
        embed(ctx);
        try (EmbeddedLoad load = new EmbeddedLoad(ctx, outer)) {
            load.run(Rounds.of(100_000));
        }
    }

    @Test
    void aStreamOfTasksStarvesNeitherLoop() {
        AioContext ctx = context(RelayMode.OFF);
        embed(ctx);
        Runnable[] again = new Runnable[1];
        again[0] = () -> ctx.execute(again[0]);
        ctx.execute(again[0]);
        for (int round = 0; round < 20; round++) {
            int before = calls.get();
            netty.schedule(calls::incrementAndGet, 100, TimeUnit.MICROSECONDS);
            ctx.after(Duration.ofNanos(100_000), calls::incrementAndGet);
            Eventually.holds("both timers fire", () -> calls.get() == before + 2);
        }
        ctx.execute(() -> again[0] = () -> {});
        outer.awaitBlocked(ctx);
    }

    @Test
    void noFailureLeavesTheHandleAndEachIsToldOnce() {
        AioContext ctx = context(RelayMode.OFF);
        embed(ctx);
        ctx.execute(() -> {
            throw new IllegalStateException("an exception");
        });
        ctx.execute(() -> {
            throw new AssertionError("an Error");
        });
        ctx.execute(calls::incrementAndGet);
        Eventually.holds("it goes on", () -> calls.get() == 1);
        Source hook = opened.add(ctx.newHook("hook", wait -> {
            throw new AssertionError("an Error of a hook");
        }));
        Eventually.holds("the hook is suspended", hook::isSuspended);
        ctx.execute(calls::incrementAndGet);
        Eventually.holds("it goes on", () -> calls.get() == 2);
        outer.awaitBlocked(ctx);

        assertThat(reports).containsExactly("an exception", "an Error", "an Error of a hook");
        assertThat(netty.submit(() -> "lives").syncUninterruptibly().getNow()).isEqualTo("lives");
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

        shutDown();

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
