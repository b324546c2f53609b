package dev.aiocontext.internal.loop;

import dev.aiocontext.ExceptionHandler;
import dev.aiocontext.Source;
import java.lang.System.Logger.Level;
import java.util.concurrent.TimeUnit;
import java.util.function.BooleanSupplier;
import org.jspecify.annotations.Nullable;

/**
 * Calls the user's callbacks. A callback that throws does not take the loop down, and an event tells of a slow one. Home thread.
 */
public final class Callbacks {
    private static final long LATE = TimeUnit.MILLISECONDS.toNanos(10);

    private final String context;
    /** Null for the log. */
    private final @Nullable ExceptionHandler exceptionHandler;

    private final boolean measuring;

    /** The Error that it has thrown last, after the exception handler was told. */
    private @Nullable Error thrown;

    /** In how many polls that Error was reported, if it came by a report. */
    private int thrownTo = Integer.MAX_VALUE;

    /**
     * Creates it.
     *
     * @param context the name of the context, for messages
     * @param exceptionHandler gets what callbacks throw; null to have it logged
     * @param measuring whether to measure how long each call of a source takes
     */
    public Callbacks(String context, @Nullable ExceptionHandler exceptionHandler, boolean measuring) {
        this.context = context;
        this.exceptionHandler = exceptionHandler;
        this.measuring = measuring;
    }

    private void logFailure(@Nullable Source source, Throwable failure) {
        String what = source != null ? source + " of AioContext " : "a task of AioContext ";
        log(Level.ERROR, what + context + " failed", failure);
    }

    /**
     * Logs what a user should know, under the name {@code dev.aiocontext.AioContext}.
     *
     * @param level how urgent it is
     * @param what what has happened
     * @param failure why, or null
     */
    public static void log(Level level, String what, @Nullable Throwable failure) {
        try {
            System.getLogger("dev.aiocontext.AioContext").log(level, what, failure);
        } catch (LinkageError unusable) {
            // The JDK's logging was first used where the stack ended, by whatever code, and fails ever after (JLS
            // 12.4.2). To start it with each context would take 20 ms.
            System.err.println(what + (failure == null ? "" : ": " + failure) + " (not logged: " + unusable + ")");
        }
    }

    /** Calls a source. An exception ends at the context's handler; an Error goes there and then on to the poll's caller. */
    void call(LoopSource source) {
        if (FlightRecording.ofSlowCallbacks()) {
            callRecorded(source);
        } else if (measuring) {
            callMeasured(source);
        } else {
            callPlain(source);
        }
    }

    /** Calls a timer, as {@link #call} does; an event tells if it is late by more than its accuracy and 10 ms. */
    void call(TimerSource timer, long lateness, long missed) {
        if (lateness - timer.accuracy() > LATE && FlightRecording.ofLateTimers()) {
            record(timer, lateness, missed);
        }
        call(timer);
    }

    private void record(TimerSource timer, long lateness, long missed) {
        LateTimerEvent event = new LateTimerEvent();
        event.context = context;
        event.timer = CalledName.ofTimer(timer);
        event.lateness = lateness;
        event.accuracy = timer.accuracy();
        event.missed = missed;
        event.commit();
    }

    private void callPlain(LoopSource source) {
        try {
            source.call();
        } catch (Throwable failure) {
            failed(source, failure);
        }
    }

    /** {@return whether it measures how long each call of a source takes} Any thread. */
    boolean isMeasuring() {
        return measuring;
    }

    private void callMeasured(LoopSource source) {
        long began = System.nanoTime();
        try {
            callPlain(source);
        } finally {
            source.took(System.nanoTime() - began);
        }
    }

    private void callRecorded(LoopSource source) {
        SlowCallbackEvent event = new SlowCallbackEvent();
        event.begin();
        try {
            callMeasured(source);
        } finally {
            event.end();
            if (event.shouldCommit()) {
                commit(event, CalledName.ofSource(source));
            }
        }
    }

    /** Runs a task, as {@link #call} calls a source. */
    void run(Runnable task) {
        if (FlightRecording.ofSlowCallbacks()) {
            runRecorded(task);
        } else {
            runPlain(task);
        }
    }

    private void runPlain(Runnable task) {
        try {
            task.run();
        } catch (Throwable failure) {
            if (task instanceof FailureReport told) {
                reportAndThrowErrors(told.source(), failure, told.depth());
            } else {
                reportAndThrowErrors(null, failure, Integer.MAX_VALUE);
            }
        }
    }

    private void runRecorded(Runnable task) {
        SlowCallbackEvent event = new SlowCallbackEvent();
        event.begin();
        try {
            runPlain(task);
        } finally {
            event.end();
            if (event.shouldCommit()) {
                commit(event, CalledName.ofTask(task));
            }
        }
    }

    /**
     * Looks at the condition of a {@code waitWhile}, which keeps the loop as a callback does. What it throws is the caller's.
     *
     * @param condition the condition
     * @return whether it holds
     */
    public boolean test(BooleanSupplier condition) {
        return FlightRecording.ofSlowCallbacks() ? testRecorded(condition) : condition.getAsBoolean();
    }

    private boolean testRecorded(BooleanSupplier condition) {
        SlowCallbackEvent event = new SlowCallbackEvent();
        event.begin();
        try {
            return condition.getAsBoolean();
        } finally {
            event.end();
            if (event.shouldCommit()) {
                commit(
                        event,
                        "condition of waitWhile(), " + condition.getClass().getName());
            }
        }
    }

    /** Tells of a callback that was slow. */
    void commit(SlowCallbackEvent event, String callback) {
        event.context = context;
        event.callback = callback;
        event.commit();
    }

    /** Does what is to be done when a callback of a source has thrown. An Error goes on. */
    @SuppressWarnings("ReferenceEquality") // the very same Error
    void failed(LoopSource source, Throwable failure) {
        try {
            source.callbackFailed();
        } catch (RuntimeException | Error more) {
            if (more != failure) { // the JVM throws the same OutOfMemoryError again and again
                failure.addSuppressed(more);
            }
        }
        reportAndThrowErrors(source, failure, Integer.MAX_VALUE);
    }

    private void reportAndThrowErrors(@Nullable Source source, Throwable failure, int reportedAt) {
        report(source, failure);
        if (failure instanceof Error error) {
            thrown = error;
            thrownTo = reportedAt;
            throw error;
        }
    }

    /**
     * Says whether a failure has gone all its way already. The exception handler was told then. The failure was thrown out of the
     * outermost poll, or out of the polls out of which a report was to throw it.
     *
     * @param depth in how many polls the caller runs
     */
    @SuppressWarnings("ReferenceEquality") // the very Error that was thrown
    boolean hasThrown(Throwable failure, int depth) {
        return failure == thrown && (depth == 0 || depth >= thrownTo);
    }

    /** Hands a failure to the context's exception handler, with the source that the user knows. */
    @SuppressWarnings("ReferenceEquality") // a handler may throw the very failure on
    void report(@Nullable Source source, Throwable failure) {
        Source told = source;
        try {
            told = source instanceof LoopSource part ? part.owner() : source;
            if (exceptionHandler != null) {
                exceptionHandler.failed(told, failure);
            } else {
                logFailure(told, failure);
            }
        } catch (Throwable handlerFailure) {
            if (handlerFailure != failure) {
                handlerFailure.addSuppressed(failure);
            }
            logFailure(told, handlerFailure);
            if (handlerFailure instanceof Error error) {
                throw error;
            }
        }
    }
}
