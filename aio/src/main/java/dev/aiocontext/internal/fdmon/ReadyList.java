package dev.aiocontext.internal.fdmon;

import java.util.Arrays;
import org.jspecify.annotations.Nullable;

/** The entries that one wait found ready, in the monitor's order. Reused from wait to wait. Home thread only. */
public final class ReadyList {
    /** The most entries that a monitor reports in one wait: what else is ready comes first in the next. */
    public static final int MOST = 1024;

    private @Nullable FdEntry[] entries = new FdEntry[16];
    private int size;

    /** Creates an empty list. */
    public ReadyList() {}

    /**
     * Counts the entries that are ready.
     *
     * @return the number
     */
    public int size() {
        return size;
    }

    /**
     * An entry.
     *
     * @param index 0 to size - 1
     * @return the entry
     */
    public FdEntry get(int index) {
        FdEntry entry = entries[index];
        if (index >= size || entry == null) {
            throw new IndexOutOfBoundsException(index);
        }
        return entry;
    }

    /** Forgets all, so that nothing closed is kept alive. */
    public void clear() {
        if (size > 0) {
            Arrays.fill(entries, 0, size, null);
            size = 0;
        }
    }

    /**
     * Reports events of an entry. An entry whose earlier events nobody has taken yet is reported again: the poll that comes
     * first takes them all.
     */
    void report(FdEntry entry, int events) {
        entry.setEvents(events);
        append(entry);
    }

    /**
     * Adds the edges of another list that nobody has taken. They stay in that list too.
     *
     * @param other the other list
     */
    public void takeOverEdges(ReadyList other) {
        for (int i = 0; i < other.size; i++) {
            FdEntry entry = other.get(i);
            if (entry.hasEvents() && FdEntry.isEdgeTriggered(entry.interest)) {
                append(entry);
            }
        }
    }

    /** {@return whether there are edges, taken or not: the kernel tells none of them again} */
    public boolean hasEdges() {
        for (int i = 0; i < size; i++) {
            if (FdEntry.isEdgeTriggered(get(i).interest)) {
                return true;
            }
        }
        return false;
    }

    /**
     * Adds an entry in which the loop itself has found something, beside what the monitor has reported of it: {@link FdEntry#FOUND}.
     *
     * @param entry the entry
     */
    public void add(FdEntry entry) {
        entry.addFound();
        append(entry);
    }

    private void append(FdEntry entry) {
        if (size == entries.length) {
            entries = Arrays.copyOf(entries, size * 2);
        }
        entries[size++] = entry;
    }
}
