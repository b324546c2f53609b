package dev.aiocontext.source;

import dev.aiocontext.AioContext;
import dev.aiocontext.internal.posix.SignalNumber;
import java.util.Objects;

/**
 * Signals of the process as sources of contexts.
 *
 * <pre>{@code
 * Signals.on(ctx, "TERM", (source, event) -> ctx.stop());
 * }</pre>
 *
 * <p>A signal may have several sources, in one context and in many: each of them is told. While a signal has a source, its earlier
 * effect is suspended. So a SIGTERM, SIGINT or SIGHUP that has a source does not end the JVM. When the last source is closed, or
 * its context is, the signal has its earlier effect again: that of the JVM, of the program's own handler, or of the kernel.
 *
 * <p><b>Counts.</b> Signals are not queued: of signals that come while one is pending, the kernel keeps one. Those that come before the
 * handler is called are one call, with their count. The handler is always called after the last signal.
 *
 * <p><b>Routes.</b> {@link SignalRoute} has the ways on which a signal can come, {@link SignalSource#route} says which it is and
 * why. Without a wish, a signal that each thread blocks comes by signalfd(2), and any other one by the JVM's own handlers. To have a
 * signal blocked in each thread, it must be blocked before the JVM starts: by {@code env --block-signal=WINCH java ...}, or by {@link
 * dev.aiocontext.SignalLauncher}. A thread that unblocks the signal later, in native code, may take it from signalfd(2).
 * HotSpot unblocks three kinds of signals again:
 * <ol>
 *   <li>SIGHUP, SIGINT and SIGTERM, unless the JVM was started with {@code -Xrs}. The same holds for SIGQUIT, which without {@code -Xrs}
 *       has the JVM print its threads. With {@code -Xrs} no handler of the JVM is ever called, so a signal without a thread that
 *       leaves it unblocked is the only one that can have a source.
 *   <li>SIGUSR2, by which it suspends threads to take samples for the flight recorder. While SIGUSR2 has a source, the recorder takes no
 *       samples, and its attempts are told as signals. The environment variable {@code _JAVA_SR_SIGNUM=35} makes HotSpot use
 *       signal 35 instead.
 *   <li>SIGSEGV, SIGBUS, SIGFPE and SIGILL, which cannot have a source.
 * </ol>
 *
 * <p><b>SIGIO</b> is the signal of the relay. In a context that has one, it comes by the relay's thread, and wake-ups that were
 * relayed are told as well, because signals of one kind coalesce. A handler of the JVM takes a SIGIO that the kernel gives to another
 * thread. In a context without a relay, SIGIO comes by the JVM's handlers, unless the relay of another context would take it.
 *
 * <p><b>Children.</b> A program that the JVM starts inherits what is blocked. One that is started with SIGTERM blocked is not ended by
 * {@link Process#destroy}, only by {@link Process#destroyForcibly}. It does not inherit the JVM's handlers.
 *
 * <p><b>SIGCHLD</b> tells that some child has changed, and several ends may be one signal. A pidfd for each child is better.
 *
 * <p><b>Failures.</b> The {@link dev.aiocontext.ExceptionHandler} gets what a handler throws. The source that it gets with it has the
 * signal's name, and closing that one closes the source of the signal.
 *
 * <p><b>Threads.</b> Any.
 *
 * <p><b>Errors.</b> A call that gets a StackOverflowError or an OutOfMemoryError may have opened a source that nobody has. It counts as
 * one until its context is closed.
 */
public final class Signals {
    private Signals() {}

    /**
     * Calls back when a signal comes, on the route that the threads' signal masks allow.
     *
     * @param context the context
     * @param signal the name of the signal, such as TERM or SIGTERM
     * @param handler what to call, on the loop
     * @return the source, to be closed
     * @throws IllegalArgumentException if there is no such signal
     * @throws UnsupportedOperationException if the signal cannot be had; the message says why, and what helps
     * @throws IllegalStateException if the context is closed
     * @throws dev.aiocontext.SyscallException if there are no descriptors left, for instance
     * @throws java.io.UncheckedIOException if /proc, which tells the signal masks, cannot be read
     */
    public static SignalSource on(AioContext context, String signal, SignalHandler handler) {
        Objects.requireNonNull(context, "context");
        Objects.requireNonNull(signal, "signal");
        Objects.requireNonNull(handler, "handler");
        return HandledSignal.add(context, SignalNumber.of(signal), null, handler);
    }

    /**
     * Calls back when a signal comes, on a route of the caller's choice.
     *
     * @param context the context
     * @param signal the name of the signal, such as TERM or SIGTERM
     * @param route the route
     * @param handler what to call, on the loop
     * @return the source, to be closed
     * @throws IllegalArgumentException if there is no such signal
     * @throws UnsupportedOperationException if the signal cannot be had, or not on this route, or if it comes to another source on
     *     another route. The message says why, and what helps
     * @throws IllegalStateException if the context is closed
     * @throws dev.aiocontext.SyscallException if there are no descriptors left, for instance
     * @throws java.io.UncheckedIOException if /proc, which tells the signal masks, cannot be read
     */
    public static SignalSource on(AioContext context, String signal, SignalRoute route, SignalHandler handler) {
        Objects.requireNonNull(context, "context");
        Objects.requireNonNull(signal, "signal");
        Objects.requireNonNull(route, "route");
        Objects.requireNonNull(handler, "handler");
        return HandledSignal.add(context, SignalNumber.of(signal), route, handler);
    }
}
