package dev.aiocontext.examples.sdbus;

import static java.lang.foreign.ValueLayout.ADDRESS;
import static java.lang.foreign.ValueLayout.JAVA_BYTE;
import static java.lang.foreign.ValueLayout.JAVA_INT;
import static java.lang.foreign.ValueLayout.JAVA_LONG;

import dev.aiocontext.examples.ffm.NativeLibrary;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.lang.foreign.Arena;
import java.lang.foreign.FunctionDescriptor;
import java.lang.foreign.MemorySegment;
import java.lang.invoke.MethodHandle;
import java.util.ArrayList;
import java.util.List;

/** The functions of sd-bus that {@link BusConnection} uses. */
@SuppressWarnings("restricted")
final class SdBus {
    /** {@code int (sd_bus_message *, void *, sd_bus_error *)}. */
    static final FunctionDescriptor MESSAGE_CALLBACK = FunctionDescriptor.of(JAVA_INT, ADDRESS, ADDRESS, ADDRESS);

    private static final NativeLibrary LIBRARY = new NativeLibrary("libsystemd.so.0");
    private static final MethodHandle NEW = LIBRARY.function("sd_bus_new", JAVA_INT, ADDRESS);
    private static final MethodHandle SET_ADDRESS = LIBRARY.function("sd_bus_set_address", JAVA_INT, ADDRESS, ADDRESS);
    private static final MethodHandle SET_CLIENT =
            LIBRARY.function("sd_bus_set_bus_client", JAVA_INT, ADDRESS, JAVA_INT);
    private static final MethodHandle START = LIBRARY.function("sd_bus_start", JAVA_INT, ADDRESS);
    private static final MethodHandle FD = LIBRARY.function("sd_bus_get_fd", JAVA_INT, ADDRESS);
    private static final MethodHandle EVENTS = LIBRARY.function("sd_bus_get_events", JAVA_INT, ADDRESS);
    private static final MethodHandle TIMEOUT = LIBRARY.function("sd_bus_get_timeout", JAVA_INT, ADDRESS, ADDRESS);
    private static final MethodHandle PROCESS = LIBRARY.function("sd_bus_process", JAVA_INT, ADDRESS, ADDRESS);
    private static final MethodHandle CLOSE = LIBRARY.procedure("sd_bus_close_unref", ADDRESS);
    private static final MethodHandle UNIQUE_NAME =
            LIBRARY.function("sd_bus_get_unique_name", JAVA_INT, ADDRESS, ADDRESS);
    private static final MethodHandle NEW_CALL = LIBRARY.function(
            "sd_bus_message_new_method_call", JAVA_INT, ADDRESS, ADDRESS, ADDRESS, ADDRESS, ADDRESS, ADDRESS);
    private static final MethodHandle APPEND =
            LIBRARY.function("sd_bus_message_append_basic", JAVA_INT, ADDRESS, JAVA_BYTE, ADDRESS);
    private static final MethodHandle CALL =
            LIBRARY.function("sd_bus_call_async", JAVA_INT, ADDRESS, ADDRESS, ADDRESS, ADDRESS, ADDRESS, JAVA_LONG);
    private static final MethodHandle UNREF = LIBRARY.procedure("sd_bus_message_unref", ADDRESS);
    private static final MethodHandle MATCH =
            LIBRARY.function("sd_bus_add_match_async", JAVA_INT, ADDRESS, ADDRESS, ADDRESS, ADDRESS, ADDRESS, ADDRESS);
    private static final MethodHandle ERROR = LIBRARY.function("sd_bus_message_get_error", ADDRESS, ADDRESS);
    private static final MethodHandle PEEK =
            LIBRARY.function("sd_bus_message_peek_type", JAVA_INT, ADDRESS, ADDRESS, ADDRESS);
    private static final MethodHandle READ =
            LIBRARY.function("sd_bus_message_read_basic", JAVA_INT, ADDRESS, JAVA_BYTE, ADDRESS);
    private static final MethodHandle ENTER =
            LIBRARY.function("sd_bus_message_enter_container", JAVA_INT, ADDRESS, JAVA_BYTE, ADDRESS);
    private static final MethodHandle EXIT = LIBRARY.function("sd_bus_message_exit_container", JAVA_INT, ADDRESS);

    private SdBus() {}

    /** Begins to connect to a message bus. */
    static MemorySegment start(String address) {
        try (Arena arena = Arena.ofConfined()) {
            MemorySegment made = arena.allocate(ADDRESS);
            require("sd_bus_new", (int) NEW.invokeExact(made));
            MemorySegment bus = made.get(ADDRESS, 0);
            try {
                require("sd_bus_set_address", (int) SET_ADDRESS.invokeExact(bus, arena.allocateFrom(address)));
                require("sd_bus_set_bus_client", (int) SET_CLIENT.invokeExact(bus, 1));
                require("sd_bus_start", (int) START.invokeExact(bus));
            } catch (RuntimeException | Error e) {
                close(bus);
                throw e;
            }
            return bus;
        } catch (Throwable t) {
            throw NativeLibrary.failure(t);
        }
    }

    static int fd(MemorySegment bus) {
        try {
            return require("sd_bus_get_fd", (int) FD.invokeExact(bus));
        } catch (Throwable t) {
            throw NativeLibrary.failure(t);
        }
    }

    /** The events of poll(2) to wait for, or a negative errno if the connection is gone. */
    static int events(MemorySegment bus) {
        try {
            return (int) EVENTS.invokeExact(bus);
        } catch (Throwable t) {
            throw NativeLibrary.failure(t);
        }
    }

