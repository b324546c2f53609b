package dev.aiocontext.jmh.peer;

import dev.aiocontext.AioContext;
import dev.aiocontext.AioThread;
import dev.aiocontext.FdEvents;
import dev.aiocontext.FdSource;
import dev.aiocontext.RelayMode;
import dev.aiocontext.internal.posix.Descriptors;
import dev.aiocontext.internal.posix.Libc;
import java.io.IOException;
import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.nio.ByteBuffer;
import java.nio.channels.Pipe;
import java.time.Duration;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.locks.LockSupport;
import org.jspecify.annotations.Nullable;

/** A virtual thread asks a platform thread, is parked, and goes on with the answer. */
public interface VirtualRoundTrip extends AutoCloseable {
    /** How many bytes go each way where descriptors are used. */
    int BYTES = 8;

    /** How it asks. */
    enum Peer {
        /** {@code AioContext.call}, of a loop that blocks at once. */
        AIO_CALL,
        /** {@code AioContext.call}, of a loop that polls before it blocks, as is the default. */
        AIO_CALL_POLLING,
        /** {@code AioContext.submit(...).get()}. */
        AIO_SUBMIT,
        /** {@code LockSupport.park} and {@code unpark} on both sides, and nothing else: the least that it can take. */
        PARK,
        /** {@code CompletableFuture.supplyAsync(work, executor).get()}, with an executor of one platform thread. */
        COMPLETABLE_FUTURE,
        /** A byte each way by pipes: {@code AioContext.awaitReady}, then read(2). */
        AIO_AWAIT_READY,
        /** The same, of a loop that polls before it blocks. */
        AIO_AWAIT_READY_POLLING,
        /** A byte each way by pipes of {@code java.nio.channels}, which park a virtual thread that reads. */
        JDK_PIPE
    }

    /**
     * Goes there and back. A virtual thread calls it, one at a time.
     *
     * @param times how often
     * @throws Exception if it fails
     */
    void trips(int times) throws Exception;

    /**
     * Tells how often the platform thread was asked.
     *
     * @return how often
     */
    long asked();

    @Override
    void close() throws IOException;

    /**
     * Starts the platform thread.
     *
     * @param peer how to ask it
     * @return what asks
     * @throws IOException if there are no descriptors
     */
    static VirtualRoundTrip open(Peer peer) throws IOException {
        return switch (peer) {
            case AIO_CALL, AIO_CALL_POLLING, AIO_SUBMIT -> new OnLoop(peer);
            case PARK -> new Parked();
            case COMPLETABLE_FUTURE -> new Futures();
            case AIO_AWAIT_READY, AIO_AWAIT_READY_POLLING -> new Waits(peer);
            case JDK_PIPE -> new Channels();
        };
    }

    private static AioThread loop(Peer peer) {
        AioContext.Builder builder = AioContext.builder().relay(RelayMode.OFF);
        if (!peer.name().endsWith("POLLING")) {
            builder.polling(Duration.ZERO);
        }
        return AioThread.start(builder);
    }

    /** By the library's loop. */
    final class OnLoop implements VirtualRoundTrip {
        private final AioThread loop;
        private final boolean submits;
        private long asked;

        OnLoop(Peer peer) {
            loop = loop(peer);
            submits = peer == Peer.AIO_SUBMIT;
        }

        private Long ask() {
            return ++asked;
        }

        @Override
        public void trips(int times) throws Exception {
            for (int i = 0; i < times; i++) {
                if (submits) {
                    loop.context().submit(this::ask).get();
                } else {
                    loop.context().call(this::ask);
                }
            }
        }

        @Override
        public long asked() {
            return asked;
        }

        @Override
        public void close() {
            loop.close();
        }
    }

    /** By nothing but permits. */
    final class Parked implements VirtualRoundTrip {
        private final Thread platform = Thread.ofPlatform().daemon().start(this::answer);
        private volatile @Nullable Thread asker;
        private volatile boolean over;
        private volatile long asked;

