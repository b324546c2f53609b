package dev.aiocontext.source;

import dev.aiocontext.AioContext;
import dev.aiocontext.BottomHalf;
import java.nio.file.Path;
import java.util.ArrayDeque;
import java.util.Deque;
import java.util.Set;
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;

/**
 * A path that an {@link Inotify} watches: a source with a handler of its own. Made by {@link Inotify#watch(Path, Set, InotifyHandler)}.
 *
 * <p>The watch is on the <em>inode</em> that the path leads to when it is made. It follows that file or directory if it is moved, and ends
 * with it: {@link InotifyKind#GONE} is the last event, after which the watch is closed.
 *
 * <p>A suspended watch keeps up to 16,384 events. If there are more, it is told {@link InotifyKind#OVERFLOW} in place of the rest.
 *
 * <p><b>Fairness.</b> An iteration of the loop tells a watch 1,024 events at most, or as many as begin within 500 us.
 *
 * <p><b>Threads.</b> Any thread may call any method.
 */
public final class InotifyWatch extends ReadyMadeSource {
    private static final int MOST_QUEUED = 16_384;
    private static final int MOST_AT_ONCE = 1024;
    private static final int LOOK_AT_CLOCK = 16;
    private static final long LONGEST_AT_ONCE = TimeUnit.MICROSECONDS.toNanos(500);
    private static final int ALWAYS = InotifyKind.UNMOUNT.bits | InotifyKind.OVERFLOW.bits | InotifyKind.GONE.bits;

    /** What the kernel is asked for: IN_*. */
    final int mask;

    /** Guarded by the monitor of the {@link WatchTable}. */
    WatchTable.@Nullable Inode inode;

    /** What it is to be told, besides what is always told. */
    private final int interest;

    private final Inotify inotify;
    private final Path path;
    private final InotifyHandler handler;
    private final BottomHalf bottomHalf;

    // The home thread's.
    private final Deque<InotifyEvent> queue = new ArrayDeque<>();
    private boolean overflowed;
    private boolean telling;

    /**
     * Creates a watch that is not in the table yet. Its events are told by a bottom half, so that a failure and a slow handler are the
     * watch's and not those of the descriptor, which all watches share.
     */
    InotifyWatch(AioContext context, Inotify inotify, Path path, Set<InotifyKind> interest, InotifyHandler handler) {
        int bits = 0;
        for (InotifyKind kind : interest) {
            bits |= kind.bits;
        }
        this.interest = bits & ~ALWAYS;
        this.mask = this.interest != 0 ? this.interest : InotifyKind.DELETE_SELF.bits; // the kernel refuses none
        this.inotify = inotify;
        this.path = path;
        this.handler = handler;
        this.bottomHalf = context.newBottomHalf(
                "inotify " + path, owned(this::tell)); // last: not scheduled before it is in the table
    }

    @Override
    BottomHalf base() {
        return bottomHalf;
    }

    /** {@return the path that is watched, as it was given} */
    public Path path() {
        return path;
    }

    /** Ends the watch. Events that were not told yet are not told any more. */
    @Override
    public void close() {
        bottomHalf.close();
        inotify.forget(this);
    }

    /** Whether it is to be told of one of these: IN_*. */
    boolean wants(int bits) {
        return ((interest | ALWAYS) & bits) != 0;
    }

    /** An event about what is watched itself. */
    InotifyEvent about(InotifyKind kind) {
        return new InotifyEvent(kind, path, Path.of(""), null, false);
    }

    /** Queues an event. The home thread's. */
    void offer(InotifyEvent event) {
        if (queue.size() < MOST_QUEUED) {
            queue.add(event);
        } else if (event.kind() == InotifyKind.GONE) {
            queue.add(event); // the last
        } else if (!overflowed) {
            queue.add(about(InotifyKind.OVERFLOW));
            overflowed = true;
        }
        wake();
    }

    /** Has what is queued told. */
    void wake() {
        if (!queue.isEmpty() && isOpen()) {
            inotify.schedule(bottomHalf);
        }
    }

    private void tell() throws Throwable {
        if (telling || inotify.keepsWatchesWaiting()) {
            return; // the call that is under way goes on with the queue, or Inotify.resume() does
        }
        wake(); // first: whatever ends this, what is left is told in the next iteration
        telling = true;
        try {
            tellQueued();
        } finally {
            telling = false;
        }
        if (queue.isEmpty()) {
            bottomHalf.cancel();
        } else {
            wake(); // a nested poll may have taken the first one
        }
    }

    private void tellQueued() throws Throwable {
        long began = System.nanoTime();
        for (int told = 0; told < MOST_AT_ONCE && !queue.isEmpty() && isTold(); told++) {
            if (told % LOOK_AT_CLOCK == LOOK_AT_CLOCK - 1 && System.nanoTime() - began > LONGEST_AT_ONCE) {
                return;
            }
            InotifyEvent event = queue.remove();
            overflowed = overflowed && event.kind() != InotifyKind.OVERFLOW;
            try {
                handler.handle(this, event);
            } finally {
                if (event.kind() == InotifyKind.GONE) {
                    close();
                }
            }
        }
    }

    private boolean isTold() {
        return isOpen() && !isSuspended() && !inotify.keepsWatchesWaiting();
    }
}
