package dev.aiocontext;

import dev.aiocontext.internal.loop.AdaptivePolling;
import dev.aiocontext.internal.loop.BottomHalfWork;
import dev.aiocontext.internal.loop.Callbacks;
import dev.aiocontext.internal.loop.Closing;
import dev.aiocontext.internal.loop.Home;
import dev.aiocontext.internal.loop.Inbox;
import dev.aiocontext.internal.loop.Loop;
import dev.aiocontext.internal.loop.PoolWorkers;
import dev.aiocontext.internal.posix.NativeAccess;
import dev.aiocontext.internal.posix.Signals;
import dev.aiocontext.internal.relay.RelayModes;
import java.time.Duration;
import java.util.Objects;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.Executor;
import java.util.concurrent.RejectedExecutionException;
import java.util.concurrent.atomic.AtomicLong;
import java.util.concurrent.atomic.AtomicReference;
import java.util.function.BiConsumer;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;

/**
 * An event loop over any Linux descriptor, which any thread can hand work to and wake: QEMU's {@code AioContext}.
 *
 * <pre>{@code
 * try (AioContext ctx = AioContext.open()) {
 *     ctx.onReadable(fd, ready -> ...);
 *     ctx.threadPool().submit(() -> readBlock(7), (block, failure) -> ...);
 *     ctx.run(); // until somebody calls ctx.stop()
 * }
 * }</pre>
 *
 * <p><b>Threads.</b> The <em>home thread</em> is the one that polls first, by {@link #poll} or {@link #run}; it alone may do
 * so from then on, and it must be a platform thread, for a blocked poll would hold a virtual thread's carrier. All
 * callbacks run on it. Everything else may be called by any thread, except {@link #close}:
 * <ol>
 *   <li>The home thread may close the context, outside of its callbacks.
 *   <li>Any thread may close it if there is no home thread, or if the home thread has ended.
 *   <li>Any thread may close it while the home thread has given it up: from the moment its outermost {@link #run} begins to
 *       return (normally, or with what a callback threw) until it polls again. What the home thread did so far happens before
 *       what the closing thread does. If the home thread comes back later, it finds the context closed.
 *   <li>Everybody else is refused. A thread that uses {@link #poll} and not {@code run} keeps the context until it has ended.
 * </ol>
 *
 * <p><b>Fairness.</b> One iteration runs at most 1,024 tasks and bottom halves, or as many as begin within 500 us (it looks
 * at the clock after 16 of them, then after each further 16 to 64), as many idle bottom halves, and the handlers of at most
 * 1,024 ready descriptors. What is left comes first in the next iteration, which does not wait. So a stream of tasks keeps
 * neither descriptors nor {@link #stop} waiting for longer than that, and descriptors do not keep tasks waiting.
 *
 * <p><b>Errors.</b> A callback that throws an exception goes to the context's exception handler (by default it is logged),
 * and the loop goes on; an {@code Error} goes there and then leaves {@code poll} or {@code run}. A descriptor that is
 * found closed although it has handlers is reported there once, and its handlers are removed. Poll(2) finds it in the next
 * wait. Epoll forgets a file that was closed without a word; it goes on to report one of which a duplicate is open, and the
 * loop then finds the closed number within 1,024 calls of its handler. A call that throws a StackOverflowError or an
 * OutOfMemoryError may or may not have done its work; every later call works. After {@link #close}, methods
 * throw {@link IllegalStateException}, {@link #execute} throws {@link RejectedExecutionException}, and {@link #stop} and
 * {@link #close} do nothing.
 *
 * <p><b>No wake-up is lost.</b> See {@code dev.aiocontext.internal.wakeup.Wakeup} for the argument.
 */
public final class AioContext implements Executor, AutoCloseable {
    private static final AtomicLong OPENED = new AtomicLong();

    private final String name;
    private final Home home;
    private final Loop loop;
    private final Inbox inbox;
    private final PoolWorkers workers;
    private final AioThreadPool pool;
    private final Set<BottomHalf> bottomHalves = ConcurrentHashMap.newKeySet();

    private volatile boolean stopRequested;

    /** Everything is freed, or has been tried to. */
    private volatile boolean ended;

    /** The home thread's. */
    private boolean running;

