package dev.aiocontext.internal.loop;

import dev.aiocontext.Source;
import java.lang.System.Logger.Level;
import org.jspecify.annotations.Nullable;

/**
 * A failure on its way from an upcall to the loop. Nothing may leave an upcall, so the failure is thrown again as a task of the loop:
 * it then goes the way of what tasks throw.
 *
 * <p><b>Threads.</b> Any thread makes and sends a report, also one that native code has started. The home thread runs it.
 */
final class FailureReport implements Runnable {
    private final @Nullable Source source;
    private final Throwable failure;
    private final int depth;

    private FailureReport(@Nullable Source source, Throwable failure, int depth) {
        this.source = source;
        this.failure = failure;
        this.depth = depth;
    }

    /**
     * Tells of a failure that no callback has thrown.
     *
     * @param source what it is about
     * @param failure the failure
     * @return what tells the exception handler when the loop runs it as a task
     */
    static FailureReport of(Source source, Throwable failure) {
        return new FailureReport(source, failure, Integer.MAX_VALUE);
    }

    /**
     * Sends a failure to the loop. Where the loop is closed, or has no memory left, the failure is logged.
     *
     * @param context the name of the context, for messages
     * @param inbox takes in the report
     * @param source the source whose callback failed, or null
     * @param failure what it threw; a null, which is a mistake, is reported as one
     * @param depth in how many polls the report is made, if the home thread makes it; else any number that is larger
     */
    static void send(String context, Inbox inbox, @Nullable Source source, @Nullable Throwable failure, int depth) {
        Throwable told = failure;
        try {
            if (told == null) { // this stack trace names the caller, who must not get an exception
                told = new NullPointerException("report() of AioContext " + context + " was given no failure");
            }
            if (!inbox.push(new FailureReport(source, told, depth))) {
                log(source, "of AioContext " + context + ", which is closed, failed", told);
            }
        } catch (Throwable unsent) { // a lack of memory or stack, which must not leave an upcall either
            log(
                    source,
                    "of AioContext " + context + " failed, and " + unsent + " kept that from the loop",
                    told == null ? unsent : told);
        }
    }

    private static void log(@Nullable Source source, String how, Throwable failure) {
        try {
            Callbacks.log(Level.ERROR, (source != null ? source : "native code") + " " + how, failure);
        } catch (Throwable untold) {
            // Nothing is left to tell it by, and no call is made here: it might fail too, and the caller is an upcall.
        }
    }

    /** {@return the source whose callback failed, or null} */
    @Nullable
    Source source() {
        return source;
    }

    /** {@return in how many polls it was made} */
    int depth() {
        return depth;
    }

    @Override
    public void run() {
        FailureReport.<RuntimeException>throwAgain(failure);
    }

    /** Throws a checked exception where none may be declared: the loop's callers of tasks catch all there is. */
    @SuppressWarnings({"unchecked", "TypeParameterUnusedInFormals"})
    private static <T extends Throwable> void throwAgain(Throwable failure) throws T {
        throw (T) failure;
    }
}
