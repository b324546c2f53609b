package dev.aiocontext.internal.loop;

import java.lang.System.Logger.Level;
import java.util.function.Consumer;

/**
 * Calls the user's callbacks: one that throws does not take the loop down, and one that is slow is told of. Home thread.
 */
public final class Callbacks {
    private final String context;
    private final Consumer<? super Throwable> exceptionHandler;

    /** A callback of the user's. */
    public interface Callback {
        /**
         * Calls it.
         *
         * @throws Exception what the user throws
         */
        void call() throws Exception;

        /** {@return what it is, for messages} */
        String describe();
    }

    /**
     * Creates it.
     *
     * @param context the name of the context, for messages
     * @param exceptionHandler gets what callbacks throw
     */
    public Callbacks(String context, Consumer<? super Throwable> exceptionHandler) {
        this.context = context;
        this.exceptionHandler = exceptionHandler;
    }

    /**
     * Logs what a callback threw.
     *
     * @param context the name of the context
     * @param failure what it threw
     */
    public static void logException(String context, Throwable failure) {
        String what = "a callback of AioContext " + context + " failed";
        try {
            System.getLogger("dev.aiocontext.AioContext").log(Level.ERROR, what, failure);
        } catch (LinkageError unusable) {
            // The JDK's logging was first used where the stack ended, by whatever code, and fails ever after (JLS
            // 12.4.2). To start it with each context would take 20 ms.
            System.err.println(what + ": " + failure + " (not logged: " + unusable + ")");
        }
    }

    /** Calls. An exception ends at the context's handler; an Error goes there and then on to whoever polls. */
    void call(Callback callback) {
        if (FlightRecording.ofSlowCallbacks()) {
            callRecorded(callback);
        } else {
            callPlain(callback);
        }
    }

    /** Calls a task or a bottom half, as {@link #call} does. */
    void run(Runnable work) {
        if (FlightRecording.ofSlowCallbacks()) {
            callRecorded(new Work(work));
            return;
        }
        try {
            work.run();
        } catch (Throwable failure) {
            failed(failure);
        }
    }

    /** A task or a bottom half, when slow callbacks are recorded. */
    private record Work(Runnable work) implements Callback {
        @Override
        public void call() {
            work.run();
        }

        @Override
        public String describe() {
            // Not by a toString() of the user's, which may throw.
            return work instanceof BottomHalfWork
                    ? work.toString()
                    : "task " + work.getClass().getName();
        }
    }

    private void callRecorded(Callback callback) {
        SlowCallbackEvent event = new SlowCallbackEvent();
        event.begin();
        try {
            callPlain(callback);
        } finally {
            event.end();
            if (event.shouldCommit()) {
                event.context = context;
                event.callback = callback.describe();
                event.commit();
            }
        }
    }

    private void callPlain(Callback callback) {
        try {
            callback.call();
        } catch (Throwable failure) {
            failed(failure);
        }
    }

    private void failed(Throwable failure) {
        report(failure);
        if (failure instanceof Error error) {
            throw error;
        }
    }

    /** Hands a failure to the context's exception handler. */
    @SuppressWarnings("ReferenceEquality") // a handler may throw the very failure on
    void report(Throwable failure) {
        try {
            exceptionHandler.accept(failure);
        } catch (Throwable handlerFailure) {
            if (handlerFailure != failure) {
                handlerFailure.addSuppressed(failure);
            }
            logException(context, handlerFailure);
            if (handlerFailure instanceof Error error) {
                throw error;
            }
        }
    }
}
