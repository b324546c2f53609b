package dev.aiocontext.jmh;

import dev.aiocontext.jmh.peer.LoopPeer;
import dev.aiocontext.jmh.peer.TaskLoop;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.locks.LockSupport;
import org.openjdk.jmh.annotations.Benchmark;
import org.openjdk.jmh.annotations.BenchmarkMode;
import org.openjdk.jmh.annotations.Fork;
import org.openjdk.jmh.annotations.Level;
import org.openjdk.jmh.annotations.Measurement;
import org.openjdk.jmh.annotations.Mode;
import org.openjdk.jmh.annotations.OperationsPerInvocation;
import org.openjdk.jmh.annotations.OutputTimeUnit;
import org.openjdk.jmh.annotations.Param;
import org.openjdk.jmh.annotations.Scope;
import org.openjdk.jmh.annotations.Setup;
import org.openjdk.jmh.annotations.State;
import org.openjdk.jmh.annotations.TearDown;
import org.openjdk.jmh.annotations.Threads;
import org.openjdk.jmh.annotations.Warmup;

/**
 * How many tasks per second does a loop take from 1, 2 or 4 threads and run? Each thread hands over a batch, as fast as it can,
 * and waits until the last task has run. Nothing is pinned.
 *
 * <p>Batches have two shapes. Those of {@code producers} are of 100,000 tasks that count, and the last one unparks the thread. Those
 * of {@code latch} are of 10,000 tasks that are empty, and then the loop counts a new {@code CountDownLatch} down: the loop has
 * run dry ten times as often.
 */
@BenchmarkMode(Mode.Throughput)
@OutputTimeUnit(TimeUnit.SECONDS)
@OperationsPerInvocation(TasksBenchmark.BATCH)
@Fork(value = 3, jvmArgsAppend = "--enable-native-access=ALL-UNNAMED")
@Warmup(iterations = 3, time = 1)
@Measurement(iterations = 5, time = 1)
public class TasksBenchmark {
    /** How many tasks a thread hands over before it waits. */
    public static final int BATCH = 100_000;

    /** How many empty tasks it hands over before it waits at a latch. */
    public static final int LATCH_BATCH = 10_000;

    /** The loop that runs the tasks. */
    @State(Scope.Benchmark)
    public static class Consumer {
        /** Who runs them. */
        @Param({
            "AIO_POLL",
            "AIO_EPOLL",
            "NETTY_NIO",
            "NETTY_EPOLL",
            "NETTY_IO_URING",
            "SELECTOR",
            "THREAD_POOL",
            "VIRTUAL_THREAD",
            "FFM_QUEUE"
        })
        public LoopPeer peer = LoopPeer.AIO_POLL;

        private TaskLoop loop;
        private long runs;
        private final Runnable task = this::count;

        private void count() {
            runs++;
        }

        /** Starts the loop. */
        @Setup(Level.Trial)
        public void open() {
            loop = peer.open();
        }

        /** Ends it. */
        @TearDown(Level.Trial)
        public void close() {
            loop.close();
        }

        /**
         * How many tasks have run. To be called when all batches are done.
         *
         * @return the number of tasks, without the last one of each batch
         */
        public long runs() {
            return runs;
        }
    }

    /** A thread that hands tasks over. */
    @State(Scope.Thread)
    public static class Producer {
        private final Thread self = Thread.currentThread();
        private final Runnable last = this::done;
        private final Runnable empty = Producer::nothing;
        private volatile boolean done;

        private static void nothing() {}

        private void done() {
            done = true;
            LockSupport.unpark(self);
        }

        void handOver(Consumer consumer) {
            TaskLoop loop = consumer.loop;
            Runnable task = consumer.task;
            done = false;
            for (int i = 1; i < BATCH; i++) {
                loop.execute(task);
            }
            loop.execute(last);
            while (!done) {
                LockSupport.park(this);
            }
        }

        void handOverAndLatch(Consumer consumer) throws InterruptedException {
            TaskLoop loop = consumer.loop;
            Runnable task = empty;
            for (int i = 0; i < LATCH_BATCH; i++) {
                loop.execute(task);
            }
            CountDownLatch latch = new CountDownLatch(1);
            loop.execute(latch::countDown);
            latch.await();
        }
    }

    /**
     * From one thread.
     *
     * @param producer the thread
     * @param consumer the loop
     */
    @Benchmark
    @Threads(1)
    public void producers1(Producer producer, Consumer consumer) {
        producer.handOver(consumer);
    }

    /**
     * From two.
     *
     * @param producer the thread
     * @param consumer the loop
     */
    @Benchmark
    @Threads(2)
    public void producers2(Producer producer, Consumer consumer) {
        producer.handOver(consumer);
    }

    /**
     * From four.
     *
     * @param producer the thread
     * @param consumer the loop
     */
    @Benchmark
    @Threads(4)
    public void producers4(Producer producer, Consumer consumer) {
        producer.handOver(consumer);
    }

    /**
     * Empty tasks and a latch, from one thread.
     *
     * @param producer the thread
     * @param consumer the loop
     * @throws InterruptedException if the thread is interrupted
     */
    @Benchmark
    @Threads(1)
    @OperationsPerInvocation(LATCH_BATCH)
    public void latch1(Producer producer, Consumer consumer) throws InterruptedException {
        producer.handOverAndLatch(consumer);
    }

    /**
     * Empty tasks and a latch, from two.
     *
     * @param producer the thread
     * @param consumer the loop
     * @throws InterruptedException if the thread is interrupted
     */
    @Benchmark
    @Threads(2)
    @OperationsPerInvocation(LATCH_BATCH)
    public void latch2(Producer producer, Consumer consumer) throws InterruptedException {
        producer.handOverAndLatch(consumer);
    }

    /**
     * Empty tasks and a latch, from four.
     *
     * @param producer the thread
     * @param consumer the loop
     * @throws InterruptedException if the thread is interrupted
     */
    @Benchmark
    @Threads(4)
    @OperationsPerInvocation(LATCH_BATCH)
    public void latch4(Producer producer, Consumer consumer) throws InterruptedException {
        producer.handOverAndLatch(consumer);
    }
}
