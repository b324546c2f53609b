package dev.aiocontext.jmh.peer;

import dev.aiocontext.internal.posix.Libc;
import java.util.concurrent.locks.LockSupport;
import org.jspecify.annotations.Nullable;

/** Asks by a task, always the same object; the task answers by a flag, and unparks the asker if it parks. */
final class TaskRoundTrip implements RoundTrip {
    private final TaskLoop loop;
    private final boolean parks;
    private final Runnable question = this::answer;
    private final int tid;

    private volatile boolean answered;
    private volatile @Nullable Thread asker;

    /** The loop's thread's, published by {@link #answered}. */
    private long answers;

    TaskRoundTrip(TaskLoop loop, Reply reply) {
        this.loop = loop;
        this.parks = reply == Reply.PARK;
        int[] tid = new int[1];
        Threads.runOn(loop, () -> tid[0] = Libc.gettid());
        this.tid = tid[0];
    }

    @Override
    public void trip() {
        answered = false;
        if (parks) {
            asker = Thread.currentThread();
        }
        loop.execute(question);
        while (!answered) {
            if (parks) {
                LockSupport.park(this);
            } else {
                Thread.onSpinWait();
            }
        }
    }

    private void answer() {
        answers++;
        answered = true;
        if (parks) {
            LockSupport.unpark(asker);
        }
    }

    @Override
    public long answers() {
        return answers;
    }

    @Override
    public int tid() {
        return tid;
    }

    @Override
    public void close() {
        loop.close();
    }
}
