package dev.aiocontext.examples.cares;

import static java.lang.foreign.ValueLayout.ADDRESS;
import static java.lang.foreign.ValueLayout.JAVA_BYTE;
import static java.lang.foreign.ValueLayout.JAVA_INT;
import static java.lang.foreign.ValueLayout.JAVA_LONG;
import static java.lang.foreign.ValueLayout.JAVA_SHORT;

import dev.aiocontext.examples.ffm.NativeLibrary;
import java.lang.foreign.Arena;
import java.lang.foreign.FunctionDescriptor;
import java.lang.foreign.MemorySegment;
import java.lang.invoke.MethodHandle;
import java.net.InetAddress;
import java.net.UnknownHostException;
import java.util.ArrayList;
import java.util.List;

/** The functions of c-ares that {@link AresResolver} uses. */
@SuppressWarnings("restricted")
final class Ares {
    static final int SUCCESS = 0;
    static final int DESTRUCTION = 16;
    static final int NO_SOCKET = -1;

    private static final int OPTION_TRIES = 1 << 2;
    private static final int OPTION_SOCKET_STATE = 1 << 9;
    private static final int OPTION_TIMEOUT_MILLIS = 1 << 13;

    /** {@code struct ares_options} of version 1.18; later versions only add to its end. */
    private static final int OPTIONS_SIZE = 256;

    private static final long TIMEOUT = 4;
    private static final long TRIES = 8;
    private static final long SOCKET_STATE = 72;

    /** {@code struct ares_addrinfo}, {@code struct ares_addrinfo_node}, {@code struct sockaddr}. */
    private static final long INFO_NODES = 8;

    private static final long NODE_ADDRESS = 24;
    private static final long NODE_NEXT = 32;
    private static final short AF_INET = 2;

    /** {@code void (void *, ares_socket_t, int readable, int writable)}. */
    static final FunctionDescriptor SOCKET_CALLBACK = FunctionDescriptor.ofVoid(ADDRESS, JAVA_INT, JAVA_INT, JAVA_INT);

    /** {@code void (void *, int status, int timeouts, struct ares_addrinfo *)}. */
    static final FunctionDescriptor ANSWER_CALLBACK = FunctionDescriptor.ofVoid(ADDRESS, JAVA_INT, JAVA_INT, ADDRESS);

    private static final NativeLibrary LIBRARY = new NativeLibrary("libcares.so.2");
    private static final MethodHandle INIT =
            LIBRARY.function("ares_init_options", JAVA_INT, ADDRESS, ADDRESS, JAVA_INT);
    private static final MethodHandle SET_SERVERS =
            LIBRARY.function("ares_set_servers_ports_csv", JAVA_INT, ADDRESS, ADDRESS);
    private static final MethodHandle GET_ADDR_INFO =
            LIBRARY.procedure("ares_getaddrinfo", ADDRESS, ADDRESS, ADDRESS, ADDRESS, ADDRESS, ADDRESS);
    private static final MethodHandle PROCESS = LIBRARY.procedure("ares_process_fd", ADDRESS, JAVA_INT, JAVA_INT);
    private static final MethodHandle TIMEOUT_OF = LIBRARY.function("ares_timeout", ADDRESS, ADDRESS, ADDRESS, ADDRESS);
    private static final MethodHandle FREE_ADDR_INFO = LIBRARY.procedure("ares_freeaddrinfo", ADDRESS);
    private static final MethodHandle DESTROY = LIBRARY.procedure("ares_destroy", ADDRESS);
    private static final MethodHandle ERROR = LIBRARY.function("ares_strerror", ADDRESS, JAVA_INT);

    private Ares() {}

