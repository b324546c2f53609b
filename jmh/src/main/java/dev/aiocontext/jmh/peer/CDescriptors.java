package dev.aiocontext.jmh.peer;

import static java.lang.foreign.ValueLayout.ADDRESS;
import static java.lang.foreign.ValueLayout.JAVA_INT;
import static java.lang.foreign.ValueLayout.JAVA_LONG;

import dev.aiocontext.jmh.machine.CLibrary;
import dev.aiocontext.jmh.machine.Failures;
import java.lang.foreign.FunctionDescriptor;
import java.lang.foreign.MemorySegment;
import java.lang.invoke.MethodHandle;

/** Pipes that a loop in C watches, {@code descriptors.c}: one downcall for all events. */
final class CDescriptors implements DescriptorSet {
    private static final MethodHandle OPEN =
            CLibrary.function("descriptors_open", FunctionDescriptor.of(ADDRESS, JAVA_INT, JAVA_INT));
    private static final MethodHandle HANDLE =
            CLibrary.function("descriptors_handle", FunctionDescriptor.of(JAVA_LONG, ADDRESS, JAVA_INT, JAVA_LONG));
    private static final MethodHandle REGISTER =
            CLibrary.function("descriptors_register", FunctionDescriptor.ofVoid(ADDRESS, JAVA_LONG));
    private static final MethodHandle CHANGE_INTEREST =
            CLibrary.function("descriptors_change_interest", FunctionDescriptor.ofVoid(ADDRESS, JAVA_LONG));
    private static final MethodHandle CLOSE =
            CLibrary.function("descriptors_close", FunctionDescriptor.ofVoid(ADDRESS));

    private final MemorySegment handle;
    private final boolean epoll;
    private long handled;

    CDescriptors(int count, boolean epoll) {
        this.epoll = epoll;
        try {
            handle = (MemorySegment) OPEN.invokeExact(count, epoll ? 1 : 0);
        } catch (Throwable t) {
            throw Failures.unchecked(t);
        }
    }

    @Override
    public void handle(int active, int events) {
        try {
            handled += (long) HANDLE.invokeExact(handle, active, (long) events);
        } catch (Throwable t) {
            throw Failures.unchecked(t);
        }
    }

    @Override
    public void register(int times) {
        requireEpoll();
        try {
            REGISTER.invokeExact(handle, (long) times);
        } catch (Throwable t) {
            throw Failures.unchecked(t);
        }
    }

    @Override
    public void changeInterest(int times) {
        requireEpoll();
        try {
            CHANGE_INTEREST.invokeExact(handle, (long) times);
        } catch (Throwable t) {
            throw Failures.unchecked(t);
        }
    }

    private void requireEpoll() {
        if (!epoll) {
            throw new UnsupportedOperationException("poll(2) has nothing to register with");
        }
    }

    @Override
    public long handled() {
        return handled;
    }

    @Override
    public void close() {
        try {
            CLOSE.invokeExact(handle);
        } catch (Throwable t) {
            throw Failures.unchecked(t);
        }
    }
}
