package dev.aiocontext.internal.fdmon;

import dev.aiocontext.SyscallException;
import dev.aiocontext.internal.posix.Errno;
import java.util.ArrayList;
import java.util.List;
import java.util.function.Function;
import org.jspecify.annotations.Nullable;

/** Epoll's monitor with a record of what it was told, which can be made to fail. */
final class RecordingMonitor implements FdMonitor {
    /** What it was told, with the descriptor: "add 7". */
    final List<String> calls = new ArrayList<>();

    /** The errno that the next call fails with, if its name is this. */
    @Nullable
    String failing;

    private final EpollMonitor monitor;

    RecordingMonitor(FdTable table) {
        monitor = new EpollMonitor(table);
    }

    /** Opens such monitors, and keeps them in a list. */
    static Function<FdTable, FdMonitor> opener(List<RecordingMonitor> opened) {
        return table -> {
            RecordingMonitor monitor = new RecordingMonitor(table);
            opened.add(monitor);
            return monitor;
        };
    }

    private void call(String name, int fd) {
        calls.add(name + " " + fd);
        if (name.equals(failing)) {
            failing = null;
            throw failure(name, fd);
        }
    }

    static SyscallException failure(String name, int fd) {
        return Errno.exception(name, Errno.ENOSYS, fd);
    }

    @Override
    public void add(FdEntry entry) {
        call("add", entry.fd());
        monitor.add(entry);
    }

    @Override
    public void modify(FdEntry entry) {
        call("modify", entry.fd());
        monitor.modify(entry);
    }

    @Override
    public void remove(FdEntry entry) {
        call("remove", entry.fd());
        monitor.remove(entry);
    }

    @Override
    public int fd() {
        return monitor.fd();
    }

    @Override
    public int alwaysReady() {
        return monitor.alwaysReady();
    }

    @Override
    public void await(long timeoutNanos, ReadyList ready) {
        monitor.await(timeoutNanos, ready);
        if ("await".equals(failing)) { // after the kernel has told what is ready
            failing = null;
            throw failure("await", -1);
        }
    }

    @Override
    public void close() {
        calls.add("close");
        monitor.close();
    }
}
