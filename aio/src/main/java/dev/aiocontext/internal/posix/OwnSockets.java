package dev.aiocontext.internal.posix;

import dev.aiocontext.bindings.linux.linux_h;
import dev.aiocontext.bindings.linux.pollfd;
import dev.aiocontext.bindings.linux.timespec;
import dev.aiocontext.internal.posix.OwnDescriptors.Descriptor;
import java.io.IOException;
import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.nio.charset.StandardCharsets;
import java.nio.file.AccessDeniedException;
import java.nio.file.DirectoryStream;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import java.util.stream.Collectors;

/**
 * Tells the sockets that this JVM opened from those that its parent handed down, where their numbers do not tell.
 *
 * <ol>
 *   <li>A socket that the parent process has open too was handed down, and so was one that {@code LISTEN_FDS} announces.
 *   <li>A socket that a thread of this JVM waits on, in accept or in a read, was opened here. So was a socket that an epoll set
 *       watches, if that set is close-on-exec. The program alone knows what was handed down, and it does not run yet.
 *   <li>A JVM opens sockets only for an agent (JDWP, {@code -javaagent}, {@code -agentpath}) or for JMX. If there is neither,
 *       all were handed down.
 *   <li>If there is one, a socket that serves a port or a path was opened here, because a second JVM could not open it anew.
 *       So was any epoll set, whatever it watches, and a socket that is hung up: the JDK keeps one to close others with.
 *   <li>All others were handed down.
 * </ol>
 *
 * <p>The fourth rule can be wrong in a JVM with an agent: about a listening socket behind a gap in the numbers, which the parent
 * has closed since, and which no {@code LISTEN_FDS} announces. It does not cross exec then. The last rule can be wrong
 * about a connection of an agent on which no thread waits: it stays open, as the parent's would.
 */
final class OwnSockets {
    private static final Path EPOLL_SET = Path.of("anon_inode:[eventpoll]");
    private static final int FIRST_ANNOUNCED = 3;

    // The columns of the tables in /proc/net.
    private static final int INET_STATE = 3;
    private static final int INET_INODE = 9;
    private static final String LISTENS = "0A";
    private static final int UNIX_FLAGS = 3;
    private static final int UNIX_INODE = 6;
    private static final int UNIX_LISTENS = 0x10000;

    private OwnSockets() {}

    /**
     * Looks for what was opened here.
     *
     * @param doubtful the descriptors that the next program would inherit, and whose numbers do not tell
     * @param open all descriptors
     * @return the numbers of sockets, of epoll sets, and of what these watch; the caller's to change
     * @throws IOException if /proc cannot be read
     */
    static Set<Integer> among(List<Descriptor> doubtful, List<Descriptor> open) throws IOException {
        List<Descriptor> sockets = doubtful.stream()
                .filter(descriptor -> descriptor.file().toString().startsWith("socket:["))
                .toList();
        boolean agents = (!sockets.isEmpty() || open.stream().anyMatch(OwnSockets::isEpollSet)) && Agents.present();
        Set<Integer> used = firstArgumentsOfSystemCalls();
        for (Descriptor epollSet : open) {
            if (isEpollSet(epollSet) && (epollSet.closedOnExec() || (agents && doubtful.contains(epollSet)))) {
                used.addAll(watchedBy(epollSet));
                used.add(epollSet.number());
            }
        }
        if (agents) {
            Set<String> serving = servingInodes();
            sockets.stream()
                    .filter(socket -> serving.contains(inode(socket)) || isHungUp(socket))
                    .map(Descriptor::number)
                    .forEach(used::add);
        }
        Set<Path> filesOfParent = filesOfParent();
        return doubtful.stream()
                .filter(descriptor -> isKind(descriptor) && used.contains(descriptor.number()))
                .filter(descriptor -> !filesOfParent.contains(descriptor.file()) || !sockets.contains(descriptor))
                .map(Descriptor::number)
                .filter(number -> !isAnnounced(number))
                .collect(Collectors.toSet());
    }

    private static boolean isEpollSet(Descriptor descriptor) {
        return descriptor.file().equals(EPOLL_SET);
    }

