package dev.aiocontext;

import static org.assertj.core.api.Assertions.assertThat;

import dev.aiocontext.testkit.ChildJvm;
import java.io.IOException;
import java.io.InputStream;
import java.lang.instrument.Instrumentation;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.net.Socket;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.HexFormat;
import java.util.List;
import java.util.Objects;
import java.util.Set;
import java.util.jar.Attributes;
import java.util.jar.JarEntry;
import java.util.jar.JarOutputStream;
import java.util.jar.Manifest;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/** What the second JVM of {@link SignalLauncher} gets from the first, and what it must not get. */
class SignalLauncherTest {
    private static final String PROGRAM = ShowsItsDescriptors.class.getName();

    /** What the flight recorder has open: a directory named after the time and the process, and the chunks in it. */
    private static final Pattern RECORDING = Pattern.compile("(.*/[0-9]+(?:_[0-9]+){6})(?:/.*)?");

    @TempDir
    Path directory;

    /** What listens, or writes, in a JVM before its program runs. */
    enum Before {
        NOTHING,
        JMX,
        DEBUGGER,
        AGENT,
        AGENT_WITH_SELECTOR,
        FLIGHT_RECORDER;

        List<String> options(int port, Path directory) throws IOException {
            return switch (this) {
                case NOTHING -> List.of();
                case JMX ->
                    List.of(
                            "-Dcom.sun.management.jmxremote.port=" + port,
                            "-Dcom.sun.management.jmxremote.authenticate=false",
                            "-Dcom.sun.management.jmxremote.ssl=false");
                case DEBUGGER ->
                    List.of("-agentlib:jdwp=transport=dt_socket,server=y,suspend=n,address=127.0.0.1:" + port);
                case AGENT -> List.of("-javaagent:" + agent(directory) + "=" + port);
                case AGENT_WITH_SELECTOR -> List.of("-javaagent:" + agent(directory) + "=selector " + port);
                case FLIGHT_RECORDER -> List.of("-XX:StartFlightRecording", "-Xlog:jfr*=off");
            };
        }

        boolean listens() {
            return this != NOTHING && this != FLIGHT_RECORDER;
        }
    }

    /** An agent that listens, and does not even accept. */
    public static final class Agent {
        private static final List<AutoCloseable> OPEN = new ArrayList<>();

        private Agent() {}

        /** Listens on the port that is the last word of the argument. */
        public static void premain(String argument, Instrumentation instrumentation) throws IOException {
            int port = Integer.parseInt(argument.substring(argument.lastIndexOf(' ') + 1));
            if (argument.startsWith("selector")) {
                var channel = java.nio.channels.ServerSocketChannel.open();
                channel.bind(new java.net.InetSocketAddress(InetAddress.getLoopbackAddress(), port));
                channel.configureBlocking(false);
                var selector = java.nio.channels.Selector.open();
                channel.register(selector, java.nio.channels.SelectionKey.OP_ACCEPT);
                selector.selectNow();
                OPEN.addAll(List.of(channel, selector));
            } else {
                OPEN.add(new ServerSocket(port, 1, InetAddress.getLoopbackAddress()));
            }
        }
    }

    /** Tells what it has open, and whether somebody listens on a port. */
    static final class ShowsItsDescriptors {
        public static void main(String[] args) throws IOException {
            try (var links = Files.newDirectoryStream(Path.of("/proc/self/fd"))) {
                for (Path link : links) {
                    try {
                        System.out.println(link.getFileName() + " is " + Files.readSymbolicLink(link));
                    } catch (java.nio.file.NoSuchFileException closed) {
                        System.out.println("0 is closed by now");
                    }
                }
            }
            if (args.length > 0) {
                try (Socket socket = new Socket(InetAddress.getLoopbackAddress(), Integer.parseInt(args[0]))) {
                    System.out.println("port answers " + socket.isConnected());
                }
            }
        }
    }

    /** Tells the bytes of its last argument. */
    static final class ShowsItsArgument {
        public static void main(String[] args) throws IOException {
            byte[] commandLine = Files.readAllBytes(Path.of("/proc/self/cmdline"));
            String text = new String(commandLine, StandardCharsets.ISO_8859_1);
            String last = text.substring(text.lastIndexOf('\0', text.length() - 2) + 1, text.length() - 1);
            System.out.println(
                    args.length + " hex " + HexFormat.of().formatHex(last.getBytes(StandardCharsets.ISO_8859_1)));
        }
    }

    @Tag("proof")
    @ParameterizedTest
    @EnumSource
    void theSecondJvmHasOpenWhatItWouldHaveOpenedByItself(Before before) throws Exception {
        List<String> twice = descriptors(before, "exec \"$@\"");
        List<String> once = descriptors(before, "exec env --block-signal=SIGIO \"$@\"");
        assertThat(kinds(twice)).containsExactlyInAnyOrderElementsOf(kinds(once));
    }

