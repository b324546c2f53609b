package dev.aiocontext.internal.loop;

import dev.aiocontext.OwnedCallback;
import dev.aiocontext.ReentrancyGuard;
import dev.aiocontext.Source;
import dev.aiocontext.Task;
import java.util.ArrayDeque;
import java.util.Deque;
import java.util.Objects;
import org.jspecify.annotations.Nullable;

/**
 * Keeps the bottom halves of a loop that share it from running within each other. A bottom half without a guard pays nothing for this,
 * because what checks the guard is the callback of those that have one.
 *
 * <p><b>Threads.</b> The home thread; {@link #newBottomHalf}, {@link #name} and {@link #isOf}: any.
 *
 * <p><b>Why no scheduling is lost.</b> The loop has taken the scheduling when the guard turns a bottom half away. So the guard marks
 * it as scheduled again, without an entry in the queue, and queues it when the outer callback has ended. A thread that schedules it
 * meanwhile queues it too, and then it is turned away once more. A thread that cancels it takes the mark away.
 *
 * <p><b>Errors.</b> The guard is free after an Error in the callback, by a store. If an Error ends the queueing, what is left is queued
 * after the next callback with this guard.
 */
public final class Guard implements ReentrancyGuard {
    private final LoopParts loop;
    private final String name;
    private final Deque<BottomHalfWork> turnedAway = new ArrayDeque<>();
    private @Nullable BottomHalfWork running;

    /**
     * Creates it, free.
     *
     * @param loop whose bottom halves it guards
     * @param name its name, for messages
     */
    public Guard(LoopParts loop, String name) {
        this.loop = loop;
        this.name = name;
    }

    @Override
    public String name() {
        return name;
    }

    /**
     * Says whose guard it is.
     *
     * @param other a loop
     * @return whether it guards the bottom halves of that loop
     */
    @SuppressWarnings("ReferenceEquality") // the very same object
    public boolean isOf(LoopParts other) {
        return loop == other;
    }

    /**
     * Makes a bottom half with this guard, which is not yet among the living.
     *
     * @param newName its name
     * @param callback what it calls
     * @return the bottom half
     */
    public BottomHalfWork newBottomHalf(String newName, Task callback) {
        Guarded guarded = new Guarded(this, callback);
        BottomHalfWork bottomHalf = new BottomHalfWork(loop.inbox(), loop.sources(), newName, guarded);
        guarded.bottomHalf = bottomHalf;
        return bottomHalf;
    }

    /** The callback of a bottom half with a guard. */
    private static final class Guarded implements Task, OwnedCallback {
        private final Guard guard;
        private final Task callback;

        /** Set before anybody can schedule it. */
        private @Nullable BottomHalfWork bottomHalf;

        Guarded(Guard guard, Task callback) {
            this.guard = guard;
            this.callback = callback;
        }

        @Override
        public Source owner() {
            BottomHalfWork own = Objects.requireNonNull(bottomHalf);
            return own.ownerOf(callback);
        }

        @Override
        public void run() throws Throwable {
            BottomHalfWork own = bottomHalf;
            if (own != null) {
                guard.run(own, callback);
            }
        }
    }

    private void run(BottomHalfWork bottomHalf, Task callback) throws Throwable {
        if (running != null) {
            turnAway(bottomHalf, running);
        }
        running = bottomHalf;
        try {
            callback.run();
        } finally {
            running = null;
            if (!turnedAway.isEmpty()) {
                queueTurnedAway();
            }
        }
    }

    /** Throws what the exception handler is to get, with the bottom half as the source. */
    private void turnAway(BottomHalfWork bottomHalf, BottomHalfWork outer) {
        if (!turnedAway.contains(bottomHalf)) {
            turnedAway.add(bottomHalf);
        }
        bottomHalf.keepScheduled();
        throw new IllegalStateException(bottomHalf + " was to run within " + outer + ", and both have the guard " + name
                + ": it runs after that has ended");
    }

    private void queueTurnedAway() {
        for (BottomHalfWork next = turnedAway.peek(); next != null; next = turnedAway.peek()) {
            next.pushIfDue();
            turnedAway.remove();
        }
    }

    @Override
    public String toString() {
        return "guard " + name;
    }
}
