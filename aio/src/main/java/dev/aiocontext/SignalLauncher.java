package dev.aiocontext;

import dev.aiocontext.internal.posix.Exec;
import dev.aiocontext.internal.posix.NativeAccess;
import dev.aiocontext.internal.posix.OwnDescriptors;
import dev.aiocontext.internal.posix.SignalNumber;
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
import java.util.stream.Collectors;

/**
 * Starts a program with signals blocked in every thread of its JVM. SIGIO is what {@link RelayMode#PROCESS} needs; other
 * signals then come by signalfd(2), see {@code dev.aiocontext.source.Signals}:
 *
 * <pre>
 *     java [options] dev.aiocontext.SignalLauncher com.example.Main [arguments]
 *     java [options] dev.aiocontext.SignalLauncher --block=IO,WINCH com.example.Main [arguments]
 * </pre>
 *
 * <p>Without {@code --block} it blocks SIGIO alone. The plain way is {@code env --block-signal=IO,WINCH java [options]
 * com.example.Main [arguments]}. GNU coreutils can do that from 8.31 on. This class is for systems whose env(1) cannot, and for
 * programs that another program starts.
 *
 * <p>HotSpot unblocks some signals again. SIGHUP, SIGINT, SIGTERM and SIGQUIT stay blocked only in a JVM that was started with
 * {@code -Xrs}, and SIGUSR2 only with {@code _JAVA_SR_SIGNUM=35} in its environment. The launcher says so, and does not call the program.
 *
 * <p>A JVM cannot block a signal in threads that exist already, and its own exist before any Java code runs. But a signal mask
 * survives execve(2). So this class blocks the signals in the thread it runs on, and has the process execute the very same command
 * line anew. The second time it finds them blocked, and calls the program's {@code main}. The process keeps its number,
 * environment, working directory, arguments byte by byte, and the descriptors that its parent handed down.
 *
 * <p><b>Descriptors.</b> The second JVM opens the ports of JMX, of a debugger and of agents anew, so those of the first must
 * be closed by then. The kernel does not tell which descriptors a process was started with. The launcher decides so:
 * <ol>
 *   <li>It keeps 0, 1, 2 and all that follow without a gap.
 *   <li>Above a gap, it closes known files of the JVM, and keeps everything else that is not a socket.
 *   <li>Above a gap, it closes a socket that a thread of the first JVM waits on. If there is an agent or JMX, it also closes a
 *       socket that listens, serves datagrams or is in an epoll set.
 *   <li>It keeps a socket of rule 3 all the same if the parent has it open too, or if {@code LISTEN_FDS} announces it.
 * </ol>
 * So one case goes wrong, in a JVM with an agent or JMX: a listening socket above a gap, which the parent has closed since and
 * {@code LISTEN_FDS} does not announce. It is not handed on. Use env(1) there.
 *
 * <p>An agent starts twice, and does twice what it does at its start. A debugger that waits for the first JVM ({@code suspend=y}) is
 * disconnected, and has to attach again.
 */
public final class SignalLauncher {
    private static final String MARK = "-Ddev.aiocontext.launched=true";
    private static final String BLOCK = "--block=";
    private static final int USAGE = 2;

    private SignalLauncher() {}

    /**
     * Starts the program.
     *
     * @param args {@code --block=} and the names of signals, or nothing for SIGIO; the program's main class; its arguments
     * @throws IllegalArgumentException if there is no such signal
     * @throws Exception what the program's {@code main} throws, or what keeps it from being called
     */
    public static void main(String[] args) throws Exception {
        boolean names = args.length > 0 && args[0].startsWith(BLOCK);
        int program = names ? 1 : 0;
        if (args.length == program) {
            System.err.println("usage: java [options] " + SignalLauncher.class.getName()
                    + " [--block=<signal>,...] <main class> [arguments]");
            System.exit(USAGE);
        }
        NativeAccess.require();
        List<Integer> signals = signals(names ? args[0].substring(BLOCK.length()) : "IO");
        List<Integer> unblocked =
                signals.stream().filter(signal -> !Signals.blockedHere(signal)).toList();
        if (!unblocked.isEmpty()) {
            if (Boolean.getBoolean("dev.aiocontext.launched")) {
                throw new IllegalStateException(stillUnblocked(unblocked));
            }
            throw executeAnew(signals);
        }
        call(args[program], Arrays.copyOfRange(args, program + 1, args.length));
    }

    private static List<Integer> signals(String names) {
        List<Integer> signals = new ArrayList<>();
        for (String name : names.split(",", -1)) {
            signals.add(SignalNumber.of(name));
        }
        return signals;
    }

    private static String stillUnblocked(List<Integer> signals) {
        String names = signals.stream().map(SignalNumber::name).collect(Collectors.joining(", "));
        return names
                + " not blocked although this JVM was executed anew for that. HotSpot unblocks SIGHUP, SIGINT, SIGTERM and SIGQUIT"
                + " unless it is started with -Xrs, and SIGUSR2 unless _JAVA_SR_SIGNUM=35 is in its environment. Nothing blocks"
                + " SIGKILL, SIGSTOP, and what the JVM's own code runs into";
    }

    private static Error executeAnew(List<Integer> signals) throws IOException {
        List<byte[]> commandLine = commandLine();
        commandLine.add(1, MARK.getBytes(StandardCharsets.US_ASCII));
        Exec next = new Exec(program(), commandLine);
        System.out.flush();
        System.err.flush();
        signals.forEach(Signals::block);
        OwnDescriptors.closeOnExec(); // last, because other threads go on opening
        return next.execute();
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
                    + SignalLauncher.class.getModule().getName());
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
