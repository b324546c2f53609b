package dev.aiocontext;

import dev.aiocontext.internal.loop.AdaptivePolling;
import dev.aiocontext.internal.loop.BottomHalfWork;
import dev.aiocontext.internal.loop.Callbacks;
import dev.aiocontext.internal.loop.Current;
import dev.aiocontext.internal.loop.Embedding;
import dev.aiocontext.internal.loop.Guard;
import dev.aiocontext.internal.loop.Home;
import dev.aiocontext.internal.loop.Hop;
import dev.aiocontext.internal.loop.Inbox;
import dev.aiocontext.internal.loop.Loop;
import dev.aiocontext.internal.loop.LoopCall;
import dev.aiocontext.internal.loop.LoopEnd;
import dev.aiocontext.internal.loop.LoopParts;
import dev.aiocontext.internal.loop.PoolWorkers;
import dev.aiocontext.internal.loop.ScheduledViews;
import dev.aiocontext.internal.loop.SuspensionGroup;
import dev.aiocontext.internal.loop.Ticks;
import dev.aiocontext.internal.loop.TimedTask;
import dev.aiocontext.internal.posix.NativeAccess;
import dev.aiocontext.internal.relay.RelayModes;
import java.time.Duration;
import java.util.List;
import java.util.Objects;
import java.util.Optional;
import java.util.concurrent.Callable;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.Executor;
import java.util.concurrent.RejectedExecutionException;
import java.util.concurrent.ScheduledExecutorService;
import java.util.concurrent.atomic.AtomicLong;
import java.util.function.BooleanSupplier;
import org.jspecify.annotations.Nullable;

/**
 * An event loop over any Linux descriptor, which any thread can hand work to and wake: QEMU's {@code AioContext}.
 *
 * <pre>{@code
 * try (AioContext ctx = AioContext.open();
 *         FdSource input = ctx.onReadable(0, (source, events) -> ctx.stop())) {
 *     ctx.threadPool().submit(() -> readBlock(7)).whenComplete((block, failure) -> ...);
 *     ctx.run(); // until somebody calls ctx.stop()
 * }
 * }</pre>
 *
 * <p><b>Threads.</b> The <em>home thread</em> is the one that polls first, by {@link #poll(boolean)} or {@link #run}. It alone may
 * do so from then on, until it has ended and another thread takes its place. It must be a platform thread, because a blocked poll
 * would hold a virtual thread's carrier. All callbacks run on it. Everything else may be called by any thread, except {@link
 * #close}:
 * <ol>
 *   <li>The home thread may close the context, outside of its callbacks.
 *   <li>Any thread may close it if there is no home thread, or if the home thread has ended.
 *   <li>Any thread may close it while the home thread has given it up: from the moment its outermost {@link #run} begins to
 *       return (normally, or with what a callback threw) until it polls again. All that the home thread did so far happens
 *       before all that the closing thread does. If the home thread comes back later, it finds the context closed.
 *   <li>Every other thread is refused. A thread that uses {@code poll} and not {@code run} keeps the context until it has ended.
 * </ol>
 * Threads that native code has started and upcalls from native code may call {@link #execute}, {@link BottomHalf#schedule} and all
 * the rest like any other thread. No exception may leave an upcall, because that ends the JVM: {@link #report} takes it.
 *
 * <p><b>Order.</b> One iteration calls the {@linkplain WaitHook hooks} before it waits and after that. Then it runs, in this order:
 * <ol>
 *   <li>tasks and bottom halves, in the order in which they came, the completions of the thread pool among them
 *   <li>idle bottom halves
 *   <li>handlers of descriptors: each is called once, with all events of its descriptor, to read and to write alike. The order
 *       of descriptors is not promised.
 *   <li>timers that are due, in the order of their deadlines
 * </ol>
 * Work that a callback schedules runs in the next iteration.
 *
 * <p><b>Fairness.</b> One iteration runs at most 1,024 tasks and bottom halves, or as many as begin within 500 us. It looks at the
 * clock after 16 of them, then after each further 16 to 64, and the 500 us begin with the first look. The same holds for idle bottom
 * halves. It calls the handlers of at most 1,024 ready descriptors, and fires at most 1,024 timers, or as many as begin within 500 us
 * of the first look, with a look after each 16. The rest comes first in the next iteration, which does not wait. So a stream of
 * tasks keeps neither descriptors nor timers nor {@link #stop} waiting for longer than that, and neither descriptors nor timers keep
 * tasks waiting. No source waits for more than one slice of each other kind, whatever streams in. Only a great many timers that are
 * due at one moment are found slice by slice. There is no priority, because it would break this bound for the source that comes
 * second. To limit the rate of a source, its handler suspends it, and a timer resumes it.
 *
 * <p><b>Errors.</b> The context's {@link ExceptionHandler} gets each exception of a callback, with the source. By default it is
 * logged. After an exception the loop goes on; an {@code Error} leaves {@code poll} or {@code run}. The exception handler also
 * hears once of a source whose descriptor is found closed, and the source is closed. Poll(2) finds a closed descriptor in the
 * next wait. Epoll forgets a file that was closed, and says nothing. While a duplicate of the file is open, epoll reports it,
 * and the loop finds the closed number within 1,024 calls of the handler. A call that throws a StackOverflowError or an
 * OutOfMemoryError may or may not have done its work; every later call works. After {@link #close}, methods
 * throw {@link IllegalStateException}, {@link #execute} and {@link #submit} throw {@link RejectedExecutionException}, and {@link
 * #stop} and {@link #close} do nothing.
 *
 * <p><b>No wake-up is lost.</b> See {@code dev.aiocontext.internal.wakeup.Wakeup} for the argument.
 */
