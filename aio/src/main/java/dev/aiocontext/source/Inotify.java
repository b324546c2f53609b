package dev.aiocontext.source;

import dev.aiocontext.AioContext;
import dev.aiocontext.BottomHalf;
import dev.aiocontext.FdEvents;
import dev.aiocontext.FdSource;
import dev.aiocontext.internal.posix.InotifyFd;
import java.nio.file.Path;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Objects;
import java.util.Set;
import java.util.concurrent.CompletionStage;

/**
 * Watches files and directories on a loop, by inotify(7). Each watch is a source of its own, with a handler; this object is the source
 * of the descriptor that they share.
 *
 * <pre>{@code
 * Inotify inotify = Inotify.on(ctx);
 * inotify.watch(directory, InotifyKind.CLOSE_WRITE, (watch, event) -> load(event.path()));
 * }</pre>
 *
 * <p><b>What is told.</b>
 * <ol>
 *   <li>A watch is told its events in their order. The order of events of two watches is not promised.
 *   <li>A move whose two ends are watched is one event, {@link InotifyKind#MOVED}. If they are watched by two watches, both are told. A
 *       half whose other half does not come with the next read is told alone. If nothing else happens, that read comes within 10 ms.
 *   <li>If the kernel's queue overflows (sysctl {@code fs.inotify.max_queued_events}), each watch is told {@link InotifyKind#OVERFLOW}, and those
 *       whose files have gone meanwhile are told that.
 *   <li>A watch whose file or directory goes away is told {@link InotifyKind#GONE}, and is closed.
 * </ol>
 *
 * <p><b>What is not told.</b> Inotify tells nothing of subdirectories, nor of files that are mapped into memory. It tells nothing
 * of changes that another machine makes to a network file system, nor of most of what happens in /proc and /sys. Equal events in a
 * row are one.
 *
 * <p><b>Two paths, one inode.</b> Watches whose paths lead to the same file, by a link for instance, are all told of it, each with its
 * own path.
 *
 * <p><b>Threads.</b> Any thread may call any method. Handlers run on the home thread.
 */
public final class Inotify extends ReadyMadeSource {
    private final AioContext context;
    private final InotifyFd fd;
    private final WatchTable table;
    private final BottomHalf lookAgain;
    private final FdSource source;
    private final CompletionStage<Void> closed;

    /** The watches whose handlers may be running. Guarded by its monitor. */
    private final Set<InotifyWatch> watches = new LinkedHashSet<>();

    /** Makes one step of what {@link #suspend} and {@link #resume} do, so that a thread in the other one does not come in between. */
    private final Object suspending = new Object();

    /**
     * Whether the watches wait for {@link #resume}. The source of the descriptor does not tell that: its owner, a group or a failure may
     * suspend it alone, and then nobody wakes the watches when it goes on.
     */
    private volatile boolean suspended;

    // The home thread's.
    private final MovePairs pairs = new MovePairs();
    private boolean routing;

    private Inotify(AioContext context, InotifyFd fd) {
        this.context = context;
        this.fd = fd;
        table = new WatchTable(fd);
        lookAgain = context.newBottomHalf("inotify", owned(this::lookAgain));
        try {
            // The handler is not called before the first watch: there is nothing to read until then.
            source = context.watch("inotify", fd.fd(), FdEvents.READ, owned((self, events) -> receive()));
        } catch (RuntimeException | Error e) {
            lookAgain.close();
            throw e;
        }
        closed = source.closed().thenCompose(nothing -> end()).whenComplete((nothing, failure) -> fd.close());
    }

    @Override
    FdSource base() {
        return source;
    }

    /**
     * Opens an inotify instance on a context.
     *
     * @param context the context
     * @return the instance, without watches, to be closed
     * @throws IllegalStateException if the context is closed
     * @throws dev.aiocontext.SyscallException if the user has as many instances as sysctl {@code fs.inotify.max_user_instances} allows
     */
    public static Inotify on(AioContext context) {
        Objects.requireNonNull(context, "context");
        InotifyFd fd = InotifyFd.open();
        try {
            return new Inotify(context, fd);
        } catch (RuntimeException | Error e) {
            fd.close();
            throw e;
        }
    }

    /**
     * Watches a file or directory for one kind of event: {@link #watch(Path, Set, InotifyHandler)}.
     *
     * @param path the file or directory
     * @param interest what to tell
     * @param handler what to call, on the loop
     * @return the watch
     */
    public InotifyWatch watch(Path path, InotifyKind interest, InotifyHandler handler) {
        return watch(path, Set.of(Objects.requireNonNull(interest, "interest")), handler);
    }

