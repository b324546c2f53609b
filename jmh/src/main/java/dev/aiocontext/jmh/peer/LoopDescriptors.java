package dev.aiocontext.jmh.peer;

import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.locks.LockSupport;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;

/** Pipes that a loop in Java watches. What the handlers share is the loop's thread's. */
final class LoopDescriptors implements DescriptorSet {
    private final TaskLoop loop;
    private final List<WatchedPipe> pipes = new ArrayList<>();
    private final WatchedPipe spare;
    private final Runnable begin = this::begin;

    private int active;
    private long target;
    private long issued;
    private long handled;
    private @Nullable Thread caller;
    private volatile boolean done;

    LoopDescriptors(TaskLoop loop, Supplier<WatchedPipe> opener, int count) {
        this(loop, opener, count, opener, 0);
    }

    /** Of the count, so many idle ones that another opener opens. */
    LoopDescriptors(
            TaskLoop loop, Supplier<WatchedPipe> opener, int count, Supplier<WatchedPipe> idleOpener, int idle) {
        this.loop = loop;
        for (int i = 0; i < count; i++) {
            pipes.add(i < count - idle ? opener.get() : idleOpener.get());
        }
        spare = opener.get();
        Threads.runOn(loop, () -> pipes.forEach(pipe -> pipe.watch(() -> readable(pipe))));
    }

    @Override
    public void handle(int activePipes, int events) {
        active = activePipes;
        target += events;
        caller = Thread.currentThread();
        done = false;
        loop.execute(begin);
        while (!done) {
            LockSupport.park(this);
        }
    }

    private void begin() {
        for (int i = 0; i < active && issued < target; i++) {
            issued++;
            pipes.get(i).put();
        }
    }

    private void readable(WatchedPipe pipe) {
        pipe.take();
        handled++;
        if (issued < target) {
            issued++;
            pipe.put();
        } else if (handled == target) {
            done = true;
            LockSupport.unpark(caller);
        }
    }

    @Override
    public void register(int times) {
        Threads.runOn(loop, () -> {
            Runnable nothing = () -> {};
            for (int i = 0; i < times; i++) {
                spare.watch(nothing);
                spare.settle();
                spare.unwatch();
                spare.settle();
            }
        });
    }

    @Override
    public void changeInterest(int times) {
        Threads.runOn(loop, () -> {
            spare.watch(() -> {});
            spare.settle();
            for (int i = 0; i < times; i++) {
                spare.await(i % 2 == 0);
                spare.settle();
            }
            spare.unwatch();
            spare.settle();
        });
    }

    @Override
    public long handled() {
        return handled;
    }

    @Override
    public void close() {
        Threads.runOn(loop, () -> pipes.forEach(WatchedPipe::unwatch));
        loop.close();
        pipes.forEach(WatchedPipe::close);
        spare.close();
    }
}
