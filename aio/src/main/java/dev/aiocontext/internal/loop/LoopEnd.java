package dev.aiocontext.internal.loop;

import dev.aiocontext.Source;
import dev.aiocontext.internal.posix.StackRoom;
import java.lang.System.Logger.Level;
import java.util.List;
import java.util.concurrent.atomic.AtomicReference;
import org.jspecify.annotations.Nullable;

/**
 * Ends a loop, in this order:
 * <ol>
 *   <li>Threads that wait for a descriptor are told that the context is closed. One of the pool would hold up the next step.
 *   <li>The thread pool takes no more work, and cancels what has not begun. The loop is polled until the rest is finished.
 *   <li>The inbox takes no more work. The loop runs all work that the inbox has accepted.
 *   <li>The scheduled executors are shut down, and their pending tasks are cancelled.
 *   <li>Sources that are polled in user space are told that this is over.
 *   <li>Everything is freed, and the sources are closed. One warning names those that were still open.
 * </ol>
 *
 * <p><b>Threads.</b> {@link #close}: any, which {@link Home#enterToClose} lets in or not.
 *
 * <p><b>Errors.</b> A step that throws does not keep the other steps from being made (see {@code Closing}). If an Error ends {@link
 * #close} before it frees things, another call goes on where it was.
 */
public final class LoopEnd {
    /** The most sources that the warning names. */
    private static final int MOST_NAMED = 10;

    private static final int END_WAITS = 0;
    private static final int FINISH_POOL_WORK = 1;
    private static final int RUN_ACCEPTED_WORK = 2;
    private static final int END_POLLING = 3;
    private static final int FREE = 4;
    private static final int END_SOURCES = 5;

    private final String context;
    private final Home home;
    private final Loop loop;
    private final Inbox inbox;
    private final Readiness readiness;
    private final Sources sources;
    private final LastCalls last;
    private final PoolWorkers workers;
    private final ScheduledViews scheduled;

    /** Everything is freed, or has been tried to. */
    private volatile boolean ended;

    /**
     * Creates it.
     *
     * @param context the name of the context, for messages
     * @param parts the parts of the loop
     * @param loop the loop
     * @param workers the thread pool
     * @param scheduled the scheduled executors
     */
    public LoopEnd(String context, LoopParts parts, Loop loop, PoolWorkers workers, ScheduledViews scheduled) {
        this.context = context;
        this.home = parts.home;
        this.loop = loop;
        this.inbox = parts.inbox;
        this.readiness = parts.readiness;
        this.sources = parts.sources();
        this.last = new LastCalls(parts, loop);
        this.workers = workers;
        this.scheduled = scheduled;
    }

    /**
     * Ends the loop.
     *
     * @throws IllegalStateException if the calling thread may not do that, if it is in a callback of the loop, or if it is one of the pool
     */
    public void close() {
        if (ended || (inbox.isClosed() && !isLeftToCaller())) {
            return;
        }
        workers.requireNoWorker("close()");
        Thread caller = Thread.currentThread();
        Current own = Current.ofThread();
        Thread before = home.enterToClose();
        if (loop.isInCallback()) {
            throw new IllegalStateException(home.describe() + " cannot be closed from within its own callback");
        }
        if (caller.isVirtual() && !workers.shutDownIfUnused()) {
            home.giveBack(before == caller ? null : before); // an Error may have left the caller here before
            closeOnPlatformThread();
            return;
        }
        loop.enter(own);
        Closing closing = new Closing();
        Runnable endWaits = new Step(END_WAITS);
        while (!readiness.hasEnded()) {
            closing.attempt(endWaits);
        }
        Runnable finishPoolWork = new Step(FINISH_POOL_WORK);
        workers.shutDown();
        while (!workers.isUnused()) {
            closing.attempt(finishPoolWork);
        }
        inbox.refuse();
        Runnable runAcceptedWork = new Step(RUN_ACCEPTED_WORK);
        while (last.hasAcceptedWork()) {
            closing.attempt(runAcceptedWork);
        }
        if (!scheduled.hasEnded()) {
            endExecutors(closing);
        }
        List<LoopSource> forgotten = sources.forgotten();
        Runnable endPolling = new Step(END_POLLING);
        Runnable free = new Step(FREE);
        Runnable endSources = new Step(END_SOURCES);
        StackRoom.requireToOpen(); // no call comes back to what follows
        ended = true;
        closing.attempt(endPolling);
        closing.attempt(free);
        do {
            closing.attempt(endSources);
        } while (!sources.hasEnded());
        if (!forgotten.isEmpty()) {
            closing.attempt(() -> Callbacks.log(Level.WARNING, warning(forgotten), null));
        }
        closing.finish();
    }

    /**
     * A step that every close makes. One class does for all of them, because a program that opens one context would wait 3 ms
     * for as many method references.
     */
    private final class Step implements Runnable {
        private final int which;

        Step(int which) {
            this.which = which;
        }

        @Override
        public void run() {
            switch (which) {
                case END_WAITS -> readiness.end();
                case FINISH_POOL_WORK -> finishPoolWork();
                case RUN_ACCEPTED_WORK -> last.runAcceptedWork();
                case END_POLLING -> last.endPolling();
                case FREE -> last.free();
                case END_SOURCES -> sources.end();
                default -> throw new AssertionError(which);
            }
        }
    }

    /** Apart, so that a context without executors does not link it. */
    private void endExecutors(Closing closing) {
        Runnable end = scheduled::end;
        while (!scheduled.hasEnded()) {
            closing.attempt(end);
        }
    }

    private String warning(List<LoopSource> forgotten) {
        List<Source> owners =
                forgotten.stream().map(LoopSource::owner).distinct().toList();
        int more = owners.size() - MOST_NAMED;
        List<Source> named = more > 0 ? owners.subList(0, MOST_NAMED) : owners;
        return home.describe() + " was closed with sources that were open: " + named
                + (more > 0 ? " and " + more + " more" : "");
    }

    /** Says whether an Error has ended the caller's close(), or that of a thread that has ended, before everything was freed. */
    private boolean isLeftToCaller() {
        Thread closer = home.thread();
        return closer == Thread.currentThread() ? !loop.isInCallback() : closer == null || !closer.isAlive();
    }

    /**
     * Polls, and completes futures that nobody pushed: those of work that is cancelled now, and of workers that could not push.
     * The idle work makes the poll last 10 ms at most, so this does not depend on anybody's wake-up.
     */
    private void finishPoolWork() {
        if (!inbox.hasAcceptedWork()) {
            inbox.pushIdle(LoopEnd::lookAgain);
        }
        loop.iterate(workers.firstDone() == null ? Driver.FOR_EVER : 0);
        for (Runnable done = workers.firstDone(); done != null; done = workers.firstDone()) {
            last.run(done);
        }
    }

    /** Does nothing: it is idle work that limits a poll to 10 ms. */
    private static void lookAgain() {}

    private void closeOnPlatformThread() {
        AtomicReference<@Nullable Throwable> failure = new AtomicReference<>();
        Thread closer = Thread.ofPlatform().daemon().name(context + "-close").start(() -> {
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
