package dev.aiocontext.internal.loop;

import java.util.Arrays;
import org.jspecify.annotations.Nullable;

/**
 * Calls the hooks of a loop before each wait and after it, and keeps what they say about its length.
 *
 * <p><b>Threads.</b> {@link #add}, {@link #remove} and {@link #wakeLoop}: any. Everything else: the home thread.
 *
 * <p><b>Why no hook is overlooked.</b> The loop looks which hooks there are, and which are suspended, before it arms. A hook that another
 * thread adds or resumes after that look is followed by a bare wake-up ({@code Wakeup.request}). Either the loop sees that when it looks
 * once more, or it is rung. The loop takes the request after the wait, and its next wait begins with another look. So the request is never
 * taken for a hook that no later look can find.
 *
 * <p><b>Errors.</b> A hook whose prepare has returned is marked, and its after takes the mark. If an Error keeps {@link #after} from
 * being run, or a hook from being called by it, the next {@link #prepare} begins with what is left.
 */
final class HookDriver implements Driver {
    private static final HookSource[] NONE = {};

    private final Inbox inbox;
    private final Home home;
    private final Callbacks callbacks;
    private final Counters counters;
    final HookWait wait;

    /** In the order in which they were made. Written under the monitor. */
    private volatile HookSource[] hooks = NONE;

    /** The hooks of the wait that is under way: those that are marked hear when it is over. */
    private HookSource[] round = NONE;

    /** The hook that is being called. */
    private @Nullable HookSource calling;

    /** The loop has asked how long it may wait, after the hooks were prepared. */
    private boolean asked;

    HookDriver(Inbox inbox, Home home, Callbacks callbacks, Counters counters) {
        this.inbox = inbox;
        this.home = home;
        this.callbacks = callbacks;
        this.counters = counters;
        this.wait = new HookWait(home);
    }

    /** Adds a hook, for the next wait. */
    void add(HookSource hook) {
        synchronized (this) {
            HookSource[] before = hooks;
            HookSource[] more = Arrays.copyOf(before, before.length + 1);
            more[before.length] = hook;
            hooks = more;
        }
        wakeLoop();
    }

    /** Removes a hook that is closed. */
    @SuppressWarnings("ReferenceEquality") // the very same hook
    synchronized void remove(HookSource hook) {
        hooks = Arrays.stream(hooks).filter(other -> other != hook).toArray(HookSource[]::new);
    }

    /** Has the loop look at its hooks once more, unless it will do so anyway before it waits. */
    void wakeLoop() {
        if (!home.isCurrent() || home.isAside() || calling != null) {
            inbox.wakeupIfOpen();
        }
    }

    /** {@return whether a hook is being called} */
    boolean isCalling() {
        return calling != null;
    }

    /** Prepares a wait. If this throws, there is no wait, and {@link #after} has been called. */
    void prepare() {
        HookSource busy = calling;
        if (busy != null) {
            throw new IllegalStateException(busy + " may not poll " + home.describe() + ", which calls it before and"
                    + " after each wait: schedule work that polls");
        }
        if (round.length > 0) {
            after();
        }
        wait.begin();
        asked = false;
        round = hooks;
        boolean whole = false;
        try {
            for (HookSource hook : round) {
                if (hook.isListening()) {
                    wait.speaks(hook);
                    call(hook);
                }
            }
            whole = true;
        } finally {
            wait.speaks(null); // stores only: they hold after an Error too
            if (!whole) {
                after();
            }
        }
    }

    /** Tells the hooks that were prepared that the wait is over. */
    @SuppressWarnings("ReferenceEquality") // two hooks may throw the very same Error
    void after() {
        Error first = null;
        for (HookSource hook : round) {
            try {
                callAfter(hook);
            } catch (Error e) {
                if (first == null) {
                    first = e;
                } else if (first != e) {
                    first.addSuppressed(e);
                }
            }
        }
        if (first != null) {
            throw first; // the round stays, because a hook may be marked still
        }
        round = NONE;
    }

    private void callAfter(HookSource hook) {
        if (hook.prepared) {
            if (hook.isOpen()) {
                call(hook);
            } else {
                hook.prepared = false;
            }
        }
    }

    private void call(HookSource hook) {
        calling = hook;
        try {
            callbacks.call(hook);
        } finally {
            calling = null; // a store only: it holds after an Error too
        }
    }

    @Override
    public long longestWait() {
        long longest = wait.left();
        if (!asked) {
            asked = true;
            HookSource cutter = wait.shortest();
            if (longest == 0 && cutter != null) {
                counters.cutToNothing(cutter.name(), ++cutter.sleepless);
            }
        }
        return longest;
    }
}