    @Tag("proof")
    @ParameterizedTest
    @EnumSource
    void whatTheParentHandedDownIsStillThere(Before before) throws Exception {
        Path file = Files.writeString(directory.resolve("handed-down"), "text");
        Path jar = Files.copy(agent(directory), directory.resolve("handed-down.jar"));
        try (ServerSocket server = new ServerSocket(0, 1, InetAddress.getLoopbackAddress())) {
            String connect = "<>/dev/tcp/127.0.0.1/" + server.getLocalPort();
            String redirections = "exec 3" + connect + " 7" + connect + " 8<" + file + " 9< <(true) 11<" + jar
                    + " 12</dev/urandom; exec \"$@\"";
            assertThat(descriptors(before, redirections))
                    .anyMatch(line -> line.startsWith("3 is socket:"))
                    .anyMatch(line -> line.startsWith("7 is socket:"))
                    .contains("8 is " + file)
                    .anyMatch(line -> line.startsWith("9 is pipe:"))
                    .contains("11 is " + jar)
                    .contains("12 is /dev/urandom");
        }
    }

    @Test
    void anArgumentThatIsNoTextInTheLocalePassesAsBytes() throws Exception {
        ChildJvm.Result result = ChildJvm.onClassPath()
                .shortLived()
                .startedBy("bash", "-c", "exec \"$@\" $'caf\\xe9'", "bash")
                .env("LC_ALL", "C.UTF-8")
                .run(SignalLauncher.class.getName(), ShowsItsArgument.class.getName(), "");
        assertThat(result.output()).contains("2 hex 636166e9");
        assertThat(result.exit()).isZero();
    }

    @Test
    void aClassPathEntryThatIsNoTextInTheLocaleIsNoObstacle() throws Exception {
        ChildJvm.Result result = ChildJvm.onClassPath()
                .shortLived()
                .startedBy(
                        "bash",
                        "-c",
                        "args=(\"$@\"); for i in \"${!args[@]}\"; do [[ ${args[i]} == -cp ]] &&"
                                + " args[i+1]+=:/no/caf$'\\xe9'; done; exec \"${args[@]}\"",
                        "bash")
                .env("LC_ALL", "C")
                .run(SignalLauncher.class.getName(), ShowsItsArgument.class.getName(), "");
        assertThat(result.exit()).as(result.output()).isZero();
    }

    private List<String> descriptors(Before before, String script) throws IOException, InterruptedException {
        int port = freePort();
        ChildJvm jvm = ChildJvm.onClassPath()
                .shortLived()
                .startedBy("bash", "-c", script, "bash")
                .option(before.options(port, directory).toArray(String[]::new));
        List<String> command = new ArrayList<>(List.of(SignalLauncher.class.getName(), PROGRAM));
        if (before.listens()) {
            command.add(String.valueOf(port));
        }
        ChildJvm.Result result = jvm.run(command.toArray(String[]::new));
        assertThat(result.exit()).as(result.output()).isZero();
        assertThat(result.output().contains("port answers true"))
                .as(result.output())
                .isEqualTo(before.listens());
        return result.output()
                .lines()
                .filter(line -> line.matches("[0-9]+ is .*"))
                .toList();
    }

    /** The files without their numbers; a recording is one, however many descriptors its chunks have at that moment. */
    private static List<String> kinds(List<String> descriptors) {
        List<String> kinds = new ArrayList<>();
        Set<String> recordings = new HashSet<>();
        for (String descriptor : descriptors) {
            String file = descriptor.substring(descriptor.indexOf(" is ") + " is ".length());
            Matcher recording = RECORDING.matcher(file);
            boolean again = recording.matches() && !recordings.add(recording.group(1));
            // The recorder looks through the directory of its recordings now and then, in each JVM by itself.
            boolean directory = file.matches("/tmp/[0-9_]+");
            if (!again && !directory) {
                kinds.add(file.replaceAll("[0-9]+", "N"));
            }
        }
        return kinds;
    }

    private static int freePort() throws IOException {
        try (ServerSocket probe = new ServerSocket(0, 1, InetAddress.getLoopbackAddress())) {
            return probe.getLocalPort();
        }
    }

    private static Path agent(Path directory) throws IOException {
        Path jar = directory.resolve("agent.jar");
        Manifest manifest = new Manifest();
        manifest.getMainAttributes().put(Attributes.Name.MANIFEST_VERSION, "1.0");
        manifest.getMainAttributes().putValue("Premain-Class", Agent.class.getName());
        String entry = Agent.class.getName().replace('.', '/') + ".class";
        try (JarOutputStream out = new JarOutputStream(Files.newOutputStream(jar), manifest);
                InputStream code =
                        Objects.requireNonNull(Agent.class.getClassLoader()).getResourceAsStream(entry)) {
            out.putNextEntry(new JarEntry(entry));
            Objects.requireNonNull(code).transferTo(out);
        }
        return jar;
    }
}
