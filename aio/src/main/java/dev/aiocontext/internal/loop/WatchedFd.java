package dev.aiocontext.internal.loop;

import dev.aiocontext.FdEvents;
import dev.aiocontext.FdHandler;
import dev.aiocontext.FdSource;
import dev.aiocontext.Source;
import dev.aiocontext.internal.fdmon.FdEntry;
import java.lang.invoke.MethodHandles;
import java.lang.invoke.VarHandle;
import java.util.Objects;
import java.util.concurrent.CompletableFuture;
import org.jspecify.annotations.Nullable;

/**
 * A source of a descriptor: what it waits for, and what it calls. {@link FdSources} does what takes the set of descriptors.
 *
 * <p><b>Threads.</b> {@link #invoke}, {@link #callbackFailed}, {@link #outer} and {@link #told}: the home thread. Everything else: any. {@link
 * #entry}, {@link #interest}, {@link #open} and {@link #suspended} are written under the lock of the set, and read by any thread.
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
            FdHandler handler) {
        super(sources, name);
        this.owner = owner;
        this.fd = entry.fd();
        this.entry = entry;
        this.interest = interest;
        this.handler = handler;
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
        return interest().toString();
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
