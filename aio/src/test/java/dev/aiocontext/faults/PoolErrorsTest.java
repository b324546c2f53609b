package dev.aiocontext.faults;

import static org.assertj.core.api.Assertions.assertThat;

import dev.aiocontext.AioContext;
import dev.aiocontext.AioThreadPool;
import dev.aiocontext.RelayMode;
import dev.aiocontext.testkit.ChildJvm;
import dev.aiocontext.testkit.Eventually;
import dev.aiocontext.testkit.LoopThread;
import dev.aiocontext.testkit.Rounds;
import java.nio.ByteBuffer;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.atomic.AtomicIntegerArray;
import java.util.concurrent.locks.LockSupport;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;
import org.junit.jupiter.params.provider.ValueSource;

/**
 * A thread without stack or memory at any step of a submission, a cancellation or a completion: whatever comes later works, and
 * each completion is called once. In JVMs of their own, where such an Error may break what it likes of the JDK.
 */
class PoolErrorsTest {
    private static final int ROUNDS = Rounds.of(150);

    /** Interpreted code has the largest frames and the most steps; the compilers' turn comes in the profile {@code proof}. */
    static List<String> compilers() {
        return Rounds.of(10) == 1
                ? List.of("-Xint")
                : List.of("-Xint", "-XX:TieredStopAtLevel=1", "-XX:+TieredCompilation");
    }

    private static ChildJvm child() {
        return ChildJvm.onClassPath().option("-Ddev.aiocontext.test.limit=" + Eventually.LIMIT, Rounds.option());
    }

    // ---- Stack ------------------------------------------------------------------------------------------------------

    /** Calls the pool at every depth of the stack until it overflows, again and again, and asks a probe after each time. */
    static final class Overflow {
        private static final int JOBS = 2_000_000;
        private final AtomicInteger submitted = new AtomicInteger();
        private final AtomicIntegerArray accepted = new AtomicIntegerArray(JOBS);
        private final AtomicIntegerArray completed = new AtomicIntegerArray(JOBS);
        private final AioThreadPool pool;
        private final boolean cancels;
        private int overflows;

        private Overflow(AioThreadPool pool, boolean cancels) {
            this.pool = pool;
            this.cancels = cancels;
        }

        public static void main(String[] args) {
            AioContext ctx = AioContext.builder().maximumPoolThreads(2).open();
            Overflow overflow = new Overflow(ctx.threadPool(), args[0].equals("cancel"));
            try (LoopThread loop = new LoopThread(ctx)) {
                loop.awaitBlocked();
                for (int round = 0; round < ROUNDS; round++) {
                    int first = round;
                    Eventually.ends(
                            Thread.ofPlatform().stackSize(256 << 10).daemon().start(() -> overflow.catching(first)));
                    AtomicBoolean answered = new AtomicBoolean();
                    ctx.threadPool().submit(() -> 1).whenComplete((one, failure) -> answered.set(true));
                    Eventually.holds("the probe of round " + round, answered::get);
                }
            }
            System.out.println("overflows " + overflow.overflows);
            System.out.println("wrong " + overflow.wrong());
        }

        private void catching(int first) {
            try {
                shift(first % 30, first);
            } catch (StackOverflowError e) {
                overflows++;
            }
        }

        /** Frames of another size first, so that the overflow comes at another step. */
        private int shift(int frames, int first) {
            return frames == 0 ? deeper(first) : shift(frames - 1, first) + 1;
        }

        @SuppressWarnings("InfiniteRecursion") // until it overflows
        private int deeper(int depth) {
            int job = submitted.getAndIncrement();
            CompletableFuture<Integer> request = pool.submit(() -> job);
            request.whenComplete((result, failure) -> completed.incrementAndGet(job));
            accepted.set(job, 1);
            if (cancels && depth % 3 == 0) {
                request.cancel(false);
            }
            if (depth % 5 == 0) {
                pool.setMaximumThreads(1 + depth % 3);
            }
            return depth == Integer.MAX_VALUE ? 0 : deeper(depth + 1) + 1;
        }

        /** Accepted and not completed once, or not accepted and completed twice. */
        private long wrong() {
            long wrong = 0;
            for (int job = 0; job < submitted.get(); job++) {
                boolean right = accepted.get(job) == 1 ? completed.get(job) == 1 : completed.get(job) <= 1;
                wrong += right ? 0 : 1;
            }
            return wrong;
        }
    }

    @ParameterizedTest
    @MethodSource("compilers")
    void submissionsAtTheStacksEnd(String compiler) throws Exception {
        assertSurvived(child().option(compiler).run(Overflow.class.getName(), "submit"));
    }

    /** The loop is woken at the stack's end, too. */
    @ParameterizedTest
    @MethodSource("compilers")
    void cancellationsAtTheStacksEnd(String compiler) throws Exception {
        assertSurvived(child().option(compiler).run(Overflow.class.getName(), "cancel"));
    }

    private static void assertSurvived(ChildJvm.Result result) {
        assertThat(result.exit()).as(result.output()).isZero();
        assertThat(result.output().lines().filter(line -> line.matches("(overflows|wrong) .*")))
                .containsExactly("overflows " + ROUNDS, "wrong 0");
    }

    /** Closes near the stack's end, with work that runs and work that waits: each time a frame further away from it. */
    static final class OverflowInClose {
        private static boolean tried;

        private OverflowInClose() {}

        public static void main(String[] args) {
            for (int round = 0; round < 80; round++) {
                int frames = round;
                tried = false;
                Thread thread =
                        Thread.ofPlatform().stackSize(256 << 10).daemon().start(() -> closing(frames));
                Eventually.ends(thread);
            }
            System.out.println("closed");
        }

