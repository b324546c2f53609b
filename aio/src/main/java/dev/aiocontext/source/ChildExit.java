package dev.aiocontext.source;

import dev.aiocontext.AioContext;
import dev.aiocontext.BottomHalf;
import dev.aiocontext.FdEvents;
import dev.aiocontext.FdSource;
import dev.aiocontext.SyscallException;
import dev.aiocontext.internal.posix.PidFd;
import java.util.Objects;
import java.util.OptionalInt;
import org.jspecify.annotations.Nullable;

/**
 * Tells the end of a process, by a pidfd(2): a descriptor, and no thread. The source closes itself when it has told.
 *
 * <pre>{@code
 * Process make = new ProcessBuilder("make").start();
 * ChildExit.on(ctx, make, (source, status) -> System.out.println(status));
 * }</pre>
 *
 * <p><b>Whose end it is.</b> A pidfd stands for one process, also when its number belongs to another one by now. A {@link Process} or a
 * {@link ProcessHandle} whose process has ended before is told at once. A bare number is what it is at the call.
 *
 * <p><b>The exit code.</b> It is known of a child of this process that nobody has reaped yet, and of every {@link Process}. From
 * Linux 6.15 on, it is also known of a process that was reaped by the time that the loop hears of its end. Of other processes only
 * the end is known. Of a {@link Process} that the JDK had reaped before the call, or before Linux 6.15, {@link Process#exitValue}
 * alone is known: {@link ExitStatus} says what that leaves open.
 *
 * <p><b>Who reaps.</b> The JDK reaps what {@link ProcessBuilder} started, so {@link #on(AioContext, long, ExitHandler) on} reaps nothing. A child
 * that native code started stays a zombie until somebody reaps it: {@link #reaping} does. A source that is closed before the end reaps
 * nothing.
 *
 * <p><b>Threads.</b> Any thread may call any method. The handler runs on the home thread.
 */
public final class ChildExit extends ReadyMadeSource {
    private final long pid;
    private final boolean reap;
    private final @Nullable Process process;
    private final ExitHandler handler;
    private final BottomHalf bottomHalf;

    /** Written by one thread, before it schedules the bottom half that reads it. */
    private volatile @Nullable ExitStatus status;

    /** Null if the process had ended before. Written before it is published by a watch of the descriptor, and not again. */
    private volatile @Nullable FdSource source;

    private ChildExit(AioContext context, long pid, boolean reap, @Nullable Process process, ExitHandler handler) {
        this.pid = pid;
        this.reap = reap;
        this.process = process;
        this.handler = handler;
        this.bottomHalf =
                context.newBottomHalf("exit of process " + pid, owned(this::tell)); // last: scheduled after this
    }

    @Override
    BottomHalf base() {
        return bottomHalf;
    }

    @Override
    @Nullable
    FdSource descriptor() {
        return source;
    }

    /**
     * Tells the end of a process that the JDK has started.
     *
     * @param context the context
     * @param process the process
     * @param handler what to call, on the loop
     * @return the source
     * @throws IllegalStateException if the context is closed
     * @throws SyscallException if the kernel refuses a pidfd: ENOSYS before Linux 5.3, EPERM in some sandboxes, EMFILE
     */
    public static ChildExit on(AioContext context, Process process, ExitHandler handler) {
        requireBoth(context, handler);
        Objects.requireNonNull(process, "process");
        return start(context, process.toHandle(), process, handler);
    }

    /**
     * Tells the end of any process.
     *
     * @param context the context
     * @param handle the process
     * @param handler what to call, on the loop
     * @return the source
     * @throws IllegalArgumentException if it is this process
     * @throws IllegalStateException if the context is closed
     * @throws SyscallException as {@link #on(AioContext, Process, ExitHandler)}
     */
    public static ChildExit on(AioContext context, ProcessHandle handle, ExitHandler handler) {
        requireBoth(context, handler);
        Objects.requireNonNull(handle, "handle");
        return start(context, handle, null, handler);
    }

    /**
     * Tells the end of the process that has a number now. Nothing is reaped.
     *
     * @param context the context
     * @param pid its number
     * @param handler what to call, on the loop
     * @return the source
     * @throws IllegalArgumentException if the number can be none of another process
     * @throws IllegalStateException if the context is closed
     * @throws SyscallException ESRCH if no process has the number, else as {@link #on(AioContext, Process, ExitHandler)}
     */
    public static ChildExit on(AioContext context, long pid, ExitHandler handler) {
        requireBoth(context, handler);
        PidFd fd = PidFd.open(requireOther(pid));
        return watch(context, fd, pid, false, null, handler);
    }

