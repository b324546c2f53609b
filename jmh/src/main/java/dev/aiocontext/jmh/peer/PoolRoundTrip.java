package dev.aiocontext.jmh.peer;

import dev.aiocontext.AioContext;
import dev.aiocontext.RelayMode;
import io.netty.util.concurrent.DefaultEventExecutorGroup;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.TimeUnit;

/** Has work done by another thread, and waits for the result. */
public interface PoolRoundTrip extends AutoCloseable {
    /** Whose threads. */
    enum Peer {
        /** The library's thread pool; the completion arrives on the loop, which is the caller's. */
        AIO_THREAD_POOL,
        /** {@code CompletableFuture.supplyAsync(work).join()}: the common pool. */
        COMPLETABLE_FUTURE,
        /** {@code Executors.newCachedThreadPool().submit(work).get()}: threads as the library's pool has them. */
        CACHED_THREAD_POOL,
        /** {@code Executors.newVirtualThreadPerTaskExecutor().submit(work).get()}. */
        VIRTUAL_THREAD,
        /** Netty's {@code DefaultEventExecutorGroup.submit(work).sync()}, one thread. */
        NETTY_EXECUTOR_GROUP
    }

    /**
     * Has it done once.
     *
     * @return how often it was done so far
     * @throws InterruptedException if the caller is interrupted
     * @throws ExecutionException never
     */
    long trip() throws InterruptedException, ExecutionException;

    @Override
    void close();

    /**
     * Opens one. The caller is the thread that trips and closes it.
     *
     * @param peer whose threads
     * @return the pool
     */
    static PoolRoundTrip open(Peer peer) {
        return switch (peer) {
            case AIO_THREAD_POOL -> new Ours();
            case COMPLETABLE_FUTURE -> new Common();
            case CACHED_THREAD_POOL -> new Executor(Executors.newCachedThreadPool());
            case VIRTUAL_THREAD -> new Executor(Executors.newVirtualThreadPerTaskExecutor());
            case NETTY_EXECUTOR_GROUP -> new Netty();
        };
    }

    /** The work, and who counts how often it was done. */
    abstract class Counting implements PoolRoundTrip {
        private long done;

        Long work() {
            return ++done;
        }
    }

    /** {@link Peer#AIO_THREAD_POOL}. */
    final class Ours extends Counting {
        private final AioContext context =
                AioContext.builder().relay(RelayMode.OFF).open();
        private long result;
        private boolean completed;

        @Override
        public long trip() {
            completed = false;
            context.threadPool().submit(this::work).whenComplete((value, failure) -> {
                result = value == null ? 0 : value;
                completed = true;
            });
            while (!completed) {
                context.poll(true);
            }
            return result;
        }

        @Override
        public void close() {
            context.close();
        }
    }

    /** {@link Peer#COMPLETABLE_FUTURE}. */
    final class Common extends Counting {
        @Override
        public long trip() {
            return CompletableFuture.supplyAsync(this::work).join();
        }

        @Override
        public void close() {}
    }

    /** An executor of the JDK. */
    final class Executor extends Counting {
        private final ExecutorService executor;

        Executor(ExecutorService executor) {
            this.executor = executor;
        }

        @Override
        public long trip() throws InterruptedException, ExecutionException {
            Future<Long> future = executor.submit(this::work);
            return future.get();
        }

        @Override
        public void close() {
            executor.close();
        }
    }

    /** {@link Peer#NETTY_EXECUTOR_GROUP}. */
    final class Netty extends Counting {
        private final DefaultEventExecutorGroup group = new DefaultEventExecutorGroup(1);

        @Override
        public long trip() throws InterruptedException {
            Long result = group.submit(this::work).sync().getNow();
            return result == null ? 0 : result;
        }

        @Override
        public void close() {
            group.shutdownGracefully(0, 1, TimeUnit.SECONDS).syncUninterruptibly();
        }
    }
}
