package dev.aiocontext.internal.posix;

import dev.aiocontext.bindings.linux.linux_h;
import java.io.IOException;
import java.nio.file.DirectoryStream;
import java.nio.file.Files;
import java.nio.file.InvalidPathException;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.HashSet;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * Tells the descriptors that this JVM opened from those that its parent handed down. Any thread, before the program runs.
 *
 * <p>The kernel keeps no note of when, or by which program, a descriptor was opened. This class decides by what it can see,
 * and takes the first rule that applies:
 *
 * <ol>
 *   <li>A descriptor that is close-on-exec was opened here, because an inherited one never is.
 *   <li>A number below that of {@code lib/modules} was handed down. That file is the first that a JVM opens and keeps, before
 *       any agent is loaded, and it gets the lowest number that is free. So 0, 1, 2 and all that follow without a gap are
 *       sure.
 *   <li>{@code lib/modules} was opened here. So was a chunk of the flight recorder, which lies in a directory with the number
 *       of this process. So was a jar, a file of the class path or one of the JDK's, if it has been read. So were {@code /dev/random} and
 *       {@code /dev/urandom} if one follows the other, because the JDK's generator opens both.
 *   <li>Sockets and epoll sets: {@link OwnSockets} decides.
 *   <li>Everything else was handed down.
 * </ol>
 *
 * <p>The last rule errs on the side of the parent: a program that misses a descriptor fails, and one too many harms nobody.
 * A file that an agent has opened stays open.
 */
public final class OwnDescriptors {
    private static final Path FD = Path.of("/proc/self/fd");
    private static final Path INFO = Path.of("/proc/self/fdinfo");
    private static final Path RANDOM = Path.of("/dev/random");
    private static final Path URANDOM = Path.of("/dev/urandom");
    private static final int FIRST_AFTER_STANDARD_ERROR = 3;
    private static final Pattern FLAGS = Pattern.compile("flags:\\s*([0-7]+)");
    private static final Pattern POSITION = Pattern.compile("pos:\\s*([0-9]+)");

    private final Path javaHome;
    private final Path modules;
    private final Set<Path> classPath = new HashSet<>();

    private OwnDescriptors() throws IOException {
        javaHome = Path.of(System.getProperty("java.home")).toRealPath();
        modules = javaHome.resolve("lib/modules");
        for (String property : List.of("java.class.path", "jdk.module.path")) {
            for (String entry : System.getProperty(property, "").split(":", -1)) {
                Optional<Path> file = path(entry).filter(Files::isRegularFile);
                if (file.isPresent()) {
                    classPath.add(file.get().toRealPath());
                }
            }
        }
    }

    /** Makes a path of a name, unless it is no text in the locale's charset: then Java has opened no file of that name either. */
    static Optional<Path> path(String name) {
        try {
            return Optional.of(Path.of(name));
        } catch (InvalidPathException unknown) {
            return Optional.empty();
        }
    }

    /**
     * An open descriptor, as /proc shows it.
     *
     * @param number the descriptor
     * @param file the file's path, or {@code socket:[number]} and the like
     * @param closedOnExec whether it is close-on-exec
     * @param position where the next read begins
     */
    record Descriptor(int number, Path file, boolean closedOnExec, long position) {
        boolean isSameAs(Descriptor other) {
            return number == other.number && file.equals(other.file);
        }
    }

    /**
     * Marks the descriptors that this JVM opened, so that the next program does not inherit them. Other threads of the JVM, the flight
     * recorder's for instance, may open more meanwhile. So it looks again, until there is nothing that was not there before.
     *
     * @throws IOException if /proc cannot be read
     */
    public static void closeOnExec() throws IOException {
        List<Descriptor> open = open();
        new OwnDescriptors().among(open).forEach(Descriptors::closeOnExec);
        List<Descriptor> more;
        do {
            List<Descriptor> before = open;
            open = open();
            more = open.stream()
                    .filter(descriptor ->
                            !descriptor.closedOnExec && before.stream().noneMatch(descriptor::isSameAs))
                    .toList();
            more.forEach(descriptor -> Descriptors.closeOnExec(descriptor.number));
        } while (!more.isEmpty());
    }

    private Set<Integer> among(List<Descriptor> open) throws IOException {
        int first = open.stream()
                .filter(descriptor -> descriptor.file.equals(modules))
                .mapToInt(Descriptor::number)
                .min()
                .orElse(FIRST_AFTER_STANDARD_ERROR);
        List<Descriptor> doubtful = open.stream()
                .filter(descriptor -> descriptor.number >= first && !descriptor.closedOnExec)
                .sorted(Comparator.comparingInt(Descriptor::number))
                .toList();
        Set<Integer> own = OwnSockets.among(doubtful, open);
        doubtful.stream().filter(this::isOwnFile).map(Descriptor::number).forEach(own::add);
        for (int i = 1; i < doubtful.size(); i++) {
            Descriptor before = doubtful.get(i - 1);
            Descriptor descriptor = doubtful.get(i);
            if (before.file.equals(RANDOM) && descriptor.file.equals(URANDOM)) {
                own.addAll(List.of(before.number, descriptor.number));
            }
        }
        return own;
    }

    private boolean isOwnFile(Descriptor descriptor) {
        Path file = descriptor.file;
        return file.equals(modules) || isChunk(file) || (descriptor.position > 0 && isCode(file));
    }

    /**
     * Says whether a file is the flight recorder's: {@code 2026_11_25_21_31_00_30836/2026_11_25_21_31_00.jfr}, for instance. The
     * last number of the folder is the process.
     */
    private static boolean isChunk(Path file) {
        Path directory = file.getParent();
        return file.toString().endsWith(".jfr")
                && directory != null
                && directory.toString().endsWith("_" + ProcessHandle.current().pid());
    }

    private boolean isCode(Path file) {
        return file.toString().endsWith(".jar") || file.startsWith(javaHome) || classPath.contains(file);
    }

    private static List<Descriptor> open() throws IOException {
        List<Descriptor> open = new ArrayList<>();
        try (DirectoryStream<Path> links = Files.newDirectoryStream(FD)) {
            for (Path link : links) {
                readIfOpen(link).ifPresent(open::add);
            }
        }
        return open;
    }

    private static Optional<Descriptor> readIfOpen(Path link) throws IOException {
        Path number = link.getFileName();
        try {
            String info = Files.readString(INFO.resolve(number));
            long flags = Long.parseLong(find(FLAGS, info), 8);
            return Optional.of(new Descriptor(
                    Integer.parseInt(number.toString()),
                    Files.readSymbolicLink(link),
                    (flags & linux_h.O_CLOEXEC()) != 0,
                    Long.parseLong(find(POSITION, info))));
        } catch (NoSuchFileException closed) { // by another thread of the JVM
            return Optional.empty();
        }
    }

    private static String find(Pattern pattern, String text) {
        Matcher matcher = pattern.matcher(text);
        return matcher.find() ? matcher.group(1) : "0";
    }
}