public final class AioContext implements Executor, AutoCloseable {
    private static final AtomicLong OPENED = new AtomicLong();

    /** The longest time that fits into nanoseconds: 292 years. */
    private static final Duration LONGEST_WAIT = Duration.ofNanos(Long.MAX_VALUE);

    private final String name;
    private final Home home;
    private final LoopParts parts;
    private final Callbacks callbacks;
    private final Loop loop;
    private final Embedding embedding;
    private final Inbox inbox;
    private final LoopEnd end;
    private final AioThreadPool pool;
    private final ScheduledViews scheduled;
    private final @Nullable Runnable detachClock;
    private final boolean measured;

    private volatile boolean stopRequested;

    // The home thread's.
    private boolean running;

    private AioContext(Builder builder) {
        NativeAccess.require();
        name = builder.name != null ? builder.name : "aio-" + OPENED.incrementAndGet();
        RelayMode relayMode = RelayModes.resolve(builder.relay).mode();
        home = new Home(name);
        callbacks = new Callbacks(name, builder.exceptionHandler, builder.measured);
        measured = builder.measured;
        VirtualClock clock = builder.clock;
        parts = new LoopParts(
                name,
                relayMode,
                builder.monitor,
                builder.polling,
                home,
                callbacks,
                clock == null ? Ticks.MONOTONIC : VirtualTicks.monotonic(clock),
                clock == null ? Ticks.WALL : VirtualTicks.wall(clock));
        try {
            inbox = parts.inbox();
            loop = new Loop(this, parts);
            embedding = new Embedding(parts, loop);
            PoolWorkers workers = new PoolWorkers(name, inbox, home, builder.maximumPoolThreads);
            pool = new AioThreadPool(name, workers);
            scheduled = new ScheduledViews(home, parts);
            end = new LoopEnd(name, parts, loop, workers, scheduled);
            detachClock = clock == null ? null : clock.attach(inbox::wakeupIfOpen);
        } catch (Error e) {
            parts.close();
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

    /**
     * Finds the context in whose callback the calling thread is. Within a nested poll of another context, that is the other one.
     *
     * @return the context; empty if the thread is in no callback
     */
    public static Optional<AioContext> current() {
        return Optional.ofNullable((AioContext) Current.context());
    }

    /** The settings of a context. One thread at a time. */
    public static final class Builder {
        private @Nullable String name;
        private @Nullable RelayMode relay;
        private MonitorMode monitor = MonitorMode.AUTO;
        private AdaptivePolling.Settings polling = AdaptivePolling.Settings.DEFAULT;
        private int maximumPoolThreads = AioThreadPool.DEFAULT_MAXIMUM;
        private @Nullable ExceptionHandler exceptionHandler;
        private @Nullable VirtualClock clock;
        private boolean measured;

        private Builder() {}

        /** {@return that it builds a context, and the context's name} */
        @Override
        public String toString() {
            return "builder of AioContext " + (name != null ? name : "(no name yet)");
        }

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
         * @param grow the factor by which the time grows, 2 or more; 0 means 2 (QEMU: {@code poll-grow})
         * @param shrink the divisor by which it shrinks, 2 or more; 0 means down to nothing (QEMU: {@code poll-shrink})
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
         * Sets the handler of exceptions that callbacks throw.
         *
         * @param handler called on the home thread; what it throws itself is logged. By default, {@link System.Logger}
         *     {@code dev.aiocontext.AioContext} logs an error with the name of the source
         * @return this
         */
        public Builder exceptionHandler(ExceptionHandler handler) {
            this.exceptionHandler = Objects.requireNonNull(handler, "handler");
            return this;
        }

        /**
         * Has all timers go by a clock that a test drives, {@link TimerClock#WALL} too.
         *
         * @param newClock the clock
         * @return this
         */
        public Builder clock(VirtualClock newClock) {
            this.clock = Objects.requireNonNull(newClock, "clock");
            return this;
        }

        /**
         * Has the context measure how long the calls of each source take, for {@link SourceInfo#time}. This takes two looks at the clock for
         * each call, 50 ns together.
         *
         * @param measure whether to measure; by default it does not
         * @return this
         */
        public Builder measureCallbacks(boolean measure) {
            this.measured = measure;
            return this;
        }

        /**
         * Opens the context. It gets its home thread with the first poll.
         *
         * @return the context, to be closed
         * @throws UnsupportedOperationException on a platform other than Linux on x86-64 or aarch64
         * @throws IllegalArgumentException if the system property or the environment variable of the relay is no mode
         * @throws IllegalStateException if native access is denied to the library. In mode {@link RelayMode#PROCESS} also if a
         *     thread of this JVM leaves SIGIO unblocked, or if {@code /proc} cannot be read. The message says what helps
         * @throws SyscallException if there are no descriptors left, for instance
         */
        public AioContext open() {
            return new AioContext(this);
        }
    }

    /** {@return the name of the context} */
    public String name() {
        return name;
    }

    /** {@return the mode of the relay, never {@link RelayMode#AUTO}} */
    public RelayMode relayMode() {
        return parts.relayMode();
    }

    /**
     * Says how the context waits for its descriptors at present, and why. With {@link MonitorMode#AUTO} that depends on how many
     * there are, and on whether epoll works.
     *
     * @return the monitor of the last wait, or of the wait that is under way
     */
    public MonitorChoice monitor() {
        return parts.monitor();
    }

    /** {@return what the context has counted so far} */
    public AioStatistics statistics() {
        return new AioStatistics(
                parts.counters(),
                home.thread() != null && !isClosed(),
                parts.readiness().waiting());
    }

    /**
     * Lists the sources that are open, in the order in which they were made: what each waits for, and how often it was called. The list is
     * for people and programs that look now and then. It takes time in proportion to the number of sources, in the calling thread.
     *
     * @return the list, of this moment
     */
    public List<SourceInfo> sources() {
        return parts.sources().open().stream()
                .map(source -> new SourceInfo(source, measured))
                .toList();
    }

    /**
     * Makes a group of sources that are suspended and resumed together.
     *
     * @param groupName a name, for messages
     * @return the group, without sources
     */
    public SourceGroup newGroup(String groupName) {
        return new SuspensionGroup(parts.sources(), name, Objects.requireNonNull(groupName, "name"));
    }

    /** {@return whether the calling thread is the home thread} */
    public boolean isHomeThread() {
        return home.isCurrent();
    }

    /** {@return the context's threads for blocking work} They are started as they are needed. */
    public AioThreadPool threadPool() {
        return pool;
    }

    // ---- Work -------------------------------------------------------------------------------------------------------

    /**
     * Runs a task once, on the loop, after everything that was scheduled before. An accepted task runs, at the latest in {@link
     * #close}.
     *
     * @param task the task
     * @throws RejectedExecutionException if the context is closed
     */
    @Override
    public void execute(Runnable task) {
        inbox.execute(task);
    }

    /**
     * Makes a call once, on the loop, as {@link #execute} runs a task. The future completes on the loop, also if it is cancelled,
     * which works until the call begins. Its {@code join()} on the home thread throws {@link IllegalStateException} before that,
     * because the thread would wait for itself. Before the first {@link #run} or {@link #poll(boolean)} there is no home thread: one that waits
     * for the future and is to run the loop afterwards waits for ever.
     *
     * <p>A {@code cancel} that returns true keeps the call from being made. Until the loop has completed the future in its turn, {@code isCancelled}
     * is still false, and {@code complete} would win.
     *
     * <p>A stage that another thread attaches by {@code whenComplete} may find the future complete, and then runs in that thread.
     * {@code whenCompleteAsync} runs on the loop whatever thread attaches it. {@link #close} runs such stages of all that it completes. One that
     * another thread attaches later fails with a {@link RejectedExecutionException}.
     *
     * @param work what to call; what it throws completes the future
     * @param <T> the result
     * @return the future of the result
     * @throws RejectedExecutionException if the context is closed
     */
    @SuppressWarnings("exports") // jspecify: for compilers that know it, no dependency for those that do not
    public <T extends @Nullable Object> CompletableFuture<T> submit(Callable<? extends T> work) {
        LoopCall<T> call = new LoopCall<>(home, inbox, Objects.requireNonNull(work, "work"));
        execute(call);
        return call.future();
    }

    /**
     * Makes a call once, on the loop, as {@link #execute} runs a task, and waits for it. The calling thread is parked meanwhile. If it is a
     * virtual one, it does not hold its carrier.
     *
     * <p><b>On the home thread</b> the call is made at once, as any method is called: before the work that is queued, and within the
     * callback that is under way. To push it and wait would be to wait for itself. Two loops that call each other at the same time wait for
     * ever, as two locks that are taken in both orders do: between loops, {@link #submit}.
     *
     * <p><b>Failures.</b> What the call throws is thrown here, the very same object, whose stack trace is that of the loop.
     *
     * <p><b>Interrupts.</b> A thread that is interrupted gets an {@link InterruptedException}. A call that has not begun is never made then.
     * One that has begun goes on, and its result is dropped. What it throws later goes to the {@link ExceptionHandler}. If the result
     * is there already, it is returned, and the interrupt stays pending.
     *
     * <p><b>The end.</b> An accepted call is made, at the latest in {@link #close}. While no thread polls the context, the thread waits.
     *
     * @param work what to call
     * @param <T> the result
     * @return what it returns
     * @throws RejectedExecutionException if the context is closed
     * @throws InterruptedException if the calling thread is interrupted before there is a result
     * @throws Exception what the call throws
     */
    @SuppressWarnings("exports") // jspecify: for compilers that know it, no dependency for those that do not
    public <T extends @Nullable Object> T call(Callable<? extends T> work) throws Exception {
        return Hop.make(home, inbox, Objects.requireNonNull(work, "work"));
    }

    /**
     * Makes a bottom half.
     *
     * @param name a name, for messages
     * @param callback what it calls, on the loop
     * @return the bottom half, to be closed
     * @throws IllegalStateException if the context is closed
     */
    public BottomHalf newBottomHalf(String name, Task callback) {
        inbox.requireOpen();
        BottomHalfWork bottomHalf = new BottomHalfWork(
                inbox,
                parts.sources(),
                Objects.requireNonNull(name, "name"),
                Objects.requireNonNull(callback, "callback"));
        parts.sources().add(bottomHalf);
        return bottomHalf;
    }

    /**
     * Makes a hook, which the loop calls before each wait and after it. It is called for the first time before the next wait. A loop that
     * sleeps is woken for that.
     *
     * @param name a name, for messages
     * @param hook what is called, on the loop
     * @return the hook, to be closed
     * @throws IllegalStateException if the context is closed
     */
    public Source newHook(String name, WaitHook hook) {
        Objects.requireNonNull(name, "name");
        Objects.requireNonNull(hook, "hook");
        inbox.requireOpen();
        return parts.hooks().make(name, hook);
    }

    /**
     * Hands a failure that an upcall has caught to the {@link ExceptionHandler}, with the source's name. Nothing may leave an upcall, because
     * that ends the JVM:
     *
     * <pre>{@code
     * try {
     *     return received(data);
     * } catch (Throwable failure) {
     *     ctx.report(source, failure);
     *     return WRITE_ERROR;
     * }
     * }</pre>
     *
     * <p>The handler is called in an iteration of the loop, when the native code has returned, at the latest in {@link #close}. An {@link
     * Error} leaves the poll then, as that of a callback does. The source is not suspended. If that Error is caught outside of the
     * polls and reported again, nothing happens: the handler was told.
     *
     * <p>This lets nothing out. A failure that comes after the end of the context is logged, and so is one that cannot be handed over
     * because there is no memory left. Where the stack has no room to do even that, the failure is lost. A StackOverflowError comes before
     * this begins if there is no room for the call itself. So make sure of some KiB of stack before native code is entered, as the
     * adapters in {@code docs/examples} do.
     *
     * @param source what the failure is about; null if it is about no source
     * @param failure what was caught
     */
    @SuppressWarnings("exports") // jspecify: for compilers that know it, no dependency for those that do not
    public void report(@Nullable Source source, Throwable failure) {
        try {
            parts.reports().send(source, failure);
        } catch (Throwable untold) {
            // There is no stack left to tell it by, and no call is made here: it might fail too, and the caller is an
            // upcall.
        }
    }

    /**
     * Makes a guard, which several bottom halves of this context share: see {@link ReentrancyGuard}.
     *
     * @param name a name, for messages
     * @return the guard
     */
    public ReentrancyGuard newGuard(String name) {
        return new Guard(parts, Objects.requireNonNull(name, "name"));
    }

    /**
     * Makes a bottom half with a guard. Of all bottom halves with the same guard, one runs at a time: see {@link ReentrancyGuard}.
     *
     * @param name a name, for messages
     * @param guard a guard of this context
     * @param callback what it calls, on the loop
     * @return the bottom half, to be closed
     * @throws IllegalStateException if the context is closed
     * @throws IllegalArgumentException if the guard is that of another context
     */
    public BottomHalf newBottomHalf(String name, ReentrancyGuard guard, Task callback) {
        Objects.requireNonNull(name, "name");
        Objects.requireNonNull(callback, "callback");
        if (!(Objects.requireNonNull(guard, "guard") instanceof Guard own) || !own.isOf(parts)) {
            throw new IllegalArgumentException(guard + " is not a guard of AioContext " + this.name);
        }
        inbox.requireOpen();
        BottomHalfWork bottomHalf = own.newBottomHalf(name, callback);
        parts.sources().add(bottomHalf);
        return bottomHalf;
    }

    // ---- Time -------------------------------------------------------------------------------------------------------

    /**
     * Makes a timer by the monotonic clock, with an accuracy of 1 ms.
     *
     * @param name a name, for messages
     * @param handler what it calls, on the loop
     * @return the timer, not armed, to be closed
     * @throws IllegalStateException if the context is closed
     */
    public AioTimer newTimer(String name, TimerHandler handler) {
        return newTimer(name, TimerOptions.DEFAULT, handler);
    }

    /**
     * Makes a timer.
     *
     * @param name a name, for messages
     * @param options its clock and its accuracy
     * @param handler what it calls, on the loop
     * @return the timer, not armed, to be closed
     * @throws IllegalStateException if the context is closed
     */
    public AioTimer newTimer(String name, TimerOptions options, TimerHandler handler) {
        Objects.requireNonNull(name, "name");
        Objects.requireNonNull(options, "options");
        Objects.requireNonNull(handler, "handler");
        inbox.requireOpen();
        return parts.timers().make(name, options, handler);
    }

    /**
     * Runs a task once, after a time, by the monotonic clock and with an accuracy of 1 ms: see {@link #after(Duration, TimerOptions, Task)}.
     *
     * @param delay how long from now
     * @param task the task
     * @return the timer, by which it can be armed for another time, or closed
     * @throws IllegalArgumentException if the delay is negative
     * @throws IllegalStateException if the context is closed
     */
    public AioTimer after(Duration delay, Task task) {
        return after(delay, TimerOptions.DEFAULT, task);
    }

    /**
     * Runs a task once, after a time. The timer closes itself when it has fired, unless the task has armed it again.
     *
     * @param delay how long from now
     * @param options the clock and the accuracy, {@link TimerOptions#EXACT} for instance
     * @param task the task
     * @return the timer, by which it can be armed for another time, or closed
     * @throws IllegalArgumentException if the delay is negative
     * @throws IllegalStateException if the context is closed
     */
    public AioTimer after(Duration delay, TimerOptions options, Task task) {
        Objects.requireNonNull(delay, "delay");
        return arm(delay, null, options, task);
    }

    /**
     * Runs a task periodically, by the monotonic clock and with an accuracy of 1 ms: see {@link #every(Duration, TimerOptions, Task)}.
     *
     * @param period the time from one deadline to the next
     * @param task the task
     * @return the timer; unless it is closed before, the end of the context closes it
     * @throws IllegalArgumentException if the period is not positive
     * @throws IllegalStateException if the context is closed
     */
    public AioTimer every(Duration period, Task task) {
        return every(period, TimerOptions.DEFAULT, task);
    }

    /**
     * Runs a task periodically, for the first time after one period. If the task takes longer than a period, what it missed is left out:
     * {@link #newTimer} and {@link AioTimer#arm(Duration, Duration)} tell how many that were. A task that throws ends the
     * periods.
     *
     * @param period the time from one deadline to the next
     * @param options the clock and the accuracy
     * @param task the task
     * @return the timer; unless it is closed before, the end of the context closes it
     * @throws IllegalArgumentException if the period is not positive
     * @throws IllegalStateException if the context is closed
     */
    public AioTimer every(Duration period, TimerOptions options, Task task) {
        Objects.requireNonNull(period, "period");
        return arm(period, period, options, task);
    }

    private AioTimer arm(Duration delay, @Nullable Duration period, TimerOptions options, Task task) {
        Objects.requireNonNull(options, "options");
        Objects.requireNonNull(task, "task");
        inbox.requireOpen();
        TimedTask timed = new TimedTask(period == null ? "after" : "every", delay, task);
        AioTimer timer = parts.timers().makeUnattended(options, period == null, timed);
        try {
            if (period == null) {
                timer.arm(delay);
            } else {
                timer.arm(delay, period);
            }
        } catch (RuntimeException | Error e) {
            timer.close();
            throw e;
        }
        return timer;
    }

    /**
     * Tells the time of the monotonic clock, of which {@link AioTimer#armAt} takes moments. In a callback this is the time of the
     * iteration. The clock is read once, when somebody first asks, because a look at it takes longer than to move a timer to later.
     * Elsewhere it is the time of the call.
     *
     * @return the time in nanoseconds, comparable with {@link System#nanoTime} unless the context has a {@link VirtualClock}
     */
    public long now() {
        return parts.time().now(home.isEntered());
    }

    /**
     * Opens a {@link ScheduledExecutorService} whose tasks run on the loop. Each call opens another one, which is cheap. One that is shut
     * down does not disturb the others or the context. One that is forgotten does not need to be shut down.
     *
     * <p>It keeps what the JDK promises of it, with the defaults of {@link java.util.concurrent.ScheduledThreadPoolExecutor}:
     * <ol>
     *   <li>After {@code shutdown()} tasks with a delay still run, and periodic tasks are cancelled.
     *   <li>A task that takes longer than its period is late for the next one, and catches up.
     *   <li>{@code shutdownNow()} returns what has not begun. It interrupts the home thread if that runs a task of this executor.
     *   <li>A task that is cancelled is let go at once. {@code cancel(true)} interrupts the home thread if that runs the task.
     * </ol>
     *
     * <p>A task without a delay runs as one of {@link #execute} does. A task with a delay has a timer with an accuracy of 1 ms, so
     * that it is about as late on a loop that sleeps; {@link #after(Duration, TimerOptions, Task)} takes an exact one. More than 146 years is
     * never. What a task of the executor's {@code execute()} throws goes to the context's {@link ExceptionHandler}. What
     * other tasks throw is in their futures.
     *
     * <p>On the home thread, {@code get()}, {@code invokeAll()}, {@code invokeAny()}, {@code awaitTermination()} and {@code close()} throw
     * {@link IllegalStateException} if they would wait, because the thread would wait for itself. An interrupt that a task leaves
     * behind ends with the task. One that came before the task is pending again after it.
     *
     * <p>When the context is closed, the executor is shut down. Tasks without a delay have run then, and what is still pending is cancelled.
     *
     * @return the executor
     * @throws IllegalStateException if the context is closed
     */
    public ScheduledExecutorService scheduledExecutor() {
        inbox.requireOpen();
        return scheduled.open();
    }

    // ---- Descriptors ------------------------------------------------------------------------------------------------

    /**
     * Waits for a descriptor to become readable: {@link #watch(int, FdEvents, FdHandler)} with {@link FdEvents#READ}.
     *
     * @param fd an open descriptor
     * @param handler what to call, on the loop
     * @return the source, to be closed before the descriptor is
     */
    public FdSource onReadable(int fd, FdHandler handler) {
        return watch(fd, FdEvents.READ, handler);
    }

    /**
     * Waits for events of a descriptor, as {@link #watch(String, int, FdEvents, FdHandler)} does. The source is called {@code fd} and
     * its number.
     *
     * @param fd an open descriptor
     * @param interest what to wait for
     * @param handler what to call, on the loop
     * @return the source, to be closed before the descriptor is
     */
    public FdSource watch(int fd, FdEvents interest, FdHandler handler) {
        return watch(null, fd, interest, handler);
    }

    /**
     * Waits for events of a descriptor, in place of the source that the context has for it, which this closes. Errors and
     * hang-ups are always told.
     *
     * <p>A descriptor should be non-blocking (O_NONBLOCK). A handler that blocks in a read holds up the whole loop. Linux may
     * say that a descriptor is readable although a read would block (select(2), BUGS).
     *
     * <p>A descriptor is the <em>file</em> that its number stands for now. <b>Watch anew whenever a library may have replaced
     * the file</b>: closed it and opened another, which the kernel gives the same number (a reconnect, for instance), or
     * called dup2(2). Poll(2) would wait for the new file by itself, and epoll(7) never hears of it. So a program that does
     * not watch anew works with a few descriptors and stops working once there are enough for epoll.
     *
     * <p>While a handler runs, a poll that it calls passes the handler over, and does not wait as long as its descriptor
     * is ready.
     *
     * @param name a name, for messages
     * @param fd an open descriptor
     * @param interest what to wait for; an empty set waits for errors and hang-ups alone
     * @param handler what to call, on the loop
     * @return the source, to be closed before the descriptor is
     * @throws IllegalStateException if the context is closed, or if a thread waits for the descriptor in {@link #awaitReady}
     * @throws IllegalArgumentException if the descriptor is negative, opened with {@code O_PATH}, or the context's own
     * @throws UnsupportedOperationException if the interest is edge-triggered and the context is to use poll(2) only
     * @throws SyscallException EBADF if it is not open; what epoll says if {@link MonitorMode#EPOLL} is forced
     */
    @SuppressWarnings("exports") // jspecify: for compilers that know it, no dependency for those that do not
    public FdSource watch(@Nullable String name, int fd, FdEvents interest, FdHandler handler) {
        Objects.requireNonNull(interest, "interest");
        Objects.requireNonNull(handler, "handler");
        inbox.requireOpen();
        return parts.fdSources().watch(name, fd, interest, handler, null);
    }

    /**
     * Waits for events of a descriptor as {@link #watch(String, int, FdEvents, FdHandler)} does, and asks a hook for work while the loop polls
     * adaptively. See {@link PollHook} for what it may save, and for the order of its calls.
     *
     * @param name a name, for messages
     * @param fd an open descriptor, by which work is announced while the loop sleeps
     * @param interest what to wait for
     * @param hook what says whether there is work
     * @param handler what to call, on the loop; with {@link FdEvents#NONE} if the hook alone has found work
     * @return the source, to be closed before the descriptor is, and before the memory that the hook looks at is freed
     */
    @SuppressWarnings("exports") // jspecify: for compilers that know it, no dependency for those that do not
    public FdSource watch(@Nullable String name, int fd, FdEvents interest, PollHook hook, FdHandler handler) {
        Objects.requireNonNull(interest, "interest");
        Objects.requireNonNull(hook, "hook");
        Objects.requireNonNull(handler, "handler");
        inbox.requireOpen();
        return parts.fdSources().watch(name, fd, interest, handler, hook);
    }

    /**
     * Moves a descriptor's source of another context to this one. No event is lost, also if it is edge-triggered. The handler never
     * runs on both loops at once, and what it did on the old one happens before its first call on the new one. The source of the
     * old context closes, and this context has another one, with the same name, interest and handler. The new one is suspended if
     * the old one was, and is in no group. A source that this context already has for the number is closed, as {@link #watch} does.
     * What another thread changes at the old one meanwhile is changed at the new one too, or is refused because the old one is closed.
     *
     * <p>The old home thread moves it: at once if that calls this outside of the handler, else in an iteration, after the handler has ended.
     * A handler may have its own source moved.
     *
     * @param source an open source of a context; one of this context stays as it is
     * @return a future of the new source. If this context refuses the descriptor, the future says why, and the source goes on as
     *     before. A stage without {@code Async} runs in the thread that moves. Its {@code join()} on the old home thread throws {@link
     *     IllegalStateException} before the move, because the thread would wait for itself
     * @throws IllegalArgumentException if the source was not made by a context itself
     * @throws IllegalStateException if the source or this context is closed
     */
    public CompletableFuture<FdSource> adopt(FdSource source) {
        Objects.requireNonNull(source, "source");
        inbox.requireOpen();
        return parts.fdSources().adopt(source);
    }

    /**
     * Finds the source of a descriptor: what a library names by its number alone, for instance.
     *
     * @param fd the number
     * @return the source that the context has for it now
     */
    public Optional<FdSource> source(int fd) {
        return Optional.ofNullable(parts.fdSources().get(fd));
    }

    /**
     * Waits until a descriptor is ready, for as long as it takes: {@link #awaitReady(int, FdEvents, Duration)} without a limit.
     *
     * @param fd an open descriptor
     * @param interest what to wait for
     * @return the events that have occurred, at least one
     * @throws InterruptedException if the calling thread is interrupted
     */
    public FdEvents awaitReady(int fd, FdEvents interest) throws InterruptedException {
        return parts.readiness().await(fd, Objects.requireNonNull(interest, "interest"), -1);
    }

    /**
     * Waits until a descriptor is ready. The calling thread is parked meanwhile, while the loop waits for the descriptor. If it is a virtual
     * thread, it does not hold its carrier. Errors and hang-ups are always told.
     *
     * <p>A descriptor that is ready already is told at once, and the loop hears nothing of it. So this is called before each read or write,
     * or after one that would have blocked. The descriptor should be non-blocking (O_NONBLOCK), because Linux may say that a
     * descriptor is readable although a read would block (select(2), BUGS), and another thread may have read first.
     *
     * <p>Several threads may wait for one descriptor, for the same events or for others. Each of them that waits for what has occurred is
     * told. A descriptor has either threads that wait, or a source. A thread is refused while there is a source, and {@link #watch} is
     * refused while a thread waits.
     *
     * <p>A descriptor may be closed, and its number used again, as soon as no thread waits for it. One that is closed while a thread waits
     * may never be told: interrupt the thread first. If the loop notices it, the thread gets a {@link SyscallException} of EBADF. The loop does so
     * when it finds the number closed and, with epoll, when another thread comes to wait for the number.
     *
     * @param fd an open descriptor
     * @param interest what to wait for; an empty set waits for errors and hang-ups alone
     * @param timeout for how long at most; zero only looks
     * @return the events that have occurred; {@link FdEvents#NONE} if the time was over first
     * @throws InterruptedException if the calling thread is interrupted; if it is told at the same moment, it is told, and the interrupt
     *     stays pending
     * @throws IllegalStateException if the calling thread is the home thread, which would wait for itself; if the descriptor has a source,
     *     which the message names; if the context is closed, also while the thread waits
     * @throws IllegalArgumentException if the descriptor is negative, opened with {@code O_PATH}, or the context's own; if the interest is
     *     edge-triggered, because one wait has no edges; if the time is negative
     * @throws SyscallException EBADF if it is not open; what epoll says if {@link MonitorMode#EPOLL} is forced
     */
    public FdEvents awaitReady(int fd, FdEvents interest, Duration timeout) throws InterruptedException {
        if (Objects.requireNonNull(timeout, "timeout").isNegative()) {
            throw new IllegalArgumentException("a thread cannot wait for less than nothing: " + timeout);
        }
        return parts.readiness().await(fd, Objects.requireNonNull(interest, "interest"), nanos(timeout));
    }

    /** {@return a time in nanoseconds; -1 for one that is for ever} */
    private static long nanos(Duration time) {
        return time.compareTo(LONGEST_WAIT) > 0 ? -1 : time.toNanos();
    }

    // ---- The loop ---------------------------------------------------------------------------------------------------

    /**
     * Makes the poll that is under way return, or else the next one not wait. A poll without anything to do then says that it made
     * no progress. Any number of calls before that count as one.
     *
     * @throws IllegalStateException if the context is closed
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
        enter();
        if (running) {
            throw new IllegalStateException("AioContext " + name + " is already running; a callback may call poll()");
        }
        Thread caller = Thread.currentThread();
        boolean outermost = !loop.isInCallback();
        running = true;
        try {
            while (!stopRequested) {
                loop.iterate(-1);
            }
            stopRequested = false;
        } finally {
            // Stores only: they hold after an Error too. The last one hands over all that this thread did.
            running = false;
            if (outermost) {
                loop.leave();
                home.rest(caller);
            }
        }
    }

    /** Makes {@link #run} return after the iteration it is in, or, if no run is under way, makes the next one return at once. */
    public void stop() {
        stopRequested = true;
        inbox.wakeupIfOpen();
    }

    /**
     * Runs one iteration: waits, if told to and there is nothing to do, and runs what is due, up to the bounds that the class
     * states under fairness. A callback may call this. The nested poll then runs what the outer one has left, but does not enter a
     * descriptor's handler that is running.
     *
     * <p>A poll that waits may return without progress. {@link #wakeup} ends it, and so does idle work, a change of a descriptor's source
     * or of a hook by another thread, and a hook that says so. A timer that does not fire ends no poll of a context without hooks: one
     * that was disarmed, moved or suspended, or armed by another thread. A change before the context has its home thread has the first
     * poll return at once. An interrupt does not end a poll. With epoll, one poll calls the handlers of at most 32 descriptors at first,
     * and the next poll calls the others. Each time that so many were ready, the number doubles, up to 1,024.
     *
     * @param blocking whether to wait until there is something to do
     * @return true if it made progress: it called a task, a bottom half that is not idle, a descriptor's handler, that of SIGIO or a
     *     timer's
     * @throws IllegalStateException if the calling thread may not poll
     */
    public boolean poll(boolean blocking) {
        enter();
        return loop.iterate(blocking ? -1 : 0);
    }

    /**
     * Runs one iteration as {@link #poll(boolean)}, and waits for a limited time.
     *
     * @param longestWait how long to wait at most until there is something to do; the poll does not end earlier, but for the reasons
     *     that {@link #poll(boolean)} names
     * @return true if it made progress
     * @throws IllegalArgumentException if the time is negative
     * @throws IllegalStateException if the calling thread may not poll
     */
    public boolean poll(Duration longestWait) {
        if (Objects.requireNonNull(longestWait, "longestWait").isNegative()) {
            throw new IllegalArgumentException("a poll cannot wait for less than nothing: " + longestWait);
        }
        enter();
        return loop.iterate(nanos(longestWait));
    }

    /**
     * Embeds the context in another event loop, which then waits for it by one descriptor. The context uses epoll from now on.
     *
     * <p>Any thread may call this while the context has no home thread; else the home thread alone.
     *
     * @return what the outer loop calls, to be closed
     * @throws IllegalStateException if the context is closed or embedded already, or if it has another home thread
     * @throws UnsupportedOperationException if {@link MonitorMode#POLL} is set, because poll(2) has no descriptor that another loop could wait for
     * @throws SyscallException if epoll is refused, or if there are no descriptors left
     */
    public EmbeddedLoop embed() {
        inbox.requireOpen();
        Thread thread = home.thread();
        if (thread != null && thread.isAlive() && !home.isCurrent()) {
            throw new IllegalStateException("only its home thread " + thread + " may embed AioContext " + name
                    + ", not " + Thread.currentThread());
        }
        return new EmbeddedLoop(this, embedding.open());
    }

    /**
     * Polls until a condition is gone (QEMU's {@code AIO_WAIT_WHILE}). The condition is looked at before each iteration, on the home thread. A
     * callback of this context may end it. Another thread that ends it calls {@link #wakeup} afterwards, or else the loop may sleep on.
     *
     * <p><b>Why no such kick is missed.</b> A wake-up is a request that stays until an iteration takes it. An iteration that takes
     * it is followed by a look at the condition. That look sees all that the other thread did before its {@code wakeup()}. A
     * request that comes after the look keeps the next iteration from sleeping.
     *
     * <p>A callback may call this. Its own handler is passed over meanwhile, and the callbacks around it do not go on before this
     * returns. {@link #stop} does not end it. Any other thread waits for a future of {@link #submit} instead.
     *
     * @param condition what to wait for the end of; what it throws ends the wait
     * @throws IllegalStateException if the calling thread may not poll
     */
    public void waitWhile(BooleanSupplier condition) {
        Objects.requireNonNull(condition, "condition");
        if (!home.isEntered()) {
            home.requireMayWait();
        }
        enter();
        while (callbacks.test(condition)) {
            loop.iterate(-1);
        }
    }

    // ---- Threads and the end ----------------------------------------------------------------------------------------

    private void enter() {
        if (home.isEntered()) {
            inbox.requireOpen();
        } else {
            home.requireMayPoll();
            enterFromOuterLoop();
        }
    }

    /** Makes the calling thread the home thread, also if it is virtual: it does not block here. */
    void enterFromOuterLoop() {
        if (!home.isEntered()) {
            inbox.requireOpen();
            Current own = Current.ofThread();
            home.enter();
            loop.enter(own);
        }
        inbox.requireOpen();
    }

    /** Gives the context up, as the end of a run does. Stores only: they hold after an Error too. */
    void leaveToOuterLoop() {
        if (!loop.isInCallback()) {
            loop.leave();
            home.rest(Thread.currentThread());
        }
    }

    /**
     * Ends the context. It cancels the work that the thread pool has not begun, and polls until the pool has finished the rest, for as long
     * as that takes. It runs all work that was accepted, closes the sources and frees everything. One warning in the log names the sources that
     * their owners forgot to close. Descriptors stay open.
     *
     * <p>Calling it again changes nothing, unless it ended by an {@code Error} before it began to free things: then it goes on
     * where it was. A callback that throws does not end it, but a hundred steps in a row without stack or memory do.
     *
     * <p>A virtual thread may call this too. If the pool has threads or completions to wait for, a platform thread closes the
     * context and calls the last callbacks. The virtual thread waits for that thread without holding its carrier.
     *
     * @throws IllegalStateException if the calling thread may not close (see {@link AioContext}), if this is called from within a
     *     callback, or by a thread of the context's pool
     */
    @Override
    public void close() {
        try {
            end.close();
        } finally {
            if (detachClock != null && isClosed()) {
                detachClock.run();
            }
        }
    }

    /** {@return whether the context is closed} From the moment that it refuses work. */
    public boolean isClosed() {
        return inbox.isClosed();
    }

    /** {@return what messages call it, with its state} */
    @Override
    public String toString() {
        Thread thread = home.thread();
        return "AioContext " + name + " ("
                + (isClosed() ? "closed" : thread == null ? "no home thread" : "home thread " + thread.getName()) + ")";
    }

    void requireNoWorker(String what) {
        pool.requireNoWorker(what);
    }

    LoopParts parts() {
        return parts;
    }
}
