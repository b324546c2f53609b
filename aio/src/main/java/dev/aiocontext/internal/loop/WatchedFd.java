package dev.aiocontext.internal.loop;

import dev.aiocontext.FdEvents;
import dev.aiocontext.FdHandler;
import dev.aiocontext.FdSource;
import dev.aiocontext.PollHook;
import dev.aiocontext.Source;
import dev.aiocontext.internal.fdmon.FdEntry;
import dev.aiocontext.internal.wakeup.PollPhase;
import java.lang.invoke.MethodHandles;
import java.lang.invoke.VarHandle;
import java.util.Objects;
import java.util.concurrent.CompletableFuture;
import org.jspecify.annotations.Nullable;

/**
 * A source of a descriptor: what it waits for, and what it calls. {@link FdSources} does what takes the set of descriptors.
 *
 * <p><b>Threads.</b> {@link #invoke}, {@link #callbackFailed}, {@link #outer}, {@link #told} and {@link #phase}: the home thread. Everything
 * else: any. {@link #entry}, {@link #interest}, {@link #open} and {@link #suspended} are written under the lock of the set, and read by
 * any thread.
 */
final class WatchedFd extends ListedSource implements FdSource {
    private static final VarHandle INTEREST;

    static {
        try {
            INTEREST = MethodHandles.lookup().findVarHandle(WatchedFd.class, "interest", FdEvents.class);
        } catch (ReflectiveOperationException e) {
            throw new ExceptionInInitializerError(e);
        }
    }

    private final FdSources owner;
    private final int fd;
    final FdHandler handler;
    final FdSources.Entry entry;

    /** Not volatile: the lock is released right after each store, and a second fence would be 5 ns of a change. */
    FdEvents interest;

    volatile boolean open;
    volatile boolean suspended;

    /** Another source of this loop has taken its descriptor over. Under the lock of the set. */
    boolean replaced;

    /** What is due to it if it is polled in user space. */
    private final @Nullable PollPhase phase;

    /** The home thread's, while it is being called: the source in whose handler that is. */
    @Nullable
    WatchedFd outer;

    /** The home thread's: what the callback is to be told. */
    FdEvents told = FdEvents.NONE;

    /** Creates a source that is not open yet. */
    WatchedFd(
            FdSources owner,
            Sources sources,
            String name,
            FdSources.Entry entry,
            FdEvents interest,
            FdHandler handler,
            @Nullable PollHook hook) {
        super(sources, name);
        this.owner = owner;
        this.fd = entry.fd();
        this.entry = entry;
        this.interest = interest;
        this.handler = handler;
        this.phase = hook == null ? null : new PollPhase(hook);
    }

    /** {@return whether it is polled in user space} */
    boolean isPolled() {
        return phase != null;
    }

    /** {@return what is due to it} If it is polled. */
    PollPhase phase() {
        return Objects.requireNonNull(phase);
    }

    /** {@return what polls it in user space, or null} */
    @Nullable
    PollHook hook() {
        return phase == null ? null : phase.hook();
    }

    /** Notes that its handler is being called, or passed over; says whether a check has found something. */
    boolean takeFound() {
        return phase != null && phase.take();
    }

    /** {@return whether it may be called} */
    boolean isListening() {
        return open && !suspended;
    }

    /** Ends polling in user space, on the home thread. On another thread, the next iteration does that. */
    void endPolling() {
        if (phase != null) {
            owner.endPolling(this);
        }
    }

    /** A stage of {@link #closed} may free what the hook looks at. */
    @Override
    public boolean isRunning() {
        return super.isRunning() || (phase != null && owner.isPolling(this));
    }

    @Override
    public void retire() {
        try {
            endPolling();
        } finally {
            super.retire();
        }
    }

    @Override
    public void complete() {
        try {
            endPolling();
        } finally {
            super.complete();
        }
    }

    @Override
    public int fd() {
        return fd;
    }

    @Override
    public FdEvents interest() {
        return (FdEvents) INTEREST.getOpaque(this);
    }

    @Override
    public void interest(FdEvents wanted) {
        owner.changeInterest(this, Objects.requireNonNull(wanted, "wanted"));
    }

    /** Moves it to another loop. */
    CompletableFuture<FdSource> moveTo(FdSources target) {
        return owner.move(this, target);
    }

    /** Closes it for its own part, if it has this interest still; says whether it did. To be followed by {@link #retire}. */
    boolean endUnchanged(FdEvents wanted) {
        return owner.removeUnchanged(this, wanted);
    }

    /** What the set is to wait for. */
    int wanted() {
        return suspended ? FdEntry.SUSPENDED : interest.toPoll();
    }

    @Override
    public boolean isOpen() {
        return open;
    }

    @Override
    public void hold() {
        owner.suspend(this);
    }

    @Override
    public void letGo() {
        owner.resume(this);
    }

    @Override
    public boolean isSuspended() {
        return suspended && open;
    }

    @Override
    public void end() {
        owner.remove(this);
    }

    @Override
    public void endWithContext() {
        open = false;
    }

    @Override
    public Source owner() {
        return ownerOf(handler);
    }

    @Override
    public String waitsFor() {
        return phase == null ? interest().toString() : interest() + ", polled";
    }

    @Override
    public void invoke() throws Throwable {
        handler.ready(this, told);
    }

    @Override
    public void callbackFailed() {
        sources().suspensions().noteFailed(this);
        owner.suspendFailed(this);
    }

    @Override
    public String toString() {
        String number = "fd " + fd;
        return name().equals(number) ? number : name() + " (" + number + ")";
    }
}
