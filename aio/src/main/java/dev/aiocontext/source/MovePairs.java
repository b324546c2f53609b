package dev.aiocontext.source;

import java.util.ArrayDeque;
import java.util.Deque;
import java.util.HashMap;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * Makes one event of the two halves of a move. The kernel queues both, one right after the other, but not in one step: other events may
 * come in between, and so may the end of a read.
 *
 * <p>A first half without its second waits for <em>one more read</em>, and what came after it waits too, so that the order stays. That
 * read takes whatever is in the queue by then, so there is no timer whose end could overtake the second half. If nothing else
 * happens, the read comes within the 10 ms after which a loop runs idle work. A half whose other half does not come with it is told
 * alone. Each event is held back by one read at most.
 *
 * <p><b>Threads.</b> The home thread.
 */
final class MovePairs {
    private final Deque<RawEvent> events = new ArrayDeque<>();

    /** The first halves that wait, by their cookie. */
    private final Map<Integer, RawEvent> waiting = new HashMap<>();

    private long reads;

    /**
     * Adds the next event of a read.
     *
     * @param event the event
     * @param awaitSecond whether a second half may come, because a watch asks for such
     */
    void add(RawEvent event, boolean awaitSecond) {
        if (event.has(RawEvent.MOVED_TO)) {
            RawEvent first = waiting.remove(event.cookie);
            if (first != null) {
                first.second = event;
                first.awaitsSecond = false;
                return;
            }
        }
        event.read = reads;
        events.add(event);
        if (awaitSecond && event.has(RawEvent.MOVED_FROM)) {
            waiting.put(event.cookie, event);
            event.awaitsSecond = true;
        }
    }

    /** To be called when all events of a read have been added, also if there were none. */
    void endOfRead() {
        reads++;
    }

    /** Takes the next event that is complete, if there is one. To be called again and again at the end of each read. */
    @Nullable
    RawEvent poll() {
        RawEvent event = events.peek();
        if (event == null) {
            return null;
        }
        if (event.awaitsSecond) {
            if (event.read + 1 >= reads) {
                return null; // this is the end of the read that brought it
            }
            waiting.remove(event.cookie);
        }
        return events.poll();
    }

    /** Whether events wait for one more read. */
    boolean isHolding() {
        return !events.isEmpty();
    }
}
