package dev.aiocontext.internal.loop;

import dev.aiocontext.FdEvents;
import dev.aiocontext.FdSource;
import dev.aiocontext.internal.posix.StackRoom;
import java.util.concurrent.CompletableFuture;
import org.jspecify.annotations.Nullable;

/**
 * Moves the source of a descriptor from one loop to another, without losing an event, and so that its handler never runs on both at once:
 * <ol>
 *   <li>Any thread holds the source, as a group that is suspended does. No call of its handler begins on the old loop from now on.
 *   <li>The old home thread, once no call is under way, ends polling in user space, so that the producer notifies again.
 *   <li>It has the new loop watch the descriptor, with a source of its own, which that loop checks before it sleeps.
 *   <li>It makes to the new source what other threads have changed at the old one meanwhile, and closes the old source once there is nothing
 *       more. A change that comes later is refused, because the old source is closed. The new source may have come back by then, and
 *       have replaced the old one: that is closed then, too.
 * </ol>
 * Between the first step and the third nobody watches the descriptor. Nothing is lost by that: the kernel tells the state of a
 * descriptor anew when it is added to a set, to an edge-triggered source too. What the handler did on the old loop happens before its first call on the new one, because the
 * old home thread makes the new source.
 *
 * <p><b>Threads.</b> {@link #begin}: any. {@link #run}: the old home thread.
 *
 * <p><b>Errors.</b> If the new loop refuses the descriptor, or a change, the source is let go again where it was, and the future says why. So
 * it is if another thread closes the old source meanwhile. A StackOverflowError comes before anything is done, and {@link Unfinished} then
 * keeps the move.
 */
final class Move extends Piece {
    private final WatchedFd source;
    private final FdSources target;
    private final Inbox oldInbox;
    private final Home oldHome;
    private final Suspensions suspensions;
    private final Suspensions.Group hold = new Suspensions.Group();
    private final CompletableFuture<FdSource> moved;

    Move(WatchedFd source, FdSources target, Inbox oldInbox, Home oldHome) {
        this.source = source;
        this.target = target;
        this.oldInbox = oldInbox;
        this.oldHome = oldHome;
        this.suspensions = source.sources().suspensions();
        this.moved = new LoopFuture<>(oldHome, oldInbox);
    }

    CompletableFuture<FdSource> begin() {
        StackRoom.requireToOpen();
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
    String what() {
        return "move of " + CalledName.ofSource(source);
    }

    @Override
    public void run() {
        StackRoom.requireToOpen();
        if (moved.isDone()) {
            return; // an Error came after the deed
        }
        if (!source.isOpen()) {
            fail(source.closedException());
        } else if (!source.isRunning()) {
            move();
        } else if (!oldInbox.pushIdle(this)) {
            fail(source.closedException());
        }
    }

    private void move() {
        FdSource there = null;
        boolean suspended;
        try {
            source.endPolling();
            suspended = suspensions.isHeldBeside(hold, source);
            FdEvents interest = source.interest();
            there = target.watch(source.name(), source.fd(), interest, source.handler, source.hook(), suspended);
            while (!source.endUnchanged(interest)) {
                interest = source.interest();
                there.interest(interest);
            }
        } catch (RuntimeException refused) {
            fail(refused, there);
            return;
        } catch (Error e) {
            fail(e, there);
            over = true; // the future may complete later
            throw e;
        }
        try {
            suspendAlso(there, suspended);
        } finally {
            try {
                source.retire();
            } finally {
                moved.complete(there);
            }
        }
    }

    /** Suspends or resumes the new source, if the old one was meanwhile. */
    private void suspendAlso(FdSource there, boolean suspended) {
        if (suspensions.isHeldBeside(hold, source) != suspended) {
            if (suspended) {
                there.resume();
            } else {
                there.suspend();
            }
        }
    }

    /** Fails once the new source, if there is one already, cannot be called any more. */
    private void fail(Throwable why, @Nullable FdSource there) {
        if (there == null) {
            fail(why);
        } else {
            there.close();
            there.closed().whenComplete((done, failure) -> fail(why));
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
