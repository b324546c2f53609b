package dev.aiocontext.internal.loop;

import dev.aiocontext.internal.fdmon.ReadyList;
import dev.aiocontext.internal.wakeup.PollPhase;
import java.util.Arrays;
import org.jspecify.annotations.Nullable;

/**
 * Polls the sources of a loop that can be polled in user space ({@code PollHook}). {@link PollPhase} keeps what is due to each.
 *
 * <p>The steps of an iteration are:
 * <ol>
 *   <li>{@link #begin}, if the loop is to poll. What has begun stays so over iterations that find work.
 *   <li>{@link #isAnnounced}, while it polls.
 *   <li>{@link #end}, before it arms. Then {@link #longestWait} keeps it from sleeping if something was found.
 *   <li>{@link #collect}, after the wait or in place of it.
 * </ol>
 *
 * <p><b>Threads.</b> {@link #add}: any. Everything else: the home thread. A source that another thread makes, resumes, suspends or closes is
 * followed by a bare wake-up, after which {@link #collect} looks at it.
 *
 * <p><b>Errors.</b> An Error of a hook leaves the poll. The next iteration does what is still due.
 */
final class PollDriver implements Driver {
    private static final WatchedFd[] NONE = {};

    // The steps of a phase. No enum, because a switch over one loads a class, perhaps where the stack ends.
    private static final int BEGIN = 0;
    private static final int CHECK = 1;
    private static final int END = 2;

    /**
     * While all descriptors are polled in user space: how many looks into the kernel to save between two, because a hang-up, or room to
     * write, is told there alone.
     */
    private static final int SAVED_LOOKS = 63;

    private final FdDispatch dispatch;
    private final Home home;
    private final Callbacks callbacks;

    /** In the order in which they were made. Written under the monitor. */
    private volatile WatchedFd[] sources = NONE;

    /** The source whose hook is being called. */
    private @Nullable WatchedFd calling;

    /** How many have begun, as of the last {@link #begin} or {@link #end}. */
    private int begun;

    private int saved;

    /** Where {@link #collect} begins: at the first that there was no room for. */
    private int first;

    PollDriver(FdDispatch dispatch, Home home, Callbacks callbacks) {
        this.dispatch = dispatch;
        this.home = home;
        this.callbacks = callbacks;
    }

    /** Adds a source that is open. */
    synchronized void add(WatchedFd source) {
        WatchedFd[] before = sources;
        WatchedFd[] more = Arrays.copyOf(before, before.length + 1);
        more[before.length] = source;
        sources = more;
    }

    @SuppressWarnings("ReferenceEquality") // the very same source
    private synchronized void remove(WatchedFd source) {
        sources = Arrays.stream(sources).filter(other -> other != source).toArray(WatchedFd[]::new);
    }

    /** Refuses a poll by a hook. */
    void requireMayPoll() {
        WatchedFd busy = calling;
        if (busy != null) {
            throw new IllegalStateException("the poll hook of " + busy + " may not poll " + home.describe()
                    + ", which calls it around each wait");
        }
    }

    /** {@return whether a hook is being called} */
    boolean isCalling() {
        return calling != null;
    }

    /** Says whether the hook of a source is being called. */
    @SuppressWarnings("ReferenceEquality") // the very same source
    boolean isCalling(WatchedFd source) {
        return calling == source;
    }

    /** Has the producers told that the loop polls from now on. */
    void begin() {
        int sum = 0;
        for (WatchedFd source : sources) {
            if (source.isListening() && !dispatch.isBeingCalled(source)) {
                call(source, BEGIN);
            }
            sum += source.phase().isBegun() ? 1 : 0;
        }
        begun = sum;
    }

    /** Checks while the loop polls. */
    @Override
    public boolean isAnnounced() {
        boolean found = false;
        for (WatchedFd source : sources) {
            PollPhase phase = source.phase();
            if (phase.isBegun() && source.isListening() && !dispatch.isBeingCalled(source)) {
                call(source, CHECK);
                found |= phase.hasFound();
            }
        }
        return found;
    }

    /** Has the producers told that the loop is about to sleep, and checks once more. */
    void end() {
        for (WatchedFd source : sources) {
            end(source);
        }
        begun = 0;
    }

