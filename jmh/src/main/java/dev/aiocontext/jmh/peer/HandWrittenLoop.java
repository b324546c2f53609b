package dev.aiocontext.jmh.peer;

import dev.aiocontext.bindings.linux.linux_h;
import dev.aiocontext.bindings.linux.pollfd;
import dev.aiocontext.internal.posix.Descriptors;
import dev.aiocontext.internal.posix.Errno;
import dev.aiocontext.internal.posix.Libc;
import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.lang.invoke.MethodHandles;
import java.lang.invoke.VarHandle;
import org.jspecify.annotations.Nullable;

/**
 * A loop over poll(2) and an eventfd, written by hand on the Foreign Function & Memory API: what the library's loop is at the
 * core, without the library. It arms, looks once more and blocks, as the C baseline does. Subclasses say where tasks wait.
 *
 * <p>A notifier publishes its task, then reads the flag; the loop sets the flag, then looks for tasks. A full fence on either
 * side makes one of the two see the other. Of many notifiers that find the loop armed, one writes the eventfd.
 */
abstract class HandWrittenLoop implements TaskLoop {
    private static final MemorySegment ONE = Arena.global().allocateFrom(ValueLayout.JAVA_LONG, 1);
    private static final VarHandle ARMED;

    static {
        try {
            ARMED = MethodHandles.lookup().findVarHandle(HandWrittenLoop.class, "armed", boolean.class);
        } catch (ReflectiveOperationException e) {
            throw new ExceptionInInitializerError(e);
        }
    }

    private final int doorbell = Errno.check(Libc.eventfd(0, linux_h.EFD_NONBLOCK()), "eventfd", -1);
    private final MemorySegment descriptor = Arena.ofAuto().allocate(pollfd.layout());
    private final MemorySegment errno = Libc.errnoSegment(Arena.ofAuto());
    private final MemorySegment drained = Arena.ofAuto().allocate(ValueLayout.JAVA_LONG);
    private final Thread thread = Thread.ofPlatform().name("by hand").unstarted(this::run);

    /** The thread's own. */
    private boolean stopped;

    @SuppressWarnings("unused") // through ARMED
    private boolean armed;

    /** Publishes a task: any thread that the subclass allows. */
    abstract void put(Runnable task);

    /** Takes the next task, or none: the loop's thread. */
    abstract @Nullable Runnable take();

    /** Looks for a task: the loop's thread. */
    abstract boolean isEmpty();

    /** Starts the thread. */
    HandWrittenLoop start() {
        pollfd.fd(descriptor, doorbell);
        pollfd.events(descriptor, (short) linux_h.POLLIN());
        thread.start();
        return this;
    }

    @Override
    public final void execute(Runnable task) {
        put(task);
        VarHandle.fullFence();
        if ((boolean) ARMED.getOpaque(this) && ARMED.compareAndSet(this, true, false)) {
            Libc.write(doorbell, ONE, Long.BYTES);
        }
    }

    private void run() {
        while (!stopped) {
            Runnable task = take();
            if (task == null) {
                block();
            } else {
                task.run();
            }
        }
    }

    private void block() {
        ARMED.setOpaque(this, true);
        VarHandle.fullFence();
        if (isEmpty()) {
            Errno.check(Libc.ppoll(errno, descriptor, 1, MemorySegment.NULL), "poll", doorbell);
            Libc.read(doorbell, drained, Long.BYTES);
        }
        ARMED.setOpaque(this, false);
    }

    @Override
    public void close() {
        execute(() -> stopped = true);
        Threads.join(thread);
        Descriptors.close(doorbell);
    }
}
