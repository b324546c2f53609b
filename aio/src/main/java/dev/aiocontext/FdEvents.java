package dev.aiocontext;

import java.util.ArrayList;
import java.util.List;

/**
 * A set of events of a descriptor: what a source waits for, or what has happened. Sets with the same events are the same object.
 *
 * <p>The events are those of poll(2). {@link #ERROR} and {@link #HANG_UP} are always told, whether or not a source waits for
 * them.
 */
public final class FdEvents {
    /** The number of bits of an index into {@link #ALL}. */
    private static final int INDEX_BITS = 7;

    private static final FdEvents[] ALL = new FdEvents[1 << INDEX_BITS];

    private static final int IN = 0x0001;
    private static final int PRI = 0x0002;
    private static final int OUT = 0x0004;
    private static final int ERR = 0x0008;
    private static final int HUP = 0x0010;
    private static final int RDHUP = 0x2000;
    private static final int EDGE = 1 << 31;
    private static final int KNOWN = IN | PRI | OUT | ERR | HUP | RDHUP | EDGE;

    static {
        for (int index = 0; index < ALL.length; index++) {
            ALL[index] = new FdEvents((index & 0x1f) | ((index & 0x20) << 8) | ((index & 0x40) << 25));
        }
    }

    /** No event. A source with this interest hears of errors and hang-ups alone. */
    public static final FdEvents NONE = of(0);

    /** There is something to read, or to accept, or the end of the stream (POLLIN). */
    public static final FdEvents READ = of(IN);

    /** Something can be written, or a connection has been made or refused (POLLOUT). */
    public static final FdEvents WRITE = of(OUT);

    /**
     * Something out of the ordinary (POLLPRI): urgent data of TCP, a change of {@code /proc/self/mountinfo}, of {@code
     * cgroup.events} or of a sysfs attribute, a pressure-stall trigger.
     *
     * <p>The kernel tells a change of mounts, and a pressure-stall trigger, to one look alone. With epoll(7), a change that comes before {@link
     * AioContext#watch}, or while the source is suspended, is not told. So read such a file once after {@code watch}, after {@link
     * FdSource#resume}, and after a new {@link FdSource#interest(FdEvents)}.
     */
    public static final FdEvents PRIORITY = of(PRI);

    /** The peer has closed its end, or shut down writing (POLLRDHUP). It is told also while there is unread data. */
    public static final FdEvents READ_HUP = of(RDHUP);

    /** An error (POLLERR). At the write end of a pipe it means that nobody reads. It is always told. */
    public static final FdEvents ERROR = of(ERR);

    /** A hang-up (POLLHUP). It stays for ever, and it is always told. Data may be left to read. */
    public static final FdEvents HANG_UP = of(HUP);

    private final int bits;

    private FdEvents(int bits) {
        this.bits = bits;
    }

    private static FdEvents of(int bits) {
        return ALL[(bits & 0x1f) | ((bits & RDHUP) >>> 8) | (bits >>> 31 << 6)];
    }

    /**
     * Translates the bits of poll(2), which libraries like sd-bus tell their caller to wait for. EPOLLET stands for {@link
     * #edgeTriggered}.
     *
     * @param events POLLIN, POLLOUT, POLLPRI, POLLRDHUP, POLLERR, POLLHUP
     * @return the set
     * @throws IllegalArgumentException if there is any other bit
     */
    public static FdEvents ofPoll(int events) {
        if ((events & ~KNOWN) != 0) {
            throw new IllegalArgumentException("events that no source can wait for: 0x"
                    + Integer.toHexString(events & ~KNOWN) + " in 0x" + Integer.toHexString(events));
        }
        return of(events);
    }

    /**
     * Translates the set for a library that is told what has happened.
     *
     * @return the bits of poll(2), and EPOLLET if it is edge-triggered
     */
    public int toPoll() {
        return bits;
    }

    /**
     * Adds events.
     *
     * @param more what to add
     * @return a set with the events of both
     */
    public FdEvents and(FdEvents more) {
        return of(bits | more.bits);
    }

    /**
     * Takes events away.
     *
     * @param fewer what to take away
     * @return a set without them
     */
    public FdEvents without(FdEvents fewer) {
        return of(bits & ~fewer.bits);
    }

    /**
     * Makes an interest edge-triggered: the source is told once for each change, and not in every poll (EPOLLET). The handler must then read or write until
     * EAGAIN. This needs epoll(7): the context uses it for all its descriptors from then on.
     *
     * @return the same interest, edge-triggered
     */
    public FdEvents edgeTriggered() {
        return of(bits | EDGE);
    }

    /**
     * Says whether all events of another set are in this one.
     *
     * @param other the other set
     * @return true if they are, also if it is empty
     */
    public boolean contains(FdEvents other) {
        return (other.bits & ~bits) == 0;
    }

    /** {@return whether there is no event in it} */
    public boolean isEmpty() {
        return (bits & ~EDGE) == 0;
    }

    /** {@return whether {@link #READ} is in it} */
    public boolean isReadable() {
        return (bits & IN) != 0;
    }

    /** {@return whether {@link #WRITE} is in it} */
    public boolean isWritable() {
        return (bits & OUT) != 0;
    }

    /** {@return whether {@link #PRIORITY} is in it} */
    public boolean isPriority() {
        return (bits & PRI) != 0;
    }

    /** {@return whether {@link #READ_HUP} is in it} */
    public boolean isReadHungUp() {
        return (bits & RDHUP) != 0;
    }

    /** {@return whether {@link #HANG_UP} is in it} */
    public boolean isHungUp() {
        return (bits & HUP) != 0;
    }

    /** {@return whether {@link #ERROR} is in it} */
    public boolean isFailed() {
        return (bits & ERR) != 0;
    }

    /** {@return whether it is an interest that is {@link #edgeTriggered}} */
    public boolean isEdgeTriggered() {
        return (bits & EDGE) != 0;
    }

    /** {@return the names of the events, for instance {@code READ+HANG_UP}} */
    @Override
    public String toString() {
        List<String> names = new ArrayList<>();
        addIf(isReadable(), names, "READ");
        addIf(isWritable(), names, "WRITE");
        addIf(isPriority(), names, "PRIORITY");
        addIf(isReadHungUp(), names, "READ_HUP");
        addIf(isFailed(), names, "ERROR");
        addIf(isHungUp(), names, "HANG_UP");
        if (names.isEmpty()) {
            names.add("NONE");
        }
        addIf(isEdgeTriggered(), names, "edge-triggered");
        return String.join("+", names);
    }

    private static void addIf(boolean condition, List<String> names, String name) {
        if (condition) {
            names.add(name);
        }
    }
}
