package dev.aiocontext.testkit;

import static java.lang.foreign.ValueLayout.ADDRESS;
import static java.lang.foreign.ValueLayout.JAVA_INT;
import static java.lang.foreign.ValueLayout.JAVA_LONG;
import static java.lang.foreign.ValueLayout.JAVA_SHORT;
import static org.assertj.core.api.Assertions.assertThat;

import dev.aiocontext.internal.posix.Descriptors;
import dev.aiocontext.internal.posix.Libc;
import java.io.IOException;
import java.lang.foreign.Arena;
import java.lang.foreign.FunctionDescriptor;
import java.lang.foreign.Linker;
import java.lang.foreign.MemorySegment;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.net.Socket;
import java.nio.ByteOrder;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;

/** Opens descriptors of many kinds, and closes those that are still open in the end. */
public final class RealDescriptors implements AutoCloseable {
    private static final int O_RDWR_NOCTTY = 0x102;
    private static final int AF_UNIX = 1;
    private static final int AF_INET = 2;
    private static final int SOCK_STREAM_NONBLOCK = 1 | 0x800;
    private static final int SHUT_WR = 1;
    private static final int F_DUPFD = 0;
    private static final short POLLIN = 1;

    private final List<Integer> open = new ArrayList<>();
    private final List<Socket> others = new ArrayList<>();

    /** The result of a C function whose parameters are ints and pointers. */
    @SuppressWarnings("restricted")
    public static int call(String name, Object... arguments) {
        Linker linker = Linker.nativeLinker();
        FunctionDescriptor type = FunctionDescriptor.of(JAVA_INT);
        for (Object argument : arguments) {
            type = type.appendArgumentLayouts(
                    argument instanceof MemorySegment ? ADDRESS : argument instanceof Long ? JAVA_LONG : JAVA_INT);
        }
        try {
            int result = (int)
                    linker.downcallHandle(linker.defaultLookup().find(name).orElseThrow(), type)
                            .invokeWithArguments(arguments);
            if (result < 0) {
                throw new AssertionError(name + " failed");
            }
            return result;
        } catch (RuntimeException | Error e) {
            throw e;
        } catch (Throwable t) {
            throw new AssertionError(t);
        }
    }

    private int opened(int fd) {
        open.add(fd);
        return fd;
    }

    /** Two connected stream sockets. */
    public int[] socketPair() {
        try (Arena arena = Arena.ofConfined()) {
            MemorySegment fds = arena.allocate(JAVA_INT, 2);
            call("socketpair", AF_UNIX, SOCK_STREAM_NONBLOCK, 0, fds);
            return new int[] {opened(fds.getAtIndex(JAVA_INT, 0)), opened(fds.getAtIndex(JAVA_INT, 1))};
        }
    }

    /** A pipe: the end to read, the end to write. */
    public int[] pipe() {
        Descriptors.Pipe pipe = Descriptors.pipe();
        return new int[] {opened(pipe.readEnd()), opened(pipe.writeEnd())};
    }

    /** A descriptor that is readable for ever: a pipe that holds a byte. */
    public int readable() {
        int[] pipe = pipe();
        write(pipe[1]);
        return pipe[0];
    }

    /** Another number for the same file. */
    public int duplicate(int fd) {
        return opened(Libc.fcntl(fd, F_DUPFD, 0));
    }

    /** A file, opened with flags of open(2). */
    public int file(Path path, int flags) {
        try (Arena arena = Arena.ofConfined()) {
            return opened(call("open", arena.allocateFrom(path.toString()), flags));
        }
    }

    /** A pseudo-terminal: the end that types and shows, and the end of the program. Both block. */
    public record Terminal(int master, int slave) {}

    /** A pseudo-terminal. */
    public Terminal terminal() {
        try (Arena arena = Arena.ofConfined()) {
            int master = opened(call("posix_openpt", O_RDWR_NOCTTY));
            call("unlockpt", master);
            MemorySegment name = arena.allocate(64);
            call("ptsname_r", master, name, name.byteSize());
            return new Terminal(master, file(Path.of(name.getString(0)), O_RDWR_NOCTTY));
        }
    }

    /** The master of a pseudo-terminal whose slave was open and is closed. */
    public int terminalWithoutSlave() {
        Terminal terminal = terminal();
        close(terminal.slave());
        return terminal.master();
    }

    /** Blocks in poll(2) until a descriptor is readable. */
    public static void pollForever(int fd) {
        try (Arena arena = Arena.ofConfined()) {
            MemorySegment pollfd = arena.allocate(8, 4);
            pollfd.set(JAVA_INT, 0, fd);
            pollfd.set(JAVA_SHORT, 4, POLLIN);
            call("poll", pollfd, 1L, -1);
        }
    }

    /** A TCP connection: the descriptor that this test has of one end. The other is what {@code sender} is given. */
    public int tcp(List<Socket> sender) throws IOException {
        try (ServerSocket server = new ServerSocket(0, 1, InetAddress.getByAddress(new byte[] {127, 0, 0, 1}));
                Arena arena = Arena.ofConfined()) {
            int fd = opened(call("socket", AF_INET, 1, 0));
            MemorySegment address = arena.allocate(16, 4);
            address.set(JAVA_SHORT, 0, (short) AF_INET);
            address.set(JAVA_SHORT.withOrder(ByteOrder.BIG_ENDIAN), 2, (short) server.getLocalPort());
            address.set(JAVA_INT.withOrder(ByteOrder.BIG_ENDIAN), 4, 0x7f000001);
            call("connect", fd, address, 16);
            Socket accepted = server.accept();
            others.add(accepted);
            sender.add(accepted);
            return fd;
        }
    }

    /** Writes a byte. */
    public void write(int fd) {
        try (Arena arena = Arena.ofConfined()) {
            assertThat(Libc.write(fd, arena.allocate(1), 1)).isOne();
        }
    }

    /** Reads a byte. */
    public void read(int fd) {
        try (Arena arena = Arena.ofConfined()) {
            assertThat(Libc.read(fd, arena.allocate(1), 1)).isOne();
        }
    }

    /** Writes no more. */
    public void shutDownWriting(int fd) {
        call("shutdown", fd, SHUT_WR);
    }

    /** Has a number stand for the file of another one. */
    public void replace(int fd, int by) {
        call("dup2", by, fd);
        if (!open.contains(fd)) {
            open.add(fd);
        }
    }

    /** Closes one now. */
    public void close(int fd) {
        open.removeIf(number -> number == fd);
        Descriptors.close(fd);
    }

    @Override
    public void close() throws IOException {
        open.forEach(Descriptors::close);
        open.clear();
        for (Socket other : others) {
            other.close();
        }
    }
}
