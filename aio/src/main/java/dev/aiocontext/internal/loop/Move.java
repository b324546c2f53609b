package dev.aiocontext.internal.loop;

import dev.aiocontext.FdSource;
import java.util.concurrent.CompletableFuture;

/**
 * Moves the source of a descriptor from one loop to another, without losing an event, and so that its handler never runs on both at once:
 * <ol>
 *   <li>Any thread holds the source, as a group that is suspended does. No call of its handler begins on the old loop from now on.
 *   <li>The old home thread, once no call is under way, ends polling in user space, so that the producer notifies again.
 *   <li>It has the new loop watch the descriptor, with a source of its own, which that loop checks before it sleeps.
 *   <li>It closes the old source.
 * </ol>
 * Between the first step and the third nobody watches the descriptor. Nothing is lost by that: the kernel tells the state of a descriptor anew when it is
 * added to a set, to an edge-triggered source too. What the handler did on the old loop happens before its first call on the new one, because the
 * old home thread makes the new source.
 *
 * <p><b>Threads.</b> {@link #begin}: any. {@link #run}: the old home thread.
 *
 * <p><b>Errors.</b> If the new loop refuses the descriptor, the source is let go again where it was, and the future says why.
 */
final class Move implements Runnable {
    private final WatchedFd source;
    private final FdSources target;
    private final Inbox oldInbox;
    private final Home oldHome;
    private final Suspensions suspensions;
    private final Suspensions.Group hold = new Suspensions.Group();
    private final CompletableFuture<FdSource> moved = new CompletableFuture<>();

    Move(WatchedFd source, FdSources target, Inbox oldInbox, Home oldHome) {
        this.source = source;
        this.target = target;
        this.oldInbox = oldInbox;
        this.oldHome = oldHome;
        this.suspensions = source.sources().suspensions();
    }

    CompletableFuture<FdSource> begin() {
        suspensions.add(hold, source);
        try {
            suspensions.suspend(hold);
        } catch (RuntimeException | Error e) {
            suspensions.remove(hold, source);
            throw e;
        }
        if (oldHome.isEntered() && !source.isRunning()) {
            run();
        } else if (!oldInbox.push(this)) {
            fail(source.closedException());
        }
        return moved;
    }

    @Override
    public void run() {
        if (!source.isOpen()) {
            fail(source.closedException());
        } else if (!source.isRunning()) {
            move();
        } else if (!oldInbox.pushIdle(this)) {
            fail(source.closedException());
        }
    }

    private void move() {
        FdSource there;
        try {
            source.endPolling();
            boolean suspended = suspensions.isHeldBeside(hold, source);
            there = target.watch(
                    source.name(), source.fd(), source.interest(), source.handler, source.hook(), suspended);
        } catch (RuntimeException refused) {
            fail(refused);
            return;
        } catch (Error e) {
            fail(e);
            throw e;
        }
        try {
            source.close();
        } finally {
            moved.complete(there);
        }
    }

    private void fail(Throwable why) {
        try {
            suspensions.remove(hold, source);
        } finally {
            moved.completeExceptionally(why);
        }
    }
}