    /** A handler that polls may wait for the very item that nobody has announced, so the check after its end is made. */
    private void end(WatchedFd source) {
        PollPhase phase = source.phase();
        boolean ends = source.isListening() ? phase.isBegun() : phase.isEndDue();
        if (ends) {
            call(source, END);
        }
        if (source.isListening() && phase.isCheckDue() && (ends || !dispatch.isBeingCalled(source))) {
            call(source, CHECK);
        }
    }

    /** Tells, after the loop has armed, whether it may sleep. */
    @Override
    public long longestWait() {
        for (WatchedFd source : sources) {
            PollPhase phase = source.phase();
            if (source.isListening() && (phase.hasFound() || (phase.isCheckDue() && !dispatch.isBeingCalled(source)))) {
                return 0;
            }
        }
        return FOR_EVER;
    }

    /** Makes the checks that are due, adds what was found to what is ready, and ends what is closed or suspended. */
    void collect(ReadyList ready) {
        WatchedFd[] all = sources;
        int from = first < all.length ? first : 0;
        int room = ReadyList.MOST;
        for (int i = 0; i < all.length; i++) {
            int index = from + i < all.length ? from + i : from + i - all.length;
            if (room == 0) {
                first = index;
                return;
            }
            room -= collect(all[index], ready) ? 1 : 0;
        }
        first = 0;
    }

    private boolean collect(WatchedFd source, ReadyList ready) {
        PollPhase phase = source.phase();
        if (!source.isListening()) {
            settle(source, phase);
            return false;
        }
        if (!phase.hasFound() && (phase.isBegun() || phase.isCheckDue()) && !dispatch.isBeingCalled(source)) {
            call(source, CHECK);
        }
        if (phase.hasFound()) {
            ready.add(source.entry);
        }
        return phase.hasFound();
    }

    private void settle(WatchedFd source, PollPhase phase) {
        if (phase.isEndDue()) {
            call(source, END);
        }
        phase.take(); // what it has found is looked for anew once it is resumed
        if (!source.isOpen()) {
            remove(source);
        }
    }

    /** Ends a source that is closed or suspended, now. */
    void endNow(WatchedFd source) {
        if (source.phase().isEndDue()) {
            call(source, END);
        }
        if (!source.isOpen()) {
            remove(source);
        }
    }

    /** Ends all, because the context is being closed. */
    @SuppressWarnings("ReferenceEquality") // two hooks may throw the very same Error
    void endAll() {
        Error failure = null;
        for (WatchedFd source : sources) {
            try {
                endNow(source);
            } catch (Error e) {
                if (failure == null) {
                    failure = e;
                } else if (failure != e) {
                    failure.addSuppressed(e);
                }
            }
        }
        if (failure != null) {
            throw failure;
        }
    }

    private void call(WatchedFd source, int step) {
        WatchedFd outer = calling;
        PollPhase phase = source.phase();
        calling = source;
        try {
            if (FlightRecording.ofSlowCallbacks()) {
                takeRecorded(source, phase, step);
            } else {
                take(phase, step);
            }
        } catch (Throwable failure) {
            callbacks.failed(source, failure);
        } finally {
            calling = outer; // a store only: it holds after an Error too
        }
    }

    private static void take(PollPhase phase, int step) throws Throwable {
        if (step == CHECK) {
            phase.check();
        } else if (step == END) {
            phase.end();
        } else {
            phase.begin();
        }
    }

    /** The clock is read for each check then, of which there are many: so a recording makes a loop look less often. */
    private void takeRecorded(WatchedFd source, PollPhase phase, int step) throws Throwable {
        SlowCallbackEvent event = new SlowCallbackEvent();
        event.begin();
        try {
            take(phase, step);
        } finally {
            event.end();
            if (event.shouldCommit()) {
                callbacks.commit(event, "poll hook of " + CalledName.ofSource(source));
            }
        }
    }

    /** Says whether so many descriptors are all polled in user space, and the kernel need not be asked this time. */
    boolean saveLook(int descriptors) {
        if (begun < descriptors || begun == 0) {
            return false;
        }
        saved = saved < SAVED_LOOKS ? saved + 1 : 0;
        return saved != 0;
    }
}
