package dev.aiocontext.internal.loop;

import java.util.Collections;
import java.util.List;
import java.util.Set;
import java.util.WeakHashMap;
import java.util.concurrent.ScheduledExecutorService;
import org.jspecify.annotations.Nullable;

/**
 * Opens the scheduled executors of a context, and ends them with it.
 *
 * <p>An executor that is forgotten is collected: only its pending tasks hold it, because the queue and the timers hold these.
 *
 * <p><b>Threads.</b> {@link #open}: any. {@link #end}: the thread that closes. The monitor guards the fields.
 */
public final class ScheduledViews {
    private final Home home;
    private final LoopParts loop;

    /** Made when the first executor is opened, because most contexts have none. */
    private @Nullable Set<ScheduledView> views;

    private boolean ended;

    /**
     * Creates it, without an executor.
     *
     * @param home the home thread
     * @param loop what runs the tasks
     */
    public ScheduledViews(Home home, LoopParts loop) {
        this.home = home;
        this.loop = loop;
    }

    /**
     * Opens an executor.
     *
     * @return the executor
     * @throws IllegalStateException if the context is closed
     */
    public ScheduledExecutorService open() {
        ScheduledView view = new ScheduledView(home, loop);
        synchronized (this) {
            loop.inbox().requireOpen(); // the inbox is closed before the end asks whether there are executors
            if (views == null) {
                views = Collections.newSetFromMap(new WeakHashMap<>());
            }
            views.add(view);
        }
        return view;
    }

    /** Shuts all executors down, and cancels what is pending. If it fails halfway, calling it again does the rest. */
    public void end() {
        List<ScheduledView> all;
        synchronized (this) {
            all = views == null ? List.of() : List.copyOf(views);
        }
        for (ScheduledView view : all) {
            view.endWithContext();
        }
        synchronized (this) {
            ended = true;
        }
    }

    /** {@return whether there is nothing left to end} */
    synchronized boolean hasEnded() {
        return views == null || ended;
    }
}