    private AioContext(Builder builder) {
        NativeAccess.require();
        name = builder.name != null ? builder.name : "aio-" + OPENED.incrementAndGet();
        RelayMode relayMode = RelayModes.resolve(builder.relay).mode();
        home = new Home(name);
        Callbacks callbacks = new Callbacks(name, exceptionHandler(builder.exceptionHandler));
        loop = new Loop(name, relayMode, builder.monitor, builder.polling, home, callbacks);
        try {
            inbox = loop.inbox();
            workers = new PoolWorkers(name, inbox, builder.maximumPoolThreads);
            pool = new AioThreadPool(name, workers);
        } catch (Error e) {
            loop.free();
            throw e;
        }
    }

    /**
     * Opens a context with the default settings.
     *
     * @return the context, to be closed
     * @throws UnsupportedOperationException on a platform other than Linux on x86-64 or aarch64
     * @throws IllegalStateException if native access is denied to the library; the message names the option that helps
     * @throws SyscallException if there are no descriptors left, for instance
     */
    public static AioContext open() {
        return builder().open();
    }

    /**
     * Starts to describe a context.
     *
     * @return a builder with the default settings
     */
    public static Builder builder() {
        return new Builder();
    }

    /** The settings of a context. One thread at a time. */
    public static final class Builder {
        private @Nullable String name;
        private @Nullable RelayMode relay;
        private MonitorMode monitor = MonitorMode.AUTO;
        private AdaptivePolling.Settings polling = AdaptivePolling.Settings.DEFAULT;
        private int maximumPoolThreads = AioThreadPool.DEFAULT_MAXIMUM;
        private BiConsumer<? super AioContext, ? super Throwable> exceptionHandler = AioContext::logException;

        private Builder() {}

        /**
         * Names the context, for messages, events and the names of its threads.
         *
         * @param name the name; by default {@code aio-} and a number
         * @return this
         */
        public Builder name(String name) {
            this.name = Objects.requireNonNull(name, "name");
            return this;
        }

        /**
         * Decides about the SIGIO relay, over the system property {@code dev.aiocontext.relay} and the environment variable
         * {@code AIOCONTEXT_RELAY}.
         *
         * @param mode the mode; without this call the property decides, else the variable, else {@link RelayMode#AUTO}
         * @return this
         */
        public Builder relay(RelayMode mode) {
            this.relay = Objects.requireNonNull(mode, "mode");
            return this;
        }

        /**
         * Decides how to wait for descriptors.
         *
         * @param mode the mode; by default {@link MonitorMode#AUTO}
         * @return this
         */
        public Builder monitor(MonitorMode mode) {
            this.monitor = Objects.requireNonNull(mode, "mode");
            return this;
        }

        /**
         * Decides about adaptive polling with the usual factors: as {@link #polling(Duration, int, int)} with 0 and 0.
         *
         * @param maximum the longest time to poll before a wait, 0 to 1 s; 0 turns polling off
         * @return this
         * @throws IllegalArgumentException if it is negative or more than 1 s
         */
        public Builder polling(Duration maximum) {
            return polling(maximum, 0, 0);
        }

        /**
         * Decides about adaptive polling: for how long the loop looks for work before it blocks. Meanwhile, handing it work
         * costs no system call, and the loop goes on at once; but it keeps a processor busy. The loop learns the time: 4 us at
         * first, more while waits are longer than that and shorter than the maximum, less when they are longer than the
         * maximum. {@link AioStatistics} tells what it cost and what it gained. Without this call the maximum is 32,768 ns.
         * Where the JVM may use one processor only, the loop never polls.
         *
         * @param maximum the longest time to poll before a wait, 0 to 1 s; 0 turns polling off (QEMU: {@code poll-max-ns})
         * @param grow the factor by which the time grows, 2 or more; 0 is for 2 (QEMU: {@code poll-grow})
         * @param shrink the divisor by which it shrinks, 2 or more; 0 is for down to nothing (QEMU: {@code poll-shrink})
         * @return this
         * @throws IllegalArgumentException if a value is none of these
         */
        public Builder polling(Duration maximum, int grow, int shrink) {
            this.polling = new AdaptivePolling.Settings(maximum, grow, shrink);
            return this;
        }

        /**
         * Limits the thread pool.
         *
         * @param maximum the most threads, at least 1; by default 64
         * @return this
         * @throws IllegalArgumentException if it is less than 1
         */
        public Builder maximumPoolThreads(int maximum) {
            this.maximumPoolThreads = AioThreadPool.requireValidMaximum(maximum);
            return this;
        }

