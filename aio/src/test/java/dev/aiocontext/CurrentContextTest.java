package dev.aiocontext;

import static org.assertj.core.api.Assertions.assertThat;

import dev.aiocontext.testkit.Eventually;
import java.lang.ref.WeakReference;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.CountDownLatch;
import org.junit.jupiter.api.Test;

/** Which context a thread is in, with several contexts and several threads. */
class CurrentContextTest {
    private final List<Optional<AioContext>> seen = new ArrayList<>();

    private static AioContext open() {
        return AioContext.builder().relay(RelayMode.OFF).open();
    }

    private void look() {
        seen.add(AioContext.current());
    }

    @Test
    void aThreadThatPollsTwoContextsInTurnsIsInTheOneThatCalls() {
        try (AioContext one = open();
                AioContext other = open()) {
            for (AioContext next : List.of(one, other, other, one)) {
                next.execute(this::look);
                next.poll(true);
                assertThat(AioContext.current()).isEmpty();
            }
            assertThat(seen)
                    .containsExactly(Optional.of(one), Optional.of(other), Optional.of(other), Optional.of(one));
        }
    }

    @Test
    void afterAnErrorInANestedPollTheOuterContextIsTheCurrentOne() {
        try (AioContext outer = open();
                AioContext inner = open()) {
            inner.execute(() -> {
                throw new AssertionError("on purpose");
            });
            outer.execute(() -> {
                try {
                    inner.poll(true);
                } catch (AssertionError expected) {
                    look();
                }
                outer.poll(false);
                look();
            });
            outer.poll(true);
            assertThat(seen).containsExactly(Optional.of(outer), Optional.of(outer));
            assertThat(AioContext.current()).isEmpty();
        }
    }

    @Test
    void aContextThatIsClosedInACallbackOfAnotherLeavesThatOneCurrent() {
        try (AioContext outer = open()) {
            outer.execute(() -> {
                AioContext inner = open();
                inner.execute(this::look);
                inner.close();
                look();
                seen.add(Optional.of(inner));
            });
            outer.poll(true);
            assertThat(seen.get(0)).isEqualTo(seen.get(2));
            assertThat(seen.get(1)).contains(outer);
        }
    }

    @Test
    void aThreadThatHasLeftRunIsInNoContextWhileAnotherThreadIsInItsCallback() throws InterruptedException {
        AioContext ctx = open();
        ctx.execute(ctx::stop);
        ctx.run();
        CountDownLatch called = new CountDownLatch(1);
        CountDownLatch looked = new CountDownLatch(1);
        ctx.execute(() -> {
            called.countDown();
            await(looked);
        });
        Thread closer = Thread.ofPlatform().start(ctx::close);
        called.await();
        assertThat(AioContext.current()).isEmpty();
        looked.countDown();
        Eventually.ends(closer);
    }

    private static void await(CountDownLatch latch) {
        try {
            latch.await();
        } catch (InterruptedException e) {
            throw new AssertionError(e);
        }
    }

    @Test
    void aClosedContextIsNotKeptAliveByTheThreadThatPolledIt() {
        for (WeakReference<AioContext> closed : List.of(closedByItsThread(), closedByAnotherThread())) {
            Eventually.holds("the closed context is garbage", () -> {
                System.gc();
                return closed.refersTo(null);
            });
        }
    }

    private static WeakReference<AioContext> closedByItsThread() {
        AioContext ctx = open();
        ctx.poll(false);
        ctx.close();
        return new WeakReference<>(ctx);
    }

    private static WeakReference<AioContext> closedByAnotherThread() {
        AioContext ctx = open();
        ctx.execute(ctx::stop);
        ctx.run();
        Eventually.ends(Thread.ofPlatform().start(ctx::close));
        return new WeakReference<>(ctx);
    }
}
