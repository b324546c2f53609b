package dev.aiocontext.internal.fdmon;

import dev.aiocontext.MonitorMode;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;

/** A set whose changes are made as its caller makes them, and whose monitors are recorded. */
final class SetOfDescriptors implements AutoCloseable {
    /** The epoll monitors that were opened, in order. */
    final List<RecordingMonitor> opened = new ArrayList<>();

    final FdSet set;
    private final ReadyList ready = new ReadyList();

    SetOfDescriptors(MonitorMode mode) {
        set = new FdSet(mode, RecordingMonitor.opener(opened));
    }

    FdEntry put(int fd, int interest) {
        FdEntry entry = new FdEntry(fd);
        change(() -> set.put(entry, interest));
        return entry;
    }

    void update(FdEntry entry, int interest) {
        change(() -> set.update(entry, interest));
    }

    void change(FdEntry entry, int interest) {
        change(() -> set.change(entry, interest));
    }

    void remove(FdEntry entry) {
        change(() -> set.remove(entry));
    }

    private void change(Runnable action) {
        synchronized (set.lock()) {
            boolean before = set.begin();
            try {
                action.run();
            } finally {
                set.end(before);
            }
        }
    }

    /** What the monitor that was opened last has been told since this was last asked. */
    List<String> calls() {
        List<String> calls = List.copyOf(opened.getLast().calls);
        opened.getLast().calls.clear();
        return calls;
    }

    /** What is ready at the moment: events by descriptor. */
    Map<Integer, Integer> now() {
        ready.clear();
        set.await(0, ready);
        Map<Integer, Integer> events = new TreeMap<>();
        for (int i = 0; i < ready.size(); i++) {
            events.put(ready.get(i).fd(), ready.get(i).takeEvents());
        }
        return events;
    }

    @Override
    public void close() {
        set.close();
    }
}