    /**
     * Tells the end of a child that native code has started, and reaps it. This is not for what the JDK has started: the JDK reaps
     * that, and would not learn its exit code.
     *
     * @param context the context
     * @param pid its number
     * @param handler what to call, on the loop
     * @return the source
     * @throws IllegalArgumentException if it is no child of this process, or was reaped
     * @throws IllegalStateException if the context is closed
     * @throws SyscallException as {@link #on(AioContext, long, ExitHandler)}, and EINVAL before Linux 5.4, whose waitid(2) knows no pidfds
     */
    public static ChildExit reaping(AioContext context, long pid, ExitHandler handler) {
        requireBoth(context, handler);
        PidFd fd = PidFd.open(requireOther(pid));
        try {
            if (!fd.isChild()) {
                throw new IllegalArgumentException("process " + pid
                        + " is no child of this process, so it cannot be reaped: ChildExit.on tells its end");
            }
        } catch (RuntimeException | Error e) {
            fd.close();
            throw e;
        }
        return watch(context, fd, pid, true, null, handler);
    }

    private static void requireBoth(AioContext context, ExitHandler handler) {
        Objects.requireNonNull(context, "context");
        Objects.requireNonNull(handler, "handler");
    }

    private static int requireOther(long pid) {
        if (pid <= 0 || pid > Integer.MAX_VALUE) {
            throw new IllegalArgumentException(
                    "no process can have the number " + pid + ", which is to be positive, as Process.pid() is");
        }
        if (pid == ProcessHandle.current().pid()) {
            throw new IllegalArgumentException("process " + pid + " is this one, and cannot wait for its own end");
        }
        return (int) pid;
    }

    private static ChildExit start(
            AioContext context, ProcessHandle handle, @Nullable Process process, ExitHandler handler) {
        PidFd fd = open(handle);
        if (fd != null) {
            return watch(context, fd, handle.pid(), false, process, handler);
        }
        ChildExit started = new ChildExit(context, handle.pid(), false, process, handler);
        started.ended(OptionalInt.empty());
        return started;
    }

    /** Opens the process of a handle. Null if it has ended: its number may be another's by now. */
    private static @Nullable PidFd open(ProcessHandle handle) {
        int pid = requireOther(handle.pid());
        PidFd fd;
        try {
            fd = PidFd.open(pid);
        } catch (SyscallException e) {
            if (!handle.isAlive()) {
                return null;
            }
            throw e;
        }
        if (handle.isAlive()) {
            return fd; // the handle knows when its process began, so what was opened before this is that process
        }
        fd.close();
        return null;
    }

    private static ChildExit watch(
            AioContext context, PidFd fd, long pid, boolean reap, @Nullable Process process, ExitHandler handler) {
        ChildExit started = null;
        FdSource source;
        try {
            ChildExit made = new ChildExit(context, pid, reap, process, handler);
            started = made;
            source = context.watch(
                    made.name(), fd.fd(), FdEvents.READ, made.owned((self, events) -> made.readable(self, fd)));
        } catch (RuntimeException | Error e) {
            if (started != null) {
                started.bottomHalf.close();
            }
            fd.close();
            throw e;
        }
        source.closed().thenRun(fd::close);
        started.source = source;
        // Whoever closes it: its owner, itself, who has the bottom half from the list of sources, or the context.
        started.bottomHalf.closed().thenRun(source::close);
        return started;
    }

    private void readable(FdSource self, PidFd fd) {
        if (status == null) { // otherwise an Error has ended the call before
            OptionalInt waited = fd.waitStatus(reap);
            ended(waited.isPresent() ? waited : fd.reapedStatus());
        } else {
            schedule();
        }
        self.close();
    }

    private void ended(OptionalInt waitStatus) {
        Process started = process;
        if (waitStatus.isPresent()) {
            status = ExitStatus.of(pid, waitStatus.getAsInt());
        } else if (started != null) {
            // The JDK has reaped it, and is about to tell.
            started.onExit().thenRun(() -> {
                status = ExitStatus.ofExitValue(pid, started.exitValue());
                schedule();
            });
            return;
        } else {
            status = ExitStatus.unknown(pid);
        }
        schedule();
    }

    /** Schedules the bottom half, unless somebody has closed it or the context meanwhile. */
    private void schedule() {
        try {
            bottomHalf.schedule();
        } catch (IllegalStateException closed) {
            bottomHalf.close(); // there is nobody left to be told
        }
    }

    private void tell() throws Throwable {
        ExitStatus ended = status;
        if (ended == null) {
            return;
        }
        try {
            handler.exited(this, ended);
        } finally {
            close();
        }
    }

    /** {@return the number of the process} */
    public long pid() {
        return pid;
    }

    /** Keeps the handler from being called until {@link #resume}. A child that is to be reaped is reaped nevertheless. */
    @Override
    public void suspend() {
        super.suspend();
    }

    @Override
    public void close() {
        bottomHalf.close();
        FdSource watched = source;
        if (watched != null) {
            watched.close();
        }
    }
}
