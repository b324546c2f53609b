package dev.aiocontext.internal.loop;

import java.util.Objects;
import java.util.concurrent.Executor;
import org.jspecify.annotations.Nullable;

/**
 * A stage of a {@link LoopFuture} on its way to the loop. The JDK does not tell which code of the user's is in it, so it is named by what it
 * comes after.
 *
 * <p><b>Threads.</b> Any thread makes it. {@link #run}: the home thread.
 *
 * @param stage what to run
 * @param work what the future was the result of, or null
 */
record LoopStage(Runnable stage, @Nullable Class<?> work) implements Runnable {
    /**
     * Runs stages on the loop. The inbox is closed before the last work runs, and before the last sources are. So the thread that closes runs the
     * stages of these itself: it is the home thread. Any other thread is refused then.
     *
     * @param home the home thread
     * @param inbox what they are pushed to
     * @param work what they come after, or null
     */
    record OnLoop(Home home, Inbox inbox, @Nullable Class<?> work) implements Executor {
        @Override
        public void execute(Runnable task) {
            Objects.requireNonNull(task, "task");
            if (inbox.isClosed() && home.isEntered()) {
                task.run();
            } else {
                inbox.execute(new LoopStage(task, work));
            }
        }
    }

    /** {@return what it is, in words} */
    String what() {
        return work == null ? "stage of a future" : "stage of call of " + work.getName();
    }

    @Override
    public void run() {
        stage.run();
    }
}
