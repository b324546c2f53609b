package dev.aiocontext.internal.loop;

import dev.aiocontext.internal.fdmon.FdSet;
import dev.aiocontext.internal.posix.EpollFd;
import dev.aiocontext.internal.posix.EventFd;
import dev.aiocontext.internal.posix.StackRoom;
import dev.aiocontext.internal.posix.TimerFd;
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;

/**
 * Has an outer loop wait for this one, by one descriptor. The steps are those of a wait of the loop's own, and the sleep between them is
 * the outer loop's:
 *
 * <pre>
 *     prepare():   call the hooks; arm; look for work once more          ({@link Waiting#lend})
 *                  there is something to do now: ring the own doorbell
 *                  else set the timerfd to the earliest deadline
 *     the outer loop polls the descriptor: an epoll set with the loop's own epoll set and the timerfd in it
 *     dispatch():  disarm; collect the ready descriptors; tell the hooks; run one iteration from there on
 * </pre>
 *
 * From prepare on, the descriptor is readable as soon as there is something to do, whatever thread is the cause. So the outer loop may
 * rely on the descriptor alone. Between prepare and dispatch the home thread counts as asleep ({@link Home#isAside}), because it runs
 * outside of this loop: what it arms or changes there is announced as another thread's would be.
 *
 * <p><b>Why no wake-up is lost.</b> {@code Wakeup} has the argument. It does not ask who sleeps: the doorbell is in the set, it is drained
 * after the wait only, and the loop disarms before it takes the work. An outer loop that never dispatches leaves the loop armed, and one ring
 * keeps the descriptor readable. A second prepare disarms first, and then arms anew.
 *
 * <p><b>Threads.</b> {@link #open}: any, while no thread polls the loop. {@link #fd}: any. Everything else: the home thread.
 *
 * <p><b>Errors.</b> An Error in prepare may leave the loop armed without a look for work, or not armed. Another prepare makes it good. An
 * Error in prepare or dispatch leaves the descriptor readable, so that the outer loop comes again. An Error in open leaves nothing open.
 * An Error in a step of close does not keep the other steps from being made.
 *
 * <p><b>Closed by a callback.</b> Prepare and poll call hooks, tasks and handlers, and each of them may close this. The memory of the
 * descriptors is freed by then, so prepare and poll look at {@link #isOpen} after the last callback.
 */
public final class LentWait implements AutoCloseable {
    private static final long LONGEST = TimeUnit.DAYS.toNanos(365);

    private final Loop loop;
    private final Embedding embedding;
    private final Waiting waiting;
    private final FdSet descriptors;
    private final EventFd doorbell;
    private final Home home;
    private final EpollFd outer;
    private final TimerFd timer;

    /** Which of the sets that epoll has had is in the outer set. */
    private int member;

    /** When the timerfd expires, by {@link System#nanoTime}, if it is set. It may be earlier than the deadline, which does no harm. */
    private long setTo;

    private boolean isSet;
    private volatile boolean open = true;

    private LentWait(Loop loop, Embedding embedding, LoopParts parts) {
        this.loop = loop;
        this.embedding = embedding;
        this.waiting = parts.waiting;
        this.descriptors = parts.descriptors;
        this.doorbell = parts.doorbell;
        this.home = parts.home;
        StackRoom.requireToOpen();
        EpollFd openedOuter = EpollFd.open();
        TimerFd openedTimer = null;
        try {
            openedTimer = TimerFd.ofMonotonicClock();
            openedOuter.add(openedTimer.fd());
            openedOuter.add(descriptors.keepEpoll("another loop waits for it"));
            member = descriptors.epollSets();
            outer = openedOuter;
            timer = openedTimer;
            descriptors.reserve(outer.fd());
            descriptors.reserve(timer.fd());
        } catch (RuntimeException | Error e) {
            free(descriptors, openedOuter, openedTimer);
            throw e;
        }
    }

    /** Each step is made, whatever an earlier one throws; the numbers are released before they are free. */
    private static void free(FdSet descriptors, EpollFd outer, @Nullable TimerFd timer) {
        try {
            descriptors.letEpollGo();
            descriptors.release(outer.fd());
        } finally {
            try {
                if (timer != null) {
                    descriptors.release(timer.fd());
                }
            } finally {
                try {
                    outer.close();
                } finally {
                    if (timer != null) {
                        timer.close();
                    }
                }
            }
        }
    }

    static LentWait open(Loop loop, Embedding embedding, LoopParts parts) {
        return new LentWait(loop, embedding, parts);
    }

    /** {@return what the outer loop polls} */
    public int fd() {
        return outer.fd();
    }

    /** {@return whether it is open} */
    public boolean isOpen() {
        return open;
    }

    /** {@return for how many nanoseconds the outer loop may wait unless the descriptor is readable: 0 not at all, negative for ever} */
    public long prepare() {
        boolean prepared = false;
        try {
            long longest = lend();
            prepared = true;
            return longest;
        } finally {
            if (!prepared) {
                comeAgain();
            }
        }
    }

    private long lend() {
        long longest = embedding.lend();
        if (!open) { // a hook has closed this
            embedding.takeBack();
            return longest;
        }
        if (member != descriptors.epollSets()) {
            outer.add(descriptors.epollFd());
            member = descriptors.epollSets();
        }
        if (longest == 0) {
            doorbell.trySet();
        }
        setTimer(longest);
        return longest;
    }

    private void setTimer(long longest) {
        long now = System.nanoTime();
        boolean over = isSet && setTo - now <= 0;
        if (longest > 0) {
            long moment = now + Math.min(longest, LONGEST);
            if (!isSet || over || moment - setTo < 0) {
                timer.set(moment);
                setTo = moment;
                isSet = true;
            }
        } else if (over) {
            timer.stop();
            isSet = false;
        }
    }

    /**
     * Runs one iteration, which does not wait.
     *
     * @return true if it made progress
     */
    public boolean dispatch() {
        boolean dispatched = false;
        try {
            boolean progress = loop.turns(0);
            dispatched = true;
            return progress;
        } finally {
            if (!dispatched) {
                comeAgain();
            }
        }
    }

    /** Makes the descriptor readable after a failure, because the outer loop may not get to the next prepare. */
    private void comeAgain() {
        if (open) {
            doorbell.trySet();
        }
    }

    /** Runs an iteration for a poll of the user's. A wait that is lent is taken back for it, and is lent again after it. */
    boolean poll(long longestWait) {
        if (longestWait != 0) {
            home.requireMayPoll();
        }
        if (!waiting.isLent()) {
            return loop.turns(longestWait);
        }
        try {
            embedding.takeBack();
            return loop.turns(longestWait);
        } finally {
            if (open) {
                prepare();
            }
        }
    }

    /**
     * Fails unless there is room on the stack for {@link #close}, which then does not end in the middle.
     *
     * @throws StackOverflowError if there is none: nothing has changed
     */
    public void requireRoomToClose() {
        StackRoom.requireToOpen();
    }

    /** Ends it: the loop waits by itself again. Calling it again changes nothing. */
    @Override
    public void close() {
        if (!open) {
            return;
        }
        open = false;
        try {
            embedding.end();
        } finally {
            free(descriptors, outer, timer);
        }
    }
}