        /**
         * Decides what becomes of what callbacks throw.
         *
         * @param handler called on the home thread; what it throws itself is logged. By default, {@link System.Logger}
         *     {@code dev.aiocontext.AioContext} logs an error
         * @return this
         */
        public Builder exceptionHandler(BiConsumer<? super AioContext, ? super Throwable> handler) {
            this.exceptionHandler = Objects.requireNonNull(handler, "handler");
            return this;
        }

        /**
         * Opens the context. It gets its home thread with the first poll.
         *
         * @return the context, to be closed
         * @throws UnsupportedOperationException on a platform other than Linux on x86-64 or aarch64
         * @throws IllegalArgumentException if the system property or the environment variable of the relay is no mode
         * @throws IllegalStateException if native access is denied to the library, or if the relay is to be {@link
         *     RelayMode#PROCESS} and a thread of this JVM leaves SIGIO unblocked, or whether one does cannot be read from {@code
         *     /proc}, for want of a descriptor for instance; the message says what helps
         * @throws SyscallException if there are no descriptors left, for instance
         */
        public AioContext open() {
            return new AioContext(this);
        }
    }

    /**
     * The name of the context.
     *
     * @return the name
     */
    public String name() {
        return name;
    }

    /**
     * The relay's mode.
     *
     * @return the mode, never {@link RelayMode#AUTO}
     */
    public RelayMode relayMode() {
        return loop.relayMode();
    }

    /**
     * Says how the context waits for its descriptors at present, and why. With {@link MonitorMode#AUTO} that depends on how many
     * there are, and on whether epoll works.
     *
     * @return the monitor of the last wait, or of the wait that is under way
     */
    public MonitorChoice monitor() {
        return loop.monitor();
    }

    /**
     * What the context has counted.
     *
     * @return the counters as they are now
     */
    public AioStatistics statistics() {
        return loop.counters().snapshot();
    }

    /**
     * Says whether the calling thread is the home thread.
     *
     * @return true if it is
     */
    public boolean isHomeThread() {
        return home.isCurrent();
    }

    /**
     * The threads for blocking work, started as they are needed.
     *
     * @return the context's thread pool
     */
    public AioThreadPool threadPool() {
        return pool;
    }

    // ---- Work -------------------------------------------------------------------------------------------------------

    /**
     * Runs a task once, on the loop, after everything that was scheduled before. What it accepts, it runs: at the latest in
     * {@link #close}.
     *
     * @param task the task
     * @throws RejectedExecutionException if the context is closed
     */
    @Override
    public void execute(Runnable task) {
        Objects.requireNonNull(task, "task");
        if (!inbox.push(task)) {
            throw new RejectedExecutionException("AioContext " + name + " is closed");
        }
    }

    /**
     * Makes a bottom half.
     *
     * @param name a name, for messages
     * @param callback what it calls, on the loop
     * @return the bottom half, to be deleted before the context is closed
     */
    public BottomHalf newBottomHalf(String name, Runnable callback) {
        BottomHalfWork bottomHalf = new BottomHalfWork(
                inbox,
                bottomHalves,
                Objects.requireNonNull(name, "name"),
                Objects.requireNonNull(callback, "callback"));
        inbox.requireOpen();
        bottomHalves.add(bottomHalf);
        return bottomHalf;
    }

    // ---- Descriptors ------------------------------------------------------------------------------------------------

    /**
     * Calls back when a descriptor is readable, hung up or has an error, in place of an earlier read handler of it.
     *
     * <p>A descriptor is the <em>file</em> that its number stands for now. <b>Register anew whenever a library may have replaced
     * the file</b>: closed it and opened another, which the kernel gives the same number (a reconnect, for instance), or
     * called dup2(2). Poll(2) would wait for the new file by itself, and epoll(7) never hears of it. So a program that does
     * not register anew works with a few descriptors and stops working once there are enough for epoll.
     *
     * <p>While a callback runs, a poll that it calls passes the callback over, and does not wait as long as its descriptor
     * is ready.
     *
     * @param fd an open descriptor
     * @param callback what to call, on the loop
     * @return the registration, to remove it before the descriptor is closed
     * @throws IllegalArgumentException if it is negative, opened with {@code O_PATH}, or the context's own
     * @throws SyscallException EBADF if it is not open; what epoll says if {@link MonitorMode#EPOLL} is forced
     */
    public Registration onReadable(int fd, FdCallback callback) {
        return register(fd, true, callback);
    }

