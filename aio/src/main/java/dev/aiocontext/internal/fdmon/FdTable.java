package dev.aiocontext.internal.fdmon;

import java.lang.invoke.MethodHandles;
import java.lang.invoke.VarHandle;
import java.util.Arrays;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;

/**
 * The entries of a set, by descriptor number.
 *
 * <p><b>Threads.</b> Changes, {@link #forEach} and {@link #forEachWatched} need the {@link #lock}. {@link #get} and {@link #size} do not: slots are
 * stored with release and loaded with acquire, and the array is volatile. A reader sees the table before or after a change
 * that is made meanwhile. A thread that grows the array copies it under the lock, so no change is lost.
 *
 * <p><b>Errors.</b> The lock is a monitor, because its release needs no Java call: a {@code ReentrantLock} stays locked for
 * ever if the stack ends in {@code unlock} (JDK-8318888). Each change makes all its calls first, and ends with plain stores.
 */
final class FdTable {
    private static final VarHandle SLOT = MethodHandles.arrayElementVarHandle(FdEntry[].class);

    final Object lock = new Object();

    private volatile @Nullable FdEntry[] slots = new FdEntry[32];

    /** Written under the lock. */
    private volatile int size;

    private int generations;

    @Nullable
    FdEntry get(int fd) {
        @Nullable FdEntry[] s = slots;
        return fd < s.length ? (FdEntry) SLOT.getAcquire(s, fd) : null;
    }

    /** {@return a number beyond that of each entry} Under the lock. */
    int numbers() {
        return slots.length;
    }

    /** {@return how many entries there are} Any thread. */
    int size() {
        return size;
    }

    @SuppressWarnings("NonAtomicVolatileUpdate") // under the lock
    void put(FdEntry entry) {
        int fd = entry.fd();
        if (fd >= slots.length) {
            slots = Arrays.copyOf(slots, Math.max(fd + 1, slots.length * 2));
        }
        renew(entry);
        boolean isNew = get(fd) == null;
        SLOT.setRelease(slots, fd, entry);
        if (isNew) {
            size++;
        }
    }

    /** Makes events of an entry so far those of an earlier one. */
    void renew(FdEntry entry) {
        entry.generation = ++generations;
    }

    /** Removes an entry; false if it is not in the table, though perhaps another of its number. */
    @SuppressWarnings("NonAtomicVolatileUpdate") // under the lock
    boolean remove(FdEntry entry) {
        if (!contains(entry)) {
            return false;
        }
        SLOT.setRelease(slots, entry.fd(), (FdEntry) null);
        size--;
        return true;
    }

    /** Says whether an entry is in the table: itself, not another of its number. */
    @SuppressWarnings("ReferenceEquality") // an entry is itself, not its number
    boolean contains(FdEntry entry) {
        return get(entry.fd()) == entry;
    }

    /** Visits the entries that a monitor is to wait for: those that are not suspended. */
    void forEachWatched(Consumer<FdEntry> action) {
        for (FdEntry entry : slots) {
            if (entry != null && !entry.isSuspended()) {
                action.accept(entry);
            }
        }
    }

    void forEach(Consumer<FdEntry> action) {
        for (FdEntry entry : slots) {
            if (entry != null) {
                action.accept(entry);
            }
        }
    }
}