    /** When to process at the latest, in microseconds of the monotonic clock; negative for never. */
    static long timeout(MemorySegment bus, MemorySegment room) {
        try {
            return (int) TIMEOUT.invokeExact(bus, room) > 0 ? room.get(JAVA_LONG, 0) : -1;
        } catch (Throwable t) {
            throw NativeLibrary.failure(t);
        }
    }

    /** Processes at most one message; positive if there was something to do, negative if the connection is gone. */
    static int process(MemorySegment bus) {
        try {
            return (int) PROCESS.invokeExact(bus, MemorySegment.NULL);
        } catch (Throwable t) {
            throw NativeLibrary.failure(t);
        }
    }

    static void close(MemorySegment bus) {
        try {
            CLOSE.invokeExact(bus);
        } catch (Throwable t) {
            throw NativeLibrary.failure(t);
        }
    }

    static String uniqueName(MemorySegment bus) {
        try (Arena arena = Arena.ofConfined()) {
            MemorySegment name = arena.allocate(ADDRESS);
            require("sd_bus_get_unique_name", (int) UNIQUE_NAME.invokeExact(bus, name));
            return NativeLibrary.text(name.get(ADDRESS, 0));
        } catch (Throwable t) {
            throw NativeLibrary.failure(t);
        }
    }

    /** Queues a call with strings as arguments; the message is freed with it. */
    static void call(
            MemorySegment bus, Call call, List<String> arguments, MemorySegment callback, long data, long micros) {
        try (Arena arena = Arena.ofConfined()) {
            MemorySegment made = arena.allocate(ADDRESS);
            require("sd_bus_message_new_method_call", (int) NEW_CALL.invokeExact(
                    bus,
                    made,
                    arena.allocateFrom(call.destination()),
                    arena.allocateFrom(call.path()),
                    arena.allocateFrom(call.type()),
                    arena.allocateFrom(call.member())));
            MemorySegment message = made.get(ADDRESS, 0);
            try {
                for (String argument : arguments) {
                    require("sd_bus_message_append_basic", (int)
                            APPEND.invokeExact(message, (byte) 's', arena.allocateFrom(argument)));
                }
                MemorySegment user = MemorySegment.ofAddress(data);
                require("sd_bus_call_async", (int)
                        CALL.invokeExact(bus, MemorySegment.NULL, message, callback, user, micros));
            } finally {
                UNREF.invokeExact(message);
            }
        } catch (Throwable t) {
            throw NativeLibrary.failure(t);
        }
    }

    /** Asks for the messages that a rule of D-Bus matches. */
    static void match(MemorySegment bus, String rule, MemorySegment callback, long data) {
        try (Arena arena = Arena.ofConfined()) {
            MemorySegment user = MemorySegment.ofAddress(data);
            MemorySegment none = MemorySegment.NULL;
            require("sd_bus_add_match_async", (int)
                    MATCH.invokeExact(bus, none, arena.allocateFrom(rule), callback, none, user));
        } catch (Throwable t) {
            throw NativeLibrary.failure(t);
        }
    }

    /** The error that a message brings, if any: its name and its text. */
    static String error(MemorySegment message) {
        try {
            MemorySegment error = (MemorySegment) ERROR.invokeExact(message);
            if (error.address() == 0) {
                return "";
            }
            error = error.reinterpret(2 * ADDRESS.byteSize());
            MemorySegment text = error.getAtIndex(ADDRESS, 1);
            return NativeLibrary.text(error.getAtIndex(ADDRESS, 0))
                    + (text.address() == 0 ? "" : ": " + NativeLibrary.text(text));
        } catch (Throwable t) {
            throw NativeLibrary.failure(t);
        }
    }

    /** What a message brings: strings, numbers, and lists of these for arrays, structures and variants. */
    static List<Object> read(MemorySegment message) {
        try (Arena arena = Arena.ofConfined()) {
            return read(message, arena.allocate(2 * ADDRESS.byteSize(), ADDRESS.byteAlignment()));
        } catch (Throwable t) {
            throw NativeLibrary.failure(t);
        }
    }

    private static List<Object> read(MemorySegment message, MemorySegment room) throws Throwable {
        List<Object> values = new ArrayList<>();
        MemorySegment contents = room.asSlice(ADDRESS.byteSize());
        while (require("sd_bus_message_peek_type", (int) PEEK.invokeExact(message, room, contents)) > 0) {
            byte type = room.get(JAVA_BYTE, 0);
            if ("arve".indexOf(type) >= 0) {
                require("sd_bus_message_enter_container", (int)
                        ENTER.invokeExact(message, type, contents.get(ADDRESS, 0)));
                values.add(read(message, room));
                require("sd_bus_message_exit_container", (int) EXIT.invokeExact(message));
            } else {
                room.fill((byte) 0);
                require("sd_bus_message_read_basic", (int) READ.invokeExact(message, type, room));
                values.add(
                        "sog".indexOf(type) >= 0
                                ? NativeLibrary.text(room.get(ADDRESS, 0))
                                : (Object) room.get(JAVA_LONG, 0));
            }
        }
        return values;
    }

    private static int require(String function, int result) {
        if (result < 0) {
            throw new UncheckedIOException(failed(function, result));
        }
        return result;
    }

    /** What a negative result says. */
    static IOException failed(String function, int result) {
        return new IOException(function + " failed with errno " + -result);
    }
}