    /**
     * Calls back when a descriptor is writable or has an error, in place of an earlier write handler of it. A hang-up comes
     * here too if there is no read handler to take it. What {@link #onReadable} says of replaced files and of nested polls
     * holds here too.
     *
     * @param fd an open descriptor
     * @param callback what to call, on the loop
     * @return the registration, to remove it before the descriptor is closed
     * @throws IllegalArgumentException if it is negative, opened with {@code O_PATH}, or the context's own
     * @throws SyscallException EBADF if it is not open; what epoll says if {@link MonitorMode#EPOLL} is forced
     */
    public Registration onWritable(int fd, FdCallback callback) {
        return register(fd, false, callback);
    }

    private Registration register(int fd, boolean reads, FdCallback callback) {
        Objects.requireNonNull(callback, "callback");
        inbox.requireOpen();
        return loop.registrations().set(fd, reads, callback);
    }

    /**
     * Removes the handlers of a descriptor.
     *
     * @param fd the descriptor
     * @return true if it had any
     */
    public boolean removeHandlers(int fd) {
        inbox.requireOpen();
        return loop.registrations().removeAll(fd);
    }

    /**
     * Calls back when SIGIO comes to the relay thread: a wake-up of this context that was relayed, one of another context, or
     * a signal from outside, for they coalesce. Without a handler SIGIO is dropped, as in QEMU.
     *
     * @param callback what to call, on the loop; null for nothing
     * @throws IllegalStateException if the context has no relay
     */
    @SuppressWarnings("exports") // jspecify: for compilers that know it, no dependency for those that do not
    public void onSigio(@Nullable SignalCallback callback) {
        inbox.requireOpen();
        if (!loop.onSigio(callback == null ? null : new SigioHandler(callback))) {
            throw new IllegalStateException("AioContext " + name + " has no SIGIO relay: its mode is OFF");
        }
    }

    private record SigioHandler(SignalCallback callback) implements Callbacks.Callback {
        @Override
        public void call() throws Exception {
            callback.signalled(Signals.SIGIO);
        }

        @Override
        public String describe() {
            return "SIGIO handler";
        }
    }

    // ---- The loop ---------------------------------------------------------------------------------------------------

    /**
     * Makes the poll that is under way return, or else the next one not wait; a poll without anything to do then says that
     * it made no progress. Any number of calls before that count as one.
     */
    public void wakeup() {
        inbox.requireOpen();
        inbox.wakeup();
    }

    /**
     * Polls until {@link #stop}. A stop that came before is not forgotten: this returns at once then. An interrupt of the
     * thread ends neither this nor a poll, and stays pending: call {@link #stop} or {@link #wakeup} instead. When this
     * returns, another thread may {@link #close} the context, until the calling thread polls again.
     *
     * @throws IllegalStateException if the calling thread may not poll, or if this is called from within a callback of run
     */
    public void run() {
        requireHome();
        if (running) {
            throw new IllegalStateException("AioContext " + name + " is already running; a callback may call poll()");
        }
        Thread caller = Thread.currentThread();
        boolean outermost = !loop.isInCallback();
        running = true;
        try {
            while (!stopRequested) {
                loop.iterate(true);
            }
            stopRequested = false;
        } finally {
            // Stores only: they hold after an Error too. The last one hands over all that this thread did.
            running = false;
            if (outermost) {
                home.rest(caller);
            }
        }
    }

    /** Makes {@link #run} return after the iteration it is in, or at once when it is called next. */
    public void stop() {
        stopRequested = true;
        inbox.wakeupIfOpen();
    }

    /**
     * Runs one iteration: waits, if told to and there is nothing to do, and runs what is due, up to the bounds that the class
     * states under fairness. A callback may call this; the nested poll then runs what the outer one has left, but does not
     * enter a descriptor's handler that is running.
     *
     * <p>A poll that waits may return without progress. {@link #wakeup} ends it, and so does a registration by another thread,
     * or by any thread before the context has its home thread: the first poll returns at once then. An interrupt does not end
     * it. With epoll, one poll calls the handlers of at most 32 descriptors at first, and of twice as many each time that so
     * many were ready, up to 1,024; the next poll calls the others.
     *
     * @param blocking whether to wait until there is something to do
     * @return true if it made progress: it called a bottom half that is not idle, a descriptor's handler or that of SIGIO
     * @throws IllegalStateException if the calling thread may not poll
     */
    public boolean poll(boolean blocking) {
        requireHome();
        return loop.iterate(blocking);
    }

