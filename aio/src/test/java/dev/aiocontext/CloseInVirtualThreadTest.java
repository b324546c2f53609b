package dev.aiocontext;

import static org.assertj.core.api.Assertions.assertThat;

import dev.aiocontext.testkit.ChildJvm;
import dev.aiocontext.testkit.Eventually;
import dev.aiocontext.testkit.LoopThread;
import java.util.concurrent.atomic.AtomicReference;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;

/** A virtual thread opens a context in a try statement, uses its pool, and closes it. */
class CloseInVirtualThreadTest {
    static final class OneCarrier {
        private OneCarrier() {}

        public static void main(String[] args) throws InterruptedException {
            Thread.startVirtualThread(() -> {
                        try (AioContext ctx = AioContext.open()) {
                            ctx.threadPool()
                                    .submit(() -> {
                                        Thread second = Thread.startVirtualThread(
                                                () -> System.out.println("second virtual thread"));
                                        second.join();
                                        return "done";
                                    })
                                    .whenComplete(
                                            (result, failure) -> System.out.println("completion: " + result + ", home: "
                                                    + ctx.isHomeThread() + ", virtual: "
                                                    + Thread.currentThread().isVirtual()));
                        }
                        System.out.println("closed");
                    })
                    .join();
        }
    }

    @Test
    void theOnlyCarrierIsFreeWhilePoolWorkIsWaitedFor() throws Exception {
        ChildJvm.Result result = ChildJvm.onClassPath()
                .shortLived()
                .option("-Djdk.virtualThreadScheduler.parallelism=1", "-Djdk.virtualThreadScheduler.maxPoolSize=1")
                .run(OneCarrier.class.getName());
        assertThat(result.exit()).as(result.output()).isZero();
        assertThat(result.output().lines())
                .containsExactly("second virtual thread", "completion: done, home: true, virtual: false", "closed");
    }

    @Test
    void withoutPoolWorkItClosesByItself() {
        AtomicReference<@Nullable Thread> ran = new AtomicReference<>();
        Thread virtual = Thread.startVirtualThread(() -> {
            try (AioContext ctx = AioContext.open()) {
                ctx.execute(() -> ran.set(Thread.currentThread()));
            }
        });
        Eventually.ends(virtual);
        assertThat(ran.get()).isSameAs(virtual);
    }

    @Test
    void itIsRefusedLikeAnyThreadWhileTheHomeThreadRuns() {
        AtomicReference<@Nullable Throwable> refused = new AtomicReference<>();
        try (LoopThread loop = new LoopThread(AioContext.open())) {
            loop.awaitBlocked();
            loop.context.threadPool().submit(() -> 1).whenComplete((one, failure) -> {});
            Eventually.ends(Thread.startVirtualThread(() -> {
                try {
                    loop.context.close();
                } catch (IllegalStateException e) {
                    refused.set(e);
                }
            }));
        }
        assertThat(refused.get()).hasMessageContaining("only its home thread");
    }

    @Test
    void whatClosingThrowsArrivesInTheVirtualThreadAndItsInterruptStays() {
        AtomicReference<@Nullable Throwable> thrown = new AtomicReference<>();
        Thread virtual = Thread.startVirtualThread(() -> {
            AioContext ctx = AioContext.open();
            ctx.execute(() -> {
                throw new AssertionError("thrown at the end");
            });
            ctx.threadPool().submit(() -> 1).whenComplete((one, failure) -> {});
            Thread.currentThread().interrupt();
            try {
                ctx.close();
            } catch (AssertionError e) {
                if (Thread.interrupted()) {
                    thrown.set(e);
                }
            }
        });
        Eventually.ends(virtual);
        assertThat(thrown.get()).hasMessageContaining("thrown at the end");
    }
}
