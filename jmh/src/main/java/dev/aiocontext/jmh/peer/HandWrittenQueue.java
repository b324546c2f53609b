package dev.aiocontext.jmh.peer;

import org.jctools.queues.MpscUnboundedArrayQueue;
import org.jspecify.annotations.Nullable;

/** A loop by hand over the queue of JCTools that Netty's loops have too, in chunks of 1,024. Any number of threads hand over. */
final class HandWrittenQueue extends HandWrittenLoop {
    private static final int CHUNK = 1024;

    private final MpscUnboundedArrayQueue<Runnable> queue = new MpscUnboundedArrayQueue<>(CHUNK);

    @Override
    void put(Runnable task) {
        queue.offer(task);
    }

    @Override
    @Nullable
    Runnable take() {
        return queue.poll();
    }

    @Override
    boolean isEmpty() {
        return queue.isEmpty();
    }
}
