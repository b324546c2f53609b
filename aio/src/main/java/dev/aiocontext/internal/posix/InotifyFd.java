package dev.aiocontext.internal.posix;

import static java.lang.foreign.ValueLayout.ADDRESS;
import static java.lang.foreign.ValueLayout.JAVA_BYTE;
import static java.lang.foreign.ValueLayout.JAVA_INT;

import dev.aiocontext.SyscallException;
import dev.aiocontext.bindings.linux.inotify_event;
import dev.aiocontext.bindings.linux.linux_h;
import java.io.IOException;
import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.HashSet;
import java.util.List;
import java.util.Optional;
import java.util.Set;

/**
 * An inotify(7) instance: a queue of what has happened to files and directories.
 *
 * <p><b>Threads.</b> {@link #add}, {@link #remove}, {@link #living} and {@link #close}: any. {@link #read}, {@link #next} and what
 * they tell: one thread at a time, and none once {@link #close} was called.
 *
 * <p><b>Errors.</b> An Error after a {@link #next} loses that event alone: the next {@link #read} goes on with those after it.
 */
public final class InotifyFd implements AutoCloseable {
    /** Room for 1,024 events without a name. The longest event has 16 bytes and a name of NAME_MAX + 1, so one always fits. */
    private static final long BUFFER_BYTES = 16 * 1024;

    /** Of the struct, whose last member is an array without a length. */
    private static final long NAME = inotify_event.name$offset();

    private static final int HEXADECIMAL = 16;

    private static final NativeFunction INIT = NativeFunction.inRegisters("inotify_init1", JAVA_INT, JAVA_INT);
    private static final NativeFunction ADD =
            NativeFunction.inRegisters("inotify_add_watch", JAVA_INT, JAVA_INT, ADDRESS, JAVA_INT);
    private static final NativeFunction REMOVE =
            NativeFunction.inRegisters("inotify_rm_watch", JAVA_INT, JAVA_INT, JAVA_INT);

    /** The functions that the generated bindings describe too, for a test that compares both. */
    static final List<NativeFunction> FUNCTIONS = List.of(INIT, ADD, REMOVE);

    private final OwnMemory memory = new OwnMemory();
    private final Uses uses = new Uses();
    /** What messages call it if other code has closed it. */
    private static final String WHOSE = "the inotify instance that watches files";

    private final MemorySegment buffer;
    private final int fd;

    // The reader's: what the last read has filled, the event that is told now, and the one after it.
    private long filled;
    private long current;
    private long next;

    private InotifyFd() {
        try {
            StackRoom.requireToOpen();
            buffer = memory.allocate(BUFFER_BYTES, Long.BYTES);
            int result = INIT.callInt(linux_h.IN_NONBLOCK() | linux_h.IN_CLOEXEC(), 0, 0, 0);
            if (result == -linux_h.EMFILE()) {
                throw Errno.exception(
                        "inotify_init1",
                        "",
                        linux_h.EMFILE(),
                        "the user has as many instances as sysctl fs.inotify.max_user_instances allows,"
                                + " or the process as many descriptors as it may have");
            }
            fd = Errno.check(result, "inotify_init1", -1);
        } catch (RuntimeException | Error e) {
            memory.close();
            throw e;
        }
    }

    /**
     * Opens an instance that watches nothing. It does not block, and is not inherited.
     *
     * @return the instance
     * @throws SyscallException if there are too many; the message names the limit
     */
    public static InotifyFd open() {
        return new InotifyFd();
    }

    /** {@return the number of the descriptor} */
    public int fd() {
        return fd;
    }

    /**
     * Watches a file or directory.
     *
     * @param path its path, as the kernel has it, without a zero
     * @param shown the path for messages
     * @param mask IN_*
     * @return the watch descriptor: that of an earlier watch if both paths lead to the same inode
     * @throws IllegalStateException if the instance is closed
     * @throws SyscallException if the kernel refuses; the message names the path, and the limit if that is why
     */
    public int add(byte[] path, String shown, int mask) {
        Uses.Use use = enter();
        int result;
        try (Arena arena = Arena.ofConfined()) {
            MemorySegment name = arena.allocate(path.length + 1L);
            MemorySegment.copy(path, 0, name, JAVA_BYTE, 0, path.length);
            result = ADD.callInt(fd, name.address(), mask, 0);
        } finally {
            use.busy = false;
        }
        if (result == -Errno.EBADF) {
            throw Descriptors.closedByOthers("inotify_add_watch", fd, WHOSE);
        }
        if (result < 0) {
            throw Errno.exception("inotify_add_watch", shown, -result, advice(-result));
        }
        return result;
    }