    /**
     * Watches a file or directory. A symbolic link is followed. {@link InotifyKind#OVERFLOW}, {@link InotifyKind#UNMOUNT} and {@link
     * InotifyKind#GONE} are told without being asked for.
     *
     * <p>While the kernel looks the path up, the events of this object wait, and so does the loop if there are any. Give a path on a network
     * file system that may hang an Inotify on a context of its own.
     *
     * @param path the file or directory; it must be there, and be readable
     * @param interest what to tell
     * @param handler what to call, on the loop
     * @return the watch; it closes itself if the file goes, and with this object
     * @throws IllegalArgumentException if it is no path of the default file system
     * @throws IllegalStateException if this object or the context is closed
     * @throws dev.aiocontext.SyscallException with the path: ENOENT if it is not there, EACCES if it may not be read, ENOSPC if the user has as
     *     many watches as sysctl {@code fs.inotify.max_user_watches} allows
     */
    public InotifyWatch watch(Path path, Set<InotifyKind> interest, InotifyHandler handler) {
        byte[] bytes = PathBytes.of(path);
        Objects.requireNonNull(interest, "interest");
        InotifyWatch watch =
                new InotifyWatch(context, this, path, interest, Objects.requireNonNull(handler, "handler"));
        try {
            synchronized (watches) {
                watches.add(watch);
            }
            table.add(watch, bytes);
        } catch (RuntimeException | Error e) {
            watch.close();
            lived(watch);
            throw e;
        }
        // Whoever closes it: its owner, itself, or the context.
        watch.closed().thenRun(() -> {
            forget(watch);
            lived(watch);
        });
        return watch;
    }

    private void lived(InotifyWatch watch) {
        synchronized (watches) {
            watches.remove(watch);
        }
    }

    /** Ends a watch in the kernel. */
    void forget(InotifyWatch watch) {
        table.remove(watch);
    }

    /** Schedules a bottom half of this, unless somebody else has closed it or the context meanwhile. */
    void schedule(BottomHalf bottomHalf) {
        try {
            bottomHalf.schedule();
        } catch (IllegalStateException e) {
            if (bottomHalf.isOpen() && !context.isClosed()) {
                throw e;
            }
        }
    }

    private void lookAgain() {
        receive();
        for (InotifyWatch watch : watches()) {
            watch.wake();
        }
    }

    private List<InotifyWatch> watches() {
        synchronized (watches) {
            return List.copyOf(watches);
        }
    }

    /** Reads once, and comes back if that fails: nothing else may ask for what is left in the buffer and what waits for a second half. */
    private void receive() {
        try {
            readOnce();
        } catch (RuntimeException | Error e) {
            schedule(lookAgain);
            throw e;
        }
    }

    /** Reads once, which is 1,024 events at most, and queues them for their watches. */
    private void readOnce() {
        if (routing) {
            table.overflow(); // a failure has ended the routing of an event
        }
        boolean awaitSecond = table.awaitsArrivals();
        if (fd.read()) {
            routing = true; // first: an event that fails after next() is lost
            while (fd.next()) {
                pairs.add(new RawEvent(fd.wd(), fd.mask(), fd.cookie(), fd.name()), awaitSecond);
            }
        }
        pairs.endOfRead();
        routing = true;
        for (RawEvent event = pairs.poll(); event != null; event = pairs.poll()) {
            table.route(event);
        }
        routing = false;
        if (pairs.isHolding()) {
            lookAgain.scheduleIdle();
        }
    }

    /** Keeps all handlers from being called until {@link #resume}. What happens meanwhile waits in the kernel's queue, which may overflow. */
    @Override
    public void suspend() {
        synchronized (suspending) {
            suspended = true;
            source.suspend();
            lookAgain.suspend();
        }
    }

    @Override
    public void resume() {
        synchronized (suspending) {
            suspended = false;
            source.resume();
            lookAgain.resume();
            schedule(lookAgain);
        }
    }

    /** Whether the watches keep what is queued for them until {@link #resume} wakes them. */
    boolean keepsWatchesWaiting() {
        return suspended;
    }

    /** Closes all watches, and the descriptor once no handler can be running. */
    @Override
    public void close() {
        table.end();
        source.close();
        lookAgain.close();
        watches().forEach(InotifyWatch::close);
    }

    private CompletionStage<Void> end() {
        close();
        CompletionStage<Void> all = lookAgain.closed();
        for (InotifyWatch watch : watches()) {
            all = all.thenCompose(nothing -> watch.closed());
        }
        return all;
    }

    @Override
    public CompletionStage<Void> closed() {
        return closed.toCompletableFuture().copy();
    }

    @Override
    public String toString() {
        return source.toString();
    }
}
