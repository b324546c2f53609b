package dev.aiocontext;

/**
 * A look at memory that tells whether a descriptor's source has work, while the loop polls adaptively: QEMU's {@code io_poll}, {@code
 * io_poll_begin} and {@code io_poll_end}. It is for a descriptor that only announces what is in memory, such as the eventfd beside a ring that
 * a device or another thread fills. While the loop polls, the producer saves the system call that announces an item, and the loop saves the
 * one that hears of it. {@link AioContext#watch(String, int, FdEvents, PollHook, FdHandler)} takes one:
 *
 * <pre>{@code
 * ctx.watch("ring", notifier.fd(), FdEvents.READ, new PollHook() {
 *     public boolean check() { return !ring.isEmpty(); }
 *     public void begin() { ring.wantsNotifications = false; }
 *     public void end() { ring.wantsNotifications = true; }
 * }, (source, events) -> {
 *     if (events.isReadable()) {
 *         notifier.testAndClear(); // the producer has set it
 *     }
 *     ring.takeAll();
 * });
 * }</pre>
 *
 * <p><b>The order.</b>
 * <ol>
 *   <li>{@link #begin} before the loop polls.
 *   <li>{@link #check} again and again while it polls, and once in each iteration that has other work.
 *   <li>{@link #end} before the loop sleeps.
 *   <li>{@link #check} once more. If there is work after all, the loop does not sleep.
 * </ol>
 * If a check finds work, the handler is called in the same iteration, with {@link FdEvents#NONE} if the descriptor has told
 * nothing. As with a descriptor, each poll calls it again while there is work. The loop sleeps only if a check has found none. That
 * check comes after the last call, and after the last end. The loop looks at the descriptor itself too, but more seldom while it
 * polls.
 *
 * <p><b>Why no item is lost.</b> The last check comes after the end, with a full fence in between. A producer needs the same on its side: it
 * publishes the item, then a full fence, then looks whether it is to notify. Either the producer sees the end, and notifies; or the check
 * sees the item. A volatile flag and a volatile index are enough in Java, because nothing volatile passes anything volatile.
 *
 * <p><b>Each begin is followed by one end</b>, also if begin has thrown: before the loop sleeps; in {@link FdSource#close} on the home thread;
 * in the next iteration after another thread has closed the source, and before {@link FdSource#closed}; in the next iteration after it was
 * suspended; before the source moves to another context; and when the context is closed. A source that is new, or resumed, is checked before
 * the loop sleeps if its producer may have been silent. When {@code run} returns, or a poll, there may be no end yet: the next poll
 * checks before it sleeps.
 *
 * <p><b>Threads.</b> The home thread. <b>Polling.</b> It may not poll its own context: such a poll throws {@link IllegalStateException}. While
 * the source's handler runs, a poll within the handler does not check, but for the one time after an end.
 *
 * <p><b>Errors.</b> What it throws goes to the context's {@link ExceptionHandler}, and the source is suspended. An {@code Error} then leaves
 * the poll. An end that has thrown is called again after the source is resumed.
 */
@FunctionalInterface
public interface PollHook {
    /**
     * Says whether there is work. It should take some nanoseconds, because the loop calls it as often as it can. It has no effects.
     *
     * @return true if the handler is to be called
     * @throws Throwable goes to the context's {@link ExceptionHandler}; the source is suspended
     */
    boolean check() throws Throwable;

    /**
     * Hears that the loop polls from now on: the producer need not notify.
     *
     * @throws Throwable goes to the context's {@link ExceptionHandler}; the source is suspended
     */
    default void begin() throws Throwable {}

    /**
     * Hears that the loop is about to sleep: the producer must notify again.
     *
     * @throws Throwable goes to the context's {@link ExceptionHandler}; the source is suspended
     */
    default void end() throws Throwable {}
}
