package dev.aiocontext.jmh.peer;

import static java.lang.foreign.ValueLayout.ADDRESS;
import static java.lang.foreign.ValueLayout.JAVA_INT;
import static java.lang.foreign.ValueLayout.JAVA_LONG;

import dev.aiocontext.jmh.machine.CLibrary;
import dev.aiocontext.jmh.machine.Failures;
import java.lang.foreign.FunctionDescriptor;
import java.lang.foreign.MemorySegment;
import java.lang.invoke.MethodHandle;

/** Asker and answerer in C, {@code round_trip.c}: the limit. Each trip is one downcall, some 10 ns of it. */
final class CRoundTrip implements RoundTrip {
    private static final MethodHandle OPEN =
            CLibrary.function("round_trip_open", FunctionDescriptor.of(ADDRESS, JAVA_INT, JAVA_INT));
    private static final MethodHandle TID =
            CLibrary.function("round_trip_tid", FunctionDescriptor.of(JAVA_INT, ADDRESS));
    private static final MethodHandle TRIP = CLibrary.function("round_trip", FunctionDescriptor.of(JAVA_LONG, ADDRESS));
    private static final MethodHandle CLOSE = CLibrary.function("round_trip_close", FunctionDescriptor.ofVoid(ADDRESS));

    private final MemorySegment handle;
    private long answers;

    /** How the answerer waits, by its number in {@code enum wait_kind}. */
    enum Wait {
        POLL(0),
        EPOLL(1),
        SPIN(2);

        private final int number;

        Wait(int number) {
            this.number = number;
        }
    }

    CRoundTrip(Wait wait, Reply reply) {
        try {
            handle = (MemorySegment) OPEN.invokeExact(wait.number, reply == Reply.PARK ? 0 : 1);
        } catch (Throwable t) {
            throw Failures.unchecked(t);
        }
    }

    @Override
    public void trip() {
        try {
            answers = (long) TRIP.invokeExact(handle);
        } catch (Throwable t) {
            throw Failures.unchecked(t);
        }
    }

    @Override
    public long answers() {
        return answers;
    }

    @Override
    public int tid() {
        try {
            return (int) TID.invokeExact(handle);
        } catch (Throwable t) {
            throw Failures.unchecked(t);
        }
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
