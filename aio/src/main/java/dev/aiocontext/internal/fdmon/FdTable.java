package dev.aiocontext.internal.fdmon;

import java.lang.invoke.MethodHandles;
import java.lang.invoke.VarHandle;
import java.util.Arrays;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.locks.ReentrantLock;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;

/**
 * The entries of a set, by descriptor number.
 *
 * <p><b>Threads.</b> Changes and {@link #forEach} need the {@link #lock}. {@link #get} does not: slots are stored with
 * release and loaded with acquire, and the array is volatile; a reader meanwhile sees the table before or after a change,
 * and whoever grows the array copies it under the lock, so no change is lost.
 */
final class FdTable {
    private static final VarHandle SLOT = MethodHandles.arrayElementVarHandle(FdEntry[].class);

    final ReentrantLock lock = new ReentrantLock();

    private volatile @Nullable FdEntry[] slots = new FdEntry[32];
    private final AtomicInteger size = new AtomicInteger();
    private int generations;

    @Nullable
    FdEntry get(int fd) {
        @Nullable FdEntry[] s = slots;
        return fd < s.length ? (FdEntry) SLOT.getAcquire(s, fd) : null;
    }

    /** How many entries there are. Any thread. */
    int size() {
        return size.get();
    }

    void put(FdEntry entry) {
        int fd = entry.fd();
        if (fd >= slots.length) {
            slots = Arrays.copyOf(slots, Math.max(fd + 1, slots.length * 2));
        }
        renew(entry);
        if (get(fd) == null) {
            size.incrementAndGet();
        }
        SLOT.setRelease(slots, fd, entry);
    }

    /** Makes events of an entry so far those of an earlier one. */
    void renew(FdEntry entry) {
        entry.generation = ++generations;
    }

    /** Removes an entry; false if it is not in the table, though perhaps another of its number. */
    boolean remove(FdEntry entry) {
        if (!isIn(entry)) {
            return false;
        }
        SLOT.setRelease(slots, entry.fd(), (FdEntry) null);
        size.decrementAndGet();
        return true;
    }

    @SuppressWarnings("ReferenceEquality") // an entry is itself, not its number
    private boolean isIn(FdEntry entry) {
        return get(entry.fd()) == entry;
    }

    void forEach(Consumer<FdEntry> action) {
        for (FdEntry entry : slots) {
            if (entry != null) {
                action.accept(entry);
            }
        }
    }
}