    private static String advice(int errno) {
        if (errno == linux_h.ENOSPC()) {
            return "the user has as many watches as sysctl fs.inotify.max_user_watches allows";
        } else if (errno == Errno.ENOENT) {
            return "it is not there. A watch of its directory tells when it comes";
        }
        return errno == Errno.EACCES ? "it must be readable to be watched" : "";
    }

    /**
     * Ends a watch. The kernel then queues IN_IGNORED for it. If it has ended the watch by itself, it has queued that already.
     *
     * @param wd the watch descriptor
     */
    public void remove(int wd) {
        Uses.Use use = uses.enter();
        if (use == null) {
            return; // the kernel has ended all watches
        }
        int result;
        try {
            result = REMOVE.callInt(fd, wd, 0, 0);
        } finally {
            use.busy = false;
        }
        if (result != -linux_h.EINVAL()) {
            Descriptors.checkOwn(result, "inotify_rm_watch", fd, WHOSE);
        }
    }

    /**
     * Asks /proc which watches there are.
     *
     * @return their watch descriptors; empty if /proc does not tell
     * @throws IllegalStateException if the instance is closed
     */
    public Optional<Set<Integer>> living() {
        Uses.Use use = enter();
        try {
            Set<Integer> living = new HashSet<>();
            for (String line : Files.readAllLines(Path.of("/proc/self/fdinfo/" + fd))) {
                if (line.startsWith("inotify wd:")) {
                    String number = line.substring(line.indexOf(':') + 1).split(" ", 2)[0];
                    living.add(Integer.parseUnsignedInt(number, HEXADECIMAL)); // fs/notify/fdinfo.c
                }
            }
            return Optional.of(living);
        } catch (IOException unknown) {
            return Optional.empty(); // a sandbox without /proc
        } finally {
            use.busy = false;
        }
    }

    private Uses.Use enter() {
        Uses.Use use = uses.enter();
        if (use == null) {
            throw closed();
        }
        return use;
    }

    /**
     * Reads the events that are there, as many as fit into the buffer. If some of the last read are left, it reads none.
     *
     * @return whether there are any
     * @throws SyscallException if the kernel refuses
     */
    public boolean read() {
        requireOpen();
        if (next < filled) {
            return true;
        }
        long result;
        do {
            result = Libc.read(fd, buffer, BUFFER_BYTES);
        } while (result == -Errno.EINTR);
        if (result == -Errno.EAGAIN) {
            return false;
        }
        int bytes = Descriptors.checkOwn((int) result, "read", fd, WHOSE);
        next = 0;
        filled = bytes;
        return bytes > 0;
    }

    /** {@return whether there is another event of the last read, which is told from now on} */
    public boolean next() {
        requireOpen();
        if (next >= filled) {
            return false;
        }
        current = next;
        next = current + NAME + Integer.toUnsignedLong(inotify_event.len(event()));
        return true;
    }

    /** Refuses a call that would use freed memory. */
    private void requireOpen() {
        if (uses.isClosed()) {
            throw closed();
        }
    }

    private static IllegalStateException closed() {
        return new IllegalStateException("this inotify instance is closed");
    }

    private MemorySegment event() {
        requireOpen();
        return buffer.asSlice(current);
    }

    /** {@return the watch descriptor of the event; -1 if the queue has overflowed} */
    public int wd() {
        return inotify_event.wd(event());
    }

    /** {@return what has happened, IN_*} */
    public int mask() {
        return inotify_event.mask(event());
    }

    /** {@return what connects the two halves of a move} */
    public int cookie() {
        return inotify_event.cookie(event());
    }

    /** {@return the name in the watched directory, without the zeros after it; empty if the event is about the watched file itself} */
    public byte[] name() {
        int length = inotify_event.len(event());
        while (length > 0 && buffer.get(JAVA_BYTE, current + NAME + length - 1) == 0) {
            length--;
        }
        return buffer.asSlice(current + NAME, length).toArray(JAVA_BYTE);
    }

    /** Closes the instance, which ends all watches. The reader must have finished. Calling it again changes nothing. */
    @Override
    public void close() {
        if (uses.close()) {
            try {
                Descriptors.close(fd, WHOSE);
            } finally {
                memory.close();
            }
        }
    }
}
