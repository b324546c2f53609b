package dev.aiocontext;

import dev.aiocontext.internal.posix.Descriptors;
import dev.aiocontext.internal.posix.Exec;
import dev.aiocontext.internal.posix.NativeAccess;
import dev.aiocontext.internal.posix.Signals;
import java.io.IOException;
import java.lang.reflect.InvocationTargetException;
import java.lang.reflect.Method;
import java.nio.charset.StandardCharsets;
import java.nio.file.DirectoryStream;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;

/**
 * Starts a program with SIGIO blocked in every thread of its JVM, as {@link RelayMode#PROCESS} needs:
 *
 * <pre>
 *     java [options] dev.aiocontext.SigioLauncher com.example.Main [arguments]
 * </pre>
 *
 * <p>The plain way is {@code env --block-signal=SIGIO java [options] com.example.Main [arguments]}; this class is for
 * systems whose env(1) cannot do that (GNU coreutils can from 8.31 on), and for those who cannot change who starts java.
 *
 * <p>A JVM cannot block a signal in threads that exist already, and its own exist before any Java code runs. But a signal
 * mask survives execve(2): so this class blocks SIGIO in the thread it runs on, and has the process execute the very same
 * command line anew. The second time it finds SIGIO blocked, and calls the program's {@code main}. The process keeps its
 * number, environment, working directory and open descriptors.
 */
public final class SigioLauncher {
    private static final String MARK = "-Ddev.aiocontext.launched=true";
    private static final int USAGE = 2;

    private SigioLauncher() {}

    /**
     * Starts the program.
     *
     * @param args the program's main class, and its arguments
     * @throws Exception what the program's {@code main} throws, or what keeps it from being called
     */
    public static void main(String[] args) throws Exception {
        if (args.length == 0) {
            System.err.println("usage: java [options] " + SigioLauncher.class.getName() + " <main class> [arguments]");
            System.exit(USAGE);
        }
        NativeAccess.require();
        if (!Signals.blockedHere(Signals.SIGIO)) {
            if (Boolean.getBoolean("dev.aiocontext.launched")) {
                throw new IllegalStateException("SIGIO is not blocked although this JVM was executed anew for that");
            }
            throw executeAnew();
        }
        call(args[0], Arrays.copyOfRange(args, 1, args.length));
    }

    private static Error executeAnew() throws IOException {
        List<String> commandLine =
                new ArrayList<>(Arrays.asList(Files.readString(Path.of("/proc/self/cmdline"), StandardCharsets.UTF_8)
                        .split("\0", -1)));
        commandLine.removeLast(); // behind the final NUL
        commandLine.add(1, MARK);
        keepOwnFilesFromBeingInherited();
        System.out.flush();
        System.err.flush();
        Signals.block(Signals.SIGIO);
        return Exec.execv(Files.readSymbolicLink(Path.of("/proc/self/exe")).toString(), commandLine);
    }

    /** The JVM does not open all its files close-on-exec. What its parent handed down stays open, as it must. */
    private static void keepOwnFilesFromBeingInherited() throws IOException {
        Path javaHome = Path.of(System.getProperty("java.home")).toRealPath();
        try (DirectoryStream<Path> descriptors = Files.newDirectoryStream(Path.of("/proc/self/fd"))) {
            for (Path descriptor : descriptors) {
                Path file;
                try {
                    file = Files.readSymbolicLink(descriptor);
                } catch (NoSuchFileException closed) {
                    continue; // by another thread of the JVM
                }
                if (file.startsWith(javaHome) || file.toString().endsWith(".jar")) {
                    Descriptors.closeOnExec(
                            Integer.parseInt(descriptor.getFileName().toString()));
                }
            }
        }
    }

    private static void call(String mainClass, String[] arguments) throws Exception {
        Method main = Class.forName(mainClass, true, ClassLoader.getSystemClassLoader())
                .getMethod("main", String[].class);
        if (!main.trySetAccessible()) {
            String module = main.getDeclaringClass().getModule().getName();
            String thePackage = main.getDeclaringClass().getPackageName();
            throw new IllegalStateException(mainClass + " lies in a package that its module does not export: start java"
                    + " with --add-exports " + module + "/" + thePackage + "="
                    + SigioLauncher.class.getModule().getName());
        }
        try {
            main.invoke(null, (Object) arguments);
        } catch (InvocationTargetException e) {
            if (e.getCause() instanceof Exception cause) {
                throw cause;
            }
            if (e.getCause() instanceof Error cause) {
                throw cause;
            }
            throw e;
        }
    }
}
