package dev.aiocontext.jmh.peer;

import dev.aiocontext.internal.posix.Descriptors;
import dev.aiocontext.internal.posix.Errno;
import dev.aiocontext.internal.posix.Libc;
import dev.aiocontext.jmh.machine.OnePipe;
import java.io.FileDescriptor;
import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.lang.reflect.Constructor;
import java.nio.channels.SelectableChannel;
import java.nio.channels.Selector;
import jdk.nio.Channels;
import jdk.nio.Channels.SelectableChannelCloser;

/**
 * A descriptor that is no channel of Java's, watched by a {@code Selector}: {@code jdk.nio.Channels} makes a selectable channel of
 * any {@link FileDescriptor}. The JDK has this in its module {@code jdk.net}.
 *
 * <p>What it lacks beside the library:
 *
 * <ul>
 *   <li>A {@code FileDescriptor} with a given number takes reflection and the flag {@code --add-opens java.base/java.io}.
 *   <li>It tells readable and writable alone. Errors and hang-ups are told as whatever was asked for, and nothing at all is
 *       told with an empty interest. Priority (EPOLLPRI) and a peer's half-close (EPOLLRDHUP) cannot be asked for.
 *   <li>The channel only waits: it reads and writes nothing, here FFM does.
 *   <li>The descriptor is its owner's to close, in a callback that must come after the last selector let go of the channel.
 *       That is at a later selection, not at {@code cancel()}.
 *   <li>A selector provider that is not the JDK's own refuses it.
 * </ul>
 */
final class SelectorDescriptor extends SelectorChannel {
    private static final MemorySegment BYTE = Arena.global().allocate(1);
    private static final Constructor<FileDescriptor> OF_NUMBER = ofNumber();

    private final int fd;

    SelectorDescriptor(Selector selector) {
        this(selector, OnePipe.open());
    }

    private SelectorDescriptor(Selector selector, int fd) {
        super(selector, channel(fd));
        this.fd = fd;
    }

    private static Constructor<FileDescriptor> ofNumber() {
        try {
            Constructor<FileDescriptor> constructor = FileDescriptor.class.getDeclaredConstructor(int.class);
            constructor.setAccessible(true);
            return constructor;
        } catch (NoSuchMethodException e) {
            throw new ExceptionInInitializerError(e);
        }
    }

    private static SelectableChannel channel(int fd) {
        try {
            return Channels.readWriteSelectableChannel(OF_NUMBER.newInstance(fd), new Closer(fd));
        } catch (ReflectiveOperationException e) {
            throw new IllegalStateException(e);
        }
    }

    @Override
    public void put() {
        Errno.check((int) Libc.write(fd, BYTE, 1), "write", fd);
    }

    @Override
    public void take() {
        Errno.check((int) Libc.read(fd, BYTE, 1), "read", fd);
    }

    /** Closes the descriptor when the channel is closed and no selector has it any more. */
    private record Closer(int fd) implements SelectableChannelCloser {
        @Override
        public void implCloseChannel(SelectableChannel channel) {
            if (!channel.isRegistered()) {
                Descriptors.close(fd);
            }
        }

        @Override
        public void implReleaseChannel(SelectableChannel channel) {
            Descriptors.close(fd);
        }
    }
}