        private static void closing(int frames) {
            AioContext ctx = AioContext.builder().maximumPoolThreads(1).open();
            AtomicInteger completed = new AtomicInteger();
            for (int i = 0; i < 3; i++) {
                ctx.threadPool().submit(() -> 1).whenComplete((one, failure) -> completed.incrementAndGet());
            }
            try {
                deeper(ctx, frames);
            } catch (StackOverflowError e) {
                // As deep as it gets. Now once more, with room.
            }
            ctx.close();
            // A completion whose own frame found no room has been called, though it could not count.
            if (completed.get() > 3 || ctx.threadPool().threads() != 0 || !isClosed(ctx)) {
                System.out.println("completed " + completed + ", threads "
                        + ctx.threadPool().threads() + ", closed " + isClosed(ctx));
            }
        }

        private static boolean isClosed(AioContext ctx) {
            try {
                ctx.wakeup();
                return false;
            } catch (IllegalStateException e) {
                return true;
            }
        }

        /** How many frames there are above the one that found no room. */
        @SuppressWarnings("InfiniteRecursion") // until it overflows
        private static int deeper(AioContext ctx, int frames) {
            int above;
            try {
                above = frames == Integer.MAX_VALUE ? 0 : deeper(ctx, frames) + 1;
            } catch (StackOverflowError e) {
                above = 0;
            }
            if (above >= frames && !tried) {
                tried = true;
                ctx.close();
            }
            return above;
        }
    }

    @ParameterizedTest
    @MethodSource("compilers")
    void aCloseThatOverflowsCanBeCalledAgain(String compiler) throws Exception {
        ChildJvm.Result result = child().option(compiler).run(OverflowInClose.class.getName());
        assertThat(result.exit()).as(result.output()).isZero();
        assertThat(result.output().lines().filter(line -> line.matches("(closed|completed).*")))
                .containsExactly("closed");
    }

    // ---- Memory -----------------------------------------------------------------------------------------------------

    /** Work that fills the memory and returns; some time later somebody frees it. */
    static final class Exhaustion {
        private static volatile @Nullable List<Object> ballast;
        private static final AtomicInteger COMPLETED = new AtomicInteger();

        private Exhaustion() {}

        public static void main(String[] args) {
            boolean direct = args[0].equals("direct");
            AioContext ctx =
                    AioContext.builder().relay(RelayMode.valueOf(args[1])).open();
            for (int i = 0; i < 100; i++) { // whatever is needed is loaded now
                round(ctx, i + 1, () -> {});
            }
            round(
                    ctx,
                    101,
                    () -> exhaust(direct)); // once: the JDK takes seconds to be sure that there is no direct memory
            startJanitor();
            submit(ctx, () -> fill(direct));
            close(ctx);
            ballast = null;
            System.out.println("completed " + COMPLETED);
        }

        private static void round(AioContext ctx, int number, Runnable work) {
            submit(ctx, work);
            while (COMPLETED.get() < number) {
                try {
                    ctx.poll(true);
                } catch (OutOfMemoryError e) {
                    ballast = null;
                }
            }
            ballast = null;
        }

        /** Submits work that begins when this thread needs no memory any more: nothing here would catch its Error. */
        private static void submit(AioContext ctx, Runnable work) {
            CountDownLatch submitted = new CountDownLatch(1);
            ctx.threadPool()
                    .submit(() -> {
                        submitted.await();
                        work.run();
                        return true;
                    })
                    .whenComplete((result, failure) -> COMPLETED.incrementAndGet());
            submitted.countDown();
        }

        private static void close(AioContext ctx) {
            while (true) {
                try {
                    ctx.close();
                    return;
                } catch (OutOfMemoryError e) {
                    ballast = null;
                }
            }
        }

        private static void exhaust(boolean direct) {
            startJanitor();
            fill(direct);
        }

        /** Frees what was filled, when the worker has had time to fail. */
        private static void startJanitor() {
            Thread.ofPlatform().daemon().start(() -> {
                while (ballast == null) {
                    LockSupport.parkNanos(1_000_000);
                }
                LockSupport.parkNanos(100_000_000);
                ballast = null;
                System.gc();
            });
        }

        private static void fill(boolean direct) {
            List<Object> hoard = new ArrayList<>(4_000_000 / 8);
            int size = 1 << 20;
            while (size > 0) {
                try {
                    hoard.add(direct ? ByteBuffer.allocateDirect(size) : new byte[size]);
                } catch (OutOfMemoryError e) {
                    size /= direct ? 1024 : 4; // each failure takes the JDK half a second, if it is direct memory
                }
            }
            ballast = hoard;
        }
    }

    @ParameterizedTest
    @ValueSource(strings = {"OFF", "THREAD"})
    void withAnExhaustedHeap(String relay) throws Exception {
        ChildJvm.Result result =
                child().option("-Xmx24m", "-XX:+UseSerialGC").run(Exhaustion.class.getName(), "heap", relay);
        assertCompleted(result);
    }

    @Tag("proof") // the JDK takes seconds each time
    @ParameterizedTest
    @ValueSource(strings = {"OFF", "THREAD"})
    void withExhaustedDirectMemory(String relay) throws Exception {
        ChildJvm.Result result =
                child().option("-XX:MaxDirectMemorySize=8m").run(Exhaustion.class.getName(), "direct", relay);
        assertCompleted(result);
    }

    private static void assertCompleted(ChildJvm.Result result) {
        assertThat(result.exit()).as(result.output()).isZero();
        assertThat(result.output().lines()).contains("completed 102");
    }
}
