package dev.aiocontext.internal.loop;

import org.jspecify.annotations.Nullable;

/**
 * Makes the steps that close a context. A failure does not keep the other steps from being made, and the first failure is thrown
 * in the end.
 *
 * <p><b>Threads.</b> The thread that closes.
 */
public final class Closing {
    /** The steps in a row that may fail without stack or memory: after so many, the next would fail too, and closing never end. */
    private static final int HOPELESS = 100;

    private @Nullable Throwable first;
    private int errorsInARow;

    /** Creates it, before the first step. */
    public Closing() {}

    /**
     * Makes a step.
     *
     * @param step the step
     * @throws VirtualMachineError if this was one of a hundred in a row that failed like this
     */
    public void attempt(Runnable step) {
        try {
            step.run();
            errorsInARow = 0;
        } catch (VirtualMachineError e) {
            failed(e);
            errorsInARow++;
            if (errorsInARow == HOPELESS) {
                throw e;
            }
        } catch (RuntimeException | Error e) {
            failed(e);
            errorsInARow = 0;
        }
    }

    private void failed(Throwable failure) {
        if (first == null) {
            first = failure;
        }
    }

    /** Throws the first failure, if there was one. */
    public void finish() {
        rethrow(first);
    }

    /**
     * Throws a failure.
     *
     * @param failure the failure, or null for none
     */
    public static void rethrow(@Nullable Throwable failure) {
        if (failure instanceof Error error) {
            throw error;
        }
        if (failure instanceof RuntimeException exception) {
            throw exception;
        }
    }
}
