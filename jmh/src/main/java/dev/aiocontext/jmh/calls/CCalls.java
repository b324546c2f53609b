package dev.aiocontext.jmh.calls;

import static java.lang.foreign.ValueLayout.ADDRESS;
import static java.lang.foreign.ValueLayout.JAVA_INT;
import static java.lang.foreign.ValueLayout.JAVA_LONG;

import dev.aiocontext.jmh.machine.CLibrary;
import dev.aiocontext.jmh.machine.Failures;
import java.lang.foreign.Arena;
import java.lang.foreign.FunctionDescriptor;
import java.lang.foreign.MemorySegment;
import java.lang.invoke.MethodHandle;
import java.util.EnumMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Objects;

/** Loops in C, {@code calls.c}: one downcall for all of them. */
final class CCalls implements CallWay {
    private static final long ADDRESSES_AT = 24; // behind five ints, aligned

    private final Map<Call, MethodHandle> loops = new EnumMap<>(Call.class);

    /** Its {@code struct fixture}. */
    private final MemorySegment fixture;

    CCalls(Fixture f) {
        for (Call call : Call.values()) {
            String name = "repeat_" + call.name().toLowerCase(Locale.ROOT);
            loops.put(call, CLibrary.function(name, FunctionDescriptor.ofVoid(ADDRESS, JAVA_LONG)));
        }
        List<Integer> numbers = List.of(f.idle, f.eventfd, f.epoll, f.pid, f.tid);
        List<MemorySegment> memory = List.of(f.one, f.buffer, f.pollfds, f.event, f.noTime, f.pair, f.sigio);
        fixture = Arena.ofAuto().allocate(ADDRESSES_AT + memory.size() * ADDRESS.byteSize(), Long.BYTES);
        for (int i = 0; i < numbers.size(); i++) {
            fixture.setAtIndex(JAVA_INT, i, numbers.get(i));
        }
        for (int i = 0; i < memory.size(); i++) {
            fixture.set(ADDRESS, ADDRESSES_AT + i * ADDRESS.byteSize(), memory.get(i));
        }
    }

    @Override
    public void repeat(Call call, int times) {
        try {
            Objects.requireNonNull(loops.get(call)).invokeExact(fixture, (long) times);
        } catch (Throwable t) {
            throw Failures.unchecked(t);
        }
    }
}