    // ---- Threads and the end ----------------------------------------------------------------------------------------

    private void requireHome() {
        if (!home.isEntered()) {
            home.requireMayPoll();
            inbox.requireOpen();
            home.enter();
        }
        inbox.requireOpen();
    }

    /** What goes to the builder's handler, with the context. A reference to a context that is not built yet never gets out. */
    private Consumer<Throwable> exceptionHandler(BiConsumer<? super AioContext, ? super Throwable> handler) {
        return failure -> handler.accept(this, failure);
    }

    private static void logException(AioContext context, Throwable failure) {
        Callbacks.logException(context.name, failure);
    }

    /**
     * Ends the context: cancels what the thread pool has not begun and polls until it has finished the rest, runs all work
     * that was accepted, and frees everything. The descriptors with handlers stay open. Calling it again changes nothing, unless
     * it ended by an {@code Error} before it began to free things: then it goes on where it was. What a callback throws does not end it,
     * but a hundred steps in a row without stack or memory do.
     *
     * <p>A virtual thread may call this too. If there are threads of the pool or completions to wait for, a platform thread
     * closes the context and calls the last callbacks, while the virtual thread waits for it without its carrier.
     *
     * @throws IllegalStateException if the calling thread may not close (see {@link AioContext}); if this is called from within
     *     a callback; or, after everything is freed, if bottom halves were not deleted, naming them
     */
    @Override
    public void close() {
        if (ended || (inbox.isClosed() && !isLeftToCaller())) {
            return;
        }
        Thread caller = Thread.currentThread();
        Thread before = home.enterToClose();
        if (loop.isInCallback()) {
            throw new IllegalStateException("AioContext " + name + " cannot be closed from within its own callback");
        }
        if (caller.isVirtual() && !workers.shutDownIfUnused()) {
            home.giveBack(before == caller ? null : before); // an Error may have left the caller here before
            closeOnPlatformThread();
            return;
        }
        Closing closing = new Closing();
        Runnable finishPoolWork = this::finishPoolWork;
        workers.shutDown();
        while (!workers.isUnused()) {
            closing.attempt(finishPoolWork);
        }
        inbox.refuse();
        while (inbox.hasAcceptedWork()) {
            closing.attempt(loop::runAcceptedWork);
        }
        Runnable free = loop::free;
        ended = true;
        closing.attempt(free);
        if (!closing.hasFailed() && !bottomHalves.isEmpty()) {
            throw new IllegalStateException("AioContext " + name
                    + " was closed with bottom halves that nobody had deleted: "
                    + bottomHalves.stream().map(BottomHalf::name).sorted().toList());
        }
        closing.finish();
    }

    /** Whether an Error has ended the caller's close(), or that of a thread that has ended, before everything was freed. */
    private boolean isLeftToCaller() {
        Thread closer = home.thread();
        return closer == Thread.currentThread() ? !loop.isInCallback() : closer == null || !closer.isAlive();
    }

    /**
     * Polls, and calls completions which nobody pushed: those of work that is cancelled now, and of workers that could not push.
     * The idle work makes the poll last 10 ms at most, so this does not depend on anybody's wake-up.
     */
    private void finishPoolWork() {
        if (!inbox.hasAcceptedWork()) {
            inbox.pushIdle(AioContext::lookAgain);
        }
        loop.iterate(workers.firstDone() == null);
        for (Runnable done = workers.firstDone(); done != null; done = workers.firstDone()) {
            loop.runAtEnd(done);
        }
    }

    /** Idle work, which limits a poll to 10 ms. */
    private static void lookAgain() {}

    private void closeOnPlatformThread() {
        AtomicReference<@Nullable Throwable> failure = new AtomicReference<>();
        Thread closer = Thread.ofPlatform().daemon().name(name + "-close").start(() -> {
            try {
                close();
            } catch (RuntimeException | Error e) {
                failure.set(e);
            }
        });
        boolean interrupted = false;
        while (closer.isAlive()) {
            try {
                closer.join();
            } catch (InterruptedException e) {
                interrupted = true;
            }
        }
        if (interrupted) {
            Thread.currentThread().interrupt();
        }
        Closing.rethrow(failure.get());
    }
}
