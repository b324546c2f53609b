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
 * A loop over poll(2) and an eventfd, written by hand on the Foreign Function & Memory API, with a slot for one task: what
 * the library's loop is at the core, without the library. It arms, looks once more and blocks, as the C baseline does.
 */
public final class HandWrittenLoop implements TaskLoop {
    private static final MemorySegment ONE = Arena.global().allocateFrom(ValueLayout.JAVA_LONG, 1);
    private static final VarHandle SLOT;
    private static final VarHandle ARMED;

    static {
        try {
            SLOT = MethodHandles.lookup().findVarHandle(HandWrittenLoop.class, "slot", Runnable.class);
            ARMED = MethodHandles.lookup().findVarHandle(HandWrittenLoop.class, "armed", boolean.class);
        } catch (ReflectiveOperationException e) {
            throw new ExceptionInInitializerError(e);
        }
    }

    private final int doorbell = Errno.check(Libc.eventfd(0, linux_h.EFD_NONBLOCK()), "eventfd", -1);
    private final MemorySegment descriptor = Arena.ofAuto().allocate(pollfd.layout());
    private final MemorySegment errno = Libc.errnoSegment(Arena.ofAuto());
    private final MemorySegment drained = Arena.ofAuto().allocate(ValueLayout.JAVA_LONG);
    private final Thread thread;

    private volatile @Nullable Runnable slot;

    /** The thread's own. */
    private boolean stopped;

    @SuppressWarnings("unused") // through ARMED
    private boolean armed;

    /** Starts the thread. */
    public HandWrittenLoop() {
        pollfd.fd(descriptor, doorbell);
        pollfd.events(descriptor, (short) linux_h.POLLIN());
        thread = Thread.ofPlatform().name("by hand").start(this::run);
    }

    @Override
    public void execute(Runnable task) {
        SLOT.setRelease(this, task);
        VarHandle.fullFence();
        if ((boolean) ARMED.getOpaque(this)) {
            Libc.write(doorbell, ONE, Long.BYTES);
        }
    }

    private void run() {
        while (!stopped) {
            Runnable task = (Runnable) SLOT.getAcquire(this);
            if (task == null) {
                block();
            } else {
                SLOT.setOpaque(this, (Runnable) null); // before it runs: its caller may put the next there then
                task.run();
            }
        }
    }

    private void block() {
        ARMED.setOpaque(this, true);
        VarHandle.fullFence();
        if (slot == null) {
            Errno.check(Libc.ppoll(errno, descriptor, 1, MemorySegment.NULL), "poll", doorbell);
            Libc.read(doorbell, drained, Long.BYTES);
        }
        ARMED.setOpaque(this, false);
    }

    @Override
    public void close() {
        while (slot != null) {
            Thread.onSpinWait();
        }
        execute(() -> stopped = true);
        Threads.join(thread);
        Descriptors.close(doorbell);
    }
}