        /** The platform thread's. */
        private long answered;

        private void answer() {
            while (!over) {
                Thread waiting = asker;
                if (waiting == null) {
                    LockSupport.park(this);
                } else {
                    asker = null;
                    asked = ++answered;
                    LockSupport.unpark(waiting);
                }
            }
        }

        @Override
        public void trips(int times) {
            for (int i = 0; i < times; i++) {
                long next = asked + 1;
                asker = Thread.currentThread();
                LockSupport.unpark(platform);
                while (asked != next) {
                    LockSupport.park(this);
                }
            }
        }

        @Override
        public long asked() {
            return asked;
        }

        @Override
        public void close() {
            over = true;
            LockSupport.unpark(platform);
            Threads.join(platform);
        }
    }

    /** By futures of the JDK. */
    final class Futures implements VirtualRoundTrip {
        private final ExecutorService executor = Executors.newSingleThreadExecutor();
        private long asked;

        private Long ask() {
            return ++asked;
        }

        @Override
        public void trips(int times) throws Exception {
            for (int i = 0; i < times; i++) {
                CompletableFuture.supplyAsync(this::ask, executor).get();
            }
        }

        @Override
        public long asked() {
            return asked;
        }

        @Override
        public void close() {
            executor.close();
        }
    }

    /** By descriptors: the loop's handler answers what another context's would. */
    final class Waits implements VirtualRoundTrip {
        private final AioThread waiting;
        private final AioThread answering = loop(Peer.AIO_CALL);
        private final Descriptors.Pipe there = Descriptors.pipe();
        private final Descriptors.Pipe back = Descriptors.pipe();
        private final MemorySegment bytes = Arena.global().allocate(BYTES);
        private long asked;

        Waits(Peer peer) {
            waiting = loop(peer);
            answering.context().onReadable(there.readEnd(), (source, events) -> {
                Libc.read(there.readEnd(), bytes, BYTES);
                asked++;
                Libc.write(back.writeEnd(), bytes, BYTES);
            });
        }

        @Override
        public void trips(int times) throws Exception {
            for (int i = 0; i < times; i++) {
                Libc.write(there.writeEnd(), bytes, BYTES);
                waiting.context().awaitReady(back.readEnd(), FdEvents.READ);
                Libc.read(back.readEnd(), bytes, BYTES);
            }
        }

        @Override
        public long asked() {
            return asked;
        }

        @Override
        public void close() {
            answering.context().source(there.readEnd()).ifPresent(FdSource::close);
            answering.close();
            waiting.close();
            Descriptors.close(there);
            Descriptors.close(back);
        }
    }

    /** By channels of the JDK. */
    final class Channels implements VirtualRoundTrip {
        private final Pipe there = Pipe.open();
        private final Pipe back = Pipe.open();
        private final Thread platform;
        private volatile long asked;

        /** The platform thread's. */
        private long answered;

        Channels() throws IOException {
            platform = Thread.ofPlatform().daemon().start(this::answer);
        }

        private void answer() {
            ByteBuffer bytes = ByteBuffer.allocateDirect(BYTES);
            try {
                while (there.source().read(bytes.clear()) > 0) {
                    asked = ++answered;
                    back.sink().write(bytes.flip());
                }
            } catch (IOException e) {
                throw new IllegalStateException(e);
            }
        }

        @Override
        public void trips(int times) throws IOException {
            ByteBuffer bytes = ByteBuffer.allocateDirect(BYTES);
            for (int i = 0; i < times; i++) {
                there.sink().write(bytes.clear());
                back.source().read(bytes.clear());
            }
        }

        @Override
        public long asked() {
            return asked;
        }

        @Override
        public void close() throws IOException {
            there.sink().close();
            Threads.join(platform);
            there.source().close();
            back.sink().close();
            back.source().close();
        }
    }
}
