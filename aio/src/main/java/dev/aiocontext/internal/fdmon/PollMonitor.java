package dev.aiocontext.internal.fdmon;

import dev.aiocontext.internal.posix.Errno;
import dev.aiocontext.internal.posix.Libc;
import dev.aiocontext.internal.posix.OwnMemory;
import dev.aiocontext.internal.posix.PollFd;
import java.lang.foreign.MemorySegment;

/** Waits by ppoll(2): any descriptor, at a cost that grows with their number. */
final class PollMonitor implements FdMonitor, Timeout.Wait {
    private static final int LEAST_CAPACITY = 8;

    private final FdTable table;
    private final OwnMemory memory = new OwnMemory();
    private final Timeout timeout;

    /** The table has changed since the home thread last copied it. Set under the lock, cleared under it. */
    private volatile boolean changed = true;

    /** The copy, home thread only: entry i is what the i-th pollfd is about. */
    private FdEntry[] entries = new FdEntry[LEAST_CAPACITY];

    private int count;

    /** Where to begin to look for events: behind the last that was reported, if there were more than one wait reports. */
    private int first;

    private MemorySegment pollfds;

    PollMonitor(FdTable table) {
        this.table = table;
        try {
            timeout = new Timeout(memory);
            pollfds = allocate(LEAST_CAPACITY);
        } catch (RuntimeException | Error e) {
            close();
            throw e;
        }
    }

    private MemorySegment allocate(int capacity) {
        return memory.allocate(capacity * PollFd.SIZE, Long.BYTES);
    }

    @Override
    public void add(FdEntry entry) {
        change();
    }

    @Override
    public void modify(FdEntry entry) {
        change();
    }

    @Override
    public void remove(FdEntry entry) {
        change();
    }

    private void change() {
        if (!changed) { // a volatile store costs more than the load
            changed = true;
        }
    }

    @Override
    public int fd() {
        return -1;
    }

    @Override
    public int alwaysReady() {
        return 0; // poll(2) takes any file
    }

    @Override
    public void await(long timeoutNanos, ReadyList ready) {
        if (changed) {
            copyTable();
        }
        int left = Errno.check(Timeout.retryInterrupted(timeoutNanos, this), "ppoll", -1);
        int index = first < count ? first : 0;
        first = 0;
        int room = ReadyList.MOST;
        for (int seen = 0; left > 0 && seen < count; seen++) {
            int revents = PollFd.revents(pollfds, index * PollFd.SIZE);
            if (revents != 0) {
                if (room-- == 0) {
                    first = index; // the rest is still ready in the next wait, which begins with it
                    return;
                }
                left--;
                ready.report(entries[index], revents);
            }
            if (++index == count) {
                index = 0;
            }
        }
    }

    @Override
    public int call(long nanos) {
        return Libc.ppoll(timeout.state(), pollfds, count, timeout.timespec(nanos));
    }

    private void copyTable() {
        synchronized (table.lock) {
            int size = table.size();
            if (size > entries.length || (size < entries.length / 4 && entries.length > LEAST_CAPACITY)) {
                int capacity = Math.max(LEAST_CAPACITY, size * 2);
                FdEntry[] copies = new FdEntry[capacity];
                MemorySegment before = pollfds;
                pollfds = allocate(capacity);
                entries = copies;
                memory.free(before);
            }
            count = 0;
            for (int fd = 0;
                    fd < table.numbers();
                    fd++) { // no method reference, which the first context of a JVM would link
                FdEntry entry = table.get(fd);
                if (entry != null && !entry.isSuspended()) {
                    append(entry);
                }
            }
            changed = false; // at last: if memory runs out here, the next wait tries again
        }
    }

    private void append(FdEntry entry) {
        PollFd.set(pollfds, count * PollFd.SIZE, entry.fd(), entry.interest);
        entries[count++] = entry;
    }

    @Override
    public void close() {
        memory.close();
    }
}