    static MemorySegment init(MemorySegment socketState, int tryMillis, int tries) {
        try (Arena arena = Arena.ofConfined()) {
            MemorySegment channel = arena.allocate(ADDRESS);
            MemorySegment options = arena.allocate(OPTIONS_SIZE, ADDRESS.byteAlignment());
            options.set(JAVA_INT, TIMEOUT, tryMillis);
            options.set(JAVA_INT, TRIES, tries);
            options.set(ADDRESS, SOCKET_STATE, socketState);
            require((int)
                    INIT.invokeExact(channel, options, OPTION_TRIES | OPTION_SOCKET_STATE | OPTION_TIMEOUT_MILLIS));
            return channel.get(ADDRESS, 0);
        } catch (Throwable t) {
            throw NativeLibrary.failure(t);
        }
    }

    static void setServers(MemorySegment channel, String servers) {
        try (Arena arena = Arena.ofConfined()) {
            require((int) SET_SERVERS.invokeExact(channel, arena.allocateFrom(servers)));
        } catch (Throwable t) {
            throw NativeLibrary.failure(t);
        }
    }

    /** Looks up a name's addresses of any family. */
    static void getAddrInfo(MemorySegment channel, String name, MemorySegment callback, long argument) {
        try (Arena arena = Arena.ofConfined()) {
            MemorySegment hints = arena.allocate(4 * JAVA_INT.byteSize(), JAVA_INT.byteAlignment());
            GET_ADDR_INFO.invokeExact(
                    channel,
                    arena.allocateFrom(name),
                    MemorySegment.NULL,
                    hints,
                    callback,
                    MemorySegment.ofAddress(argument));
        } catch (Throwable t) {
            throw NativeLibrary.failure(t);
        }
    }

    static void process(MemorySegment channel, int readable, int writable) {
        try {
            PROCESS.invokeExact(channel, readable, writable);
        } catch (Throwable t) {
            throw NativeLibrary.failure(t);
        }
    }

    /**
     * Tells when to process timeouts.
     *
     * @param time room for a {@code struct timeval}
     * @return nanoseconds from now, or -1 if there is nothing to wait for
     */
    static long timeout(MemorySegment channel, MemorySegment time) {
        try {
            MemorySegment found = (MemorySegment) TIMEOUT_OF.invokeExact(channel, MemorySegment.NULL, time);
            return found.address() == 0
                    ? -1
                    : time.get(JAVA_LONG, 0) * 1_000_000_000 + time.get(JAVA_LONG, JAVA_LONG.byteSize()) * 1000;
        } catch (Throwable t) {
            throw NativeLibrary.failure(t);
        }
    }

    /** The addresses of an answer, which this frees. */
    static List<InetAddress> take(String name, MemorySegment answer) throws UnknownHostException {
        try {
            List<InetAddress> addresses = new ArrayList<>();
            MemorySegment node =
                    answer.reinterpret(INFO_NODES + ADDRESS.byteSize()).get(ADDRESS, INFO_NODES);
            while (node.address() != 0) {
                node = node.reinterpret(NODE_NEXT + ADDRESS.byteSize());
                MemorySegment address = node.get(ADDRESS, NODE_ADDRESS).reinterpret(24);
                boolean v4 = address.get(JAVA_SHORT, 0) == AF_INET;
                byte[] bytes = address.asSlice(v4 ? 4 : 8, v4 ? 4 : 16).toArray(JAVA_BYTE);
                addresses.add(InetAddress.getByAddress(name, bytes));
                node = node.get(ADDRESS, NODE_NEXT);
            }
            return addresses;
        } finally {
            free(answer);
        }
    }

    private static void free(MemorySegment answer) {
        try {
            FREE_ADDR_INFO.invokeExact(answer);
        } catch (Throwable t) {
            throw NativeLibrary.failure(t);
        }
    }

    static void destroy(MemorySegment channel) {
        try {
            DESTROY.invokeExact(channel);
        } catch (Throwable t) {
            throw NativeLibrary.failure(t);
        }
    }

    static String error(int status) {
        try {
            return NativeLibrary.text((MemorySegment) ERROR.invokeExact(status));
        } catch (Throwable t) {
            throw NativeLibrary.failure(t);
        }
    }

    private static void require(int status) {
        if (status != SUCCESS) {
            throw new IllegalStateException("c-ares: " + error(status));
        }
    }
}