    /** Says whether a file counts. A call may have another file's number by chance, or an agent reads one by number. */
    private static boolean isKind(Descriptor descriptor) {
        String file = descriptor.file().toString();
        return file.startsWith("socket:[") || file.startsWith("anon_inode:");
    }

    private static String inode(Descriptor socket) {
        String file = socket.file().toString();
        return file.substring(file.indexOf('[') + 1, file.indexOf(']'));
    }

    private static boolean isHungUp(Descriptor socket) {
        try (Arena arena = Arena.ofConfined()) {
            MemorySegment request = pollfd.allocate(arena);
            pollfd.fd(request, socket.number());
            MemorySegment now = timespec.allocate(arena); // zero
            return Libc.ppoll(Libc.errnoSegment(arena), request, 1, now) > 0
                    && (pollfd.revents(request) & linux_h.POLLHUP()) != 0;
        }
    }

    private static Set<Path> filesOfParent() throws IOException {
        Set<Path> files = new HashSet<>();
        long parent = ProcessHandle.current().parent().map(ProcessHandle::pid).orElse(0L);
        try (DirectoryStream<Path> links = Files.newDirectoryStream(Path.of("/proc/" + parent + "/fd"))) {
            for (Path link : links) {
                files.add(Files.readSymbolicLink(link));
            }
        } catch (NoSuchFileException | AccessDeniedException unknown) {
            return files; // it has ended, is another user's, or closes files just now
        }
        return files;
    }

    /** Says whether systemd's protocol announces a number: 3 and those after it, if they are for this process. */
    private static boolean isAnnounced(int number) {
        String process = System.getenv("LISTEN_PID");
        String count = System.getenv("LISTEN_FDS");
        return count != null
                && count.matches("[0-9]{1,6}")
                && number < FIRST_ANNOUNCED + Integer.parseInt(count)
                && String.valueOf(ProcessHandle.current().pid()).equals(process);
    }

    /**
     * Where the threads wait, as far as a descriptor can tell: the first argument of the system call that each is in. Of
     * accept, recv and read that is the descriptor; of futex it is an address, which no descriptor equals.
     */
    private static Set<Integer> firstArgumentsOfSystemCalls() {
        Set<Integer> arguments = new HashSet<>();
        for (String call : KernelThread.systemCalls()) {
            String[] words = call.split(" ", -1);
            if (words.length > 3 && words[1].length() < "0x12345678".length()) {
                arguments.add(Integer.decode(words[1]));
            }
        }
        return arguments;
    }

    private static Set<Integer> watchedBy(Descriptor epollSet) throws IOException {
        return readIfThere(Path.of("/proc/self/fdinfo/" + epollSet.number())).stream()
                .filter(line -> line.startsWith("tfd:"))
                .map(line -> Integer.valueOf(line.strip().split("\\s+", 3)[1]))
                .collect(Collectors.toSet());
    }

    /** Lists the sockets that listen, and those for datagrams that have a port. */
    private static Set<String> servingInodes() throws IOException {
        Set<String> inodes = new HashSet<>();
        for (String table : List.of("tcp", "tcp6", "udp", "udp6")) {
            for (String[] row : rows(table)) {
                if (row.length > INET_INODE && (table.startsWith("udp") || row[INET_STATE].equals(LISTENS))) {
                    inodes.add(row[INET_INODE]);
                }
            }
        }
        for (String[] row : rows("unix")) {
            if (row.length > UNIX_INODE && (Integer.parseInt(row[UNIX_FLAGS], 16) & UNIX_LISTENS) != 0) {
                inodes.add(row[UNIX_INODE]);
            }
        }
        return inodes;
    }

    private static List<String[]> rows(String table) throws IOException {
        return readIfThere(Path.of("/proc/self/net", table)).stream()
                .skip(1) // the heading
                .map(line -> line.strip().split("\\s+"))
                .toList();
    }

    /** Reads a file; a table of a protocol that the kernel lacks is empty, and so is the file of a descriptor that was closed. */
    private static List<String> readIfThere(Path file) throws IOException {
        try {
            return Files.readAllLines(file, StandardCharsets.ISO_8859_1);
        } catch (NoSuchFileException | AccessDeniedException none) {
            return List.of();
        }
    }
}
