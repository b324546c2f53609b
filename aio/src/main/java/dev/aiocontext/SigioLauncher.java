package dev.aiocontext;

import dev.aiocontext.internal.posix.Descriptors;
import dev.aiocontext.internal.posix.Exec;
import dev.aiocontext.internal.posix.NativeAccess;
import dev.aiocontext.internal.posix.OwnDescriptors;
import dev.aiocontext.internal.posix.Signals;
import java.io.IOException;
import java.lang.reflect.InvocationTargetException;
import java.lang.reflect.Method;
import java.net.URLDecoder;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
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
 * number, environment, working directory, arguments byte by byte, and the descriptors that its parent handed down.
 *
 * <p><b>Descriptors.</b> The second JVM opens the ports of JMX, of a debugger and of agents anew, so those of the first must
 * be closed by then. The kernel does not tell which descriptors a process was started with. The launcher keeps 0, 1, 2 and
 * all that follow without a gap, and all above that are not sockets or known files of the JVM. A socket above a gap is kept
 * unless a thread of the first JVM waits on it, or an agent or JMX is there and the socket listens, serves datagrams or is in
 * an epoll set. Even then it is kept if the parent has it open too, or if {@code LISTEN_FDS} announces it. So one case goes
 * wrong: a socket that listens, behind a gap in the numbers, that neither is, in a JVM with an agent or JMX, is not handed
 * on. There, use env(1).
 *
 * <p>What an agent does when it starts, it does twice. A debugger that waits for the first JVM ({@code suspend=y}) is
 * disconnected, and has to attach again.
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
        List<byte[]> commandLine = commandLine();
        commandLine.add(1, MARK.getBytes(StandardCharsets.US_ASCII));
        byte[] program = program();
        OwnDescriptors.inheritable().forEach(Descriptors::closeOnExec);
        System.out.flush();
        System.err.flush();
        Signals.block(Signals.SIGIO);
        return Exec.execv(program, commandLine);
    }

    /** The arguments as bytes, because one that is no text in the locale's charset would not survive as a String. */
    private static List<byte[]> commandLine() throws IOException {
        byte[] bytes = Files.readAllBytes(Path.of("/proc/self/cmdline"));
        List<byte[]> arguments = new ArrayList<>();
        int start = 0;
        for (int i = 0; i < bytes.length; i++) {
            if (bytes[i] == 0) {
                arguments.add(Arrays.copyOfRange(bytes, start, i));
                start = i + 1;
            }
        }
        return arguments;
    }

    /** A path's URI has all of its bytes, also those that are no text. */
    private static byte[] program() throws IOException {
        String path = Files.readSymbolicLink(Path.of("/proc/self/exe")).toUri().getRawPath();
        return URLDecoder.decode(path.replace("+", "%2B"), StandardCharsets.ISO_8859_1)
                .getBytes(StandardCharsets.ISO_8859_1);
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
