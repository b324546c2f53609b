package dev.aiocontext.internal.doctor;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import dev.aiocontext.testkit.ChildProcess;
import dev.aiocontext.testkit.Eventually;
import dev.aiocontext.testkit.Rounds;
import dev.aiocontext.testkit.Strace;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.FileTime;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/**
 * The script {@code doctor} in a clone of its own, where a stand-in for Maven puts the classes of this build in place. An
 * argument that the doctor does not know shows that its JVM was reached, without measuring: the status is 2 then.
 */
class DoctorScriptTest {
    private static final String UNKNOWN = "--nonsense";
    private static final String INTERRUPT = "\003";

    @TempDir
    Path directory;

    private Path clone;

    private final List<ProcessHandle> started = new ArrayList<>();

    private record Ended(int status, String out, String err) {}

    @BeforeEach
    void makeClone() throws IOException {
        clone = Files.createDirectory(directory.resolve("clone"));
        Path root = Path.of("..").toAbsolutePath().normalize();
        for (String file : List.of("doctor", ".mvn/stamp", "pom.xml", "aio/pom.xml", "bindings/pom.xml")) {
            Files.createDirectories(clone.resolve(file).getParent());
            Files.copy(root.resolve(file), clone.resolve(file));
        }
        copy(root.resolve("aio/src/main"), clone.resolve("aio/src/main"));
        Files.createDirectories(clone.resolve("bindings/src/main"));
        maven("""
                for module in bindings aio; do
                    .mvn/stamp begin $module
                    cp -r '%s'/$module/target/classes $module/target
                    .mvn/stamp end $module
                done
                echo built >>builds
                """.formatted(root));
    }

    /** Leaves nothing running when a test has failed. */
    @AfterEach
    void killWhatIsLeft() {
        started.forEach(ProcessHandle::destroyForcibly);
    }

    private Process start(Map<String, String> environment, String... command) throws IOException {
        Process process = builder(environment, List.of(command)).start();
        started.add(process.toHandle());
        return process;
    }

    private static void copy(Path from, Path to) throws IOException {
        try (Stream<Path> files = Files.walk(from)) {
            files.forEach(file -> {
                Path copied = to.resolve(from.relativize(file).toString());
                try {
                    Files.createDirectories(copied.getParent());
                    Files.copy(file, copied);
                } catch (IOException e) {
                    throw new UncheckedIOException(e);
                }
            });
        }
    }

    /** Has Maven do this. */
    private void maven(String script) throws IOException {
        Path mvnw = clone.resolve("mvnw");
        Files.writeString(mvnw, "#!/bin/sh\n" + script);
        assertThat(mvnw.toFile().setExecutable(true)).isTrue();
    }

    private long builds() throws IOException {
        return Files.readAllLines(clone.resolve("builds")).size();
    }

    private ProcessBuilder builder(Map<String, String> environment, List<String> command) {
        ProcessBuilder builder = new ProcessBuilder(command)
                .directory(directory.toFile())
                .redirectOutput(directory.resolve("out").toFile())
                .redirectError(directory.resolve("err").toFile());
        builder.environment().keySet().removeAll(List.of("AIOCONTEXT_RELAY", "JAVA_TOOL_OPTIONS", "JDK_JAVA_OPTIONS"));
        builder.environment().put("JAVA_HOME", System.getProperty("java.home"));
        builder.environment().putAll(environment);
        return builder;
    }

    private Ended run(Map<String, String> environment, String... command) throws IOException {
        int status = end(start(environment, command));
        return new Ended(status, printed("out"), printed("err"));
    }

    private int end(Process process) {
        return ChildProcess.end(process, () -> shown("out") + shown("err"));
    }

    private String printed(String stream) throws IOException {
        return Files.readString(directory.resolve(stream), UTF_8);
    }

    private String shown(String stream) {
        try {
            return printed(stream);
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    /** The shells of this machine; each is what /bin/sh is somewhere. */
    static Stream<List<String>> shells() {
        Stream<List<String>> all = Stream.of(
                        List.of("dash"), List.of("bash"), List.of("bash", "--posix"), List.of("busybox", "sh"))
                .filter(shell -> Stream.of("/bin/", "/usr/bin/")
                        .anyMatch(folder -> Files.isExecutable(Path.of(folder + shell.getFirst()))));
        return Rounds.cases(2, all.toList());
    }

    private Ended runBy(List<String> shell, Map<String, String> environment, String... args) throws Exception {
        Stream<String> script = Stream.concat(Stream.of(clone + "/doctor"), Stream.of(args));
        return run(environment, Stream.concat(shell.stream(), script).toArray(String[]::new));
    }

    @ParameterizedTest
    @MethodSource("shells")
    void passesOnTheStatusOfTheDoctorAndBuildsOnce(List<String> shell) throws Exception {
        Ended ended = runBy(shell, Map.of(), UNKNOWN);
        assertThat(ended.err()).isEqualTo("doctor: unknown argument \"--nonsense\"; see --help\n");
        assertThat(ended.status()).isEqualTo(2);
        assertThat(runBy(shell, Map.of(), UNKNOWN).status()).isEqualTo(2);
        assertThat(builds()).isOne();
    }

    @ParameterizedTest
    @MethodSource("shells")
    void aJvmThatCannotStartIsNoLostWakeup(List<String> shell) throws Exception {
        Ended ended = runBy(shell, Map.of("JAVA_TOOL_OPTIONS", "-Xms100t"));
        assertThat(ended.err()).contains("doctor: the JVM ended with status 1 before");
        assertThat(ended.out()).isEmpty();
        assertThat(ended.status()).isEqualTo(3);
    }

    @Test
    void aJvmWithoutMemoryIsNoLostWakeup() throws Exception {
        Ended ended = run(Map.of(), "sh", "-c", "ulimit -v 400000; exec clone/doctor --json");
        assertThat(ended.err()).contains("doctor: the JVM ended with status ");
        assertThat(ended.out()).isEmpty();
        assertThat(ended.status()).isEqualTo(3);
    }

    @ParameterizedTest
    @MethodSource("shells")
    void aBuildThatFailsSaysWhatMavenSaid(List<String> shell) throws Exception {
        maven("echo out of order; exit 1");
        Ended ended = runBy(shell, Map.of());
        assertThat(ended.err()).startsWith("out of order\ndoctor: the build failed");
        assertThat(ended.status()).isEqualTo(3);
    }

    @ParameterizedTest
    @MethodSource("shells")
    void aTargetThatCannotBeWrittenHasItsOwnSentence(List<String> shell) throws Exception {
        Files.createFile(clone.resolve("aio/target"));
        Ended ended = runBy(shell, Map.of());
        assertThat(ended.err()).isEqualTo("doctor: cannot write to " + clone + "/aio/target\n");
        assertThat(ended.status()).isEqualTo(3);
    }

    @ParameterizedTest
    @MethodSource("shells")
    void aStampThatCannotBeWrittenHasItsOwnSentence(List<String> shell) throws Exception {
        Files.createDirectories(clone.resolve("aio/target/classes.stamp"));
        Ended ended = runBy(shell, Map.of());
        assertThat(ended.err()).isEqualTo("doctor: cannot write to " + clone + "/aio/target/classes.stamp\n");
        assertThat(ended.status()).isEqualTo(3);
    }

    @Test
    void aDirectoryForTemporaryFilesThatCannotBeWrittenHasItsOwnSentence() throws Exception {
        Ended ended = run(Map.of("TMPDIR", "/nowhere"), "clone/doctor");
        assertThat(ended.err()).isEqualTo("doctor: cannot write to the directory for temporary files, /nowhere\n");
        assertThat(ended.status()).isEqualTo(3);
    }

    @Test
    void classesOfALaterJavaAreBuiltAnew() throws Exception {
        run(Map.of(), "clone/doctor", UNKNOWN);
        Path main = clone.resolve("aio/target/classes/dev/aiocontext/internal/doctor/Doctor.class");
        byte[] later = Files.readAllBytes(main);
        later[7] = 99; // the minor part of the class file's version has bytes 4 and 5, the major part 6 and 7
        Files.write(main, later);
        Ended ended = run(Map.of(), "clone/doctor", UNKNOWN);
        assertThat(ended.status()).as(ended.err()).isEqualTo(2);
        assertThat(builds()).isEqualTo(2);
    }

    @Test
    void theClassesOfAnyBuildAreUsedWhileTheyAreThoseOfTheSources() throws Exception {
        run(Map.of(), "sh", "-c", "cd clone && ./mvnw verify");
        assertThat(run(Map.of(), "clone/doctor", UNKNOWN).status()).isEqualTo(2);
        assertThat(builds()).as("builds, the developer's own included").isOne();
        Path source = clone.resolve("bindings/src/main/java/module-info.java");
        Files.createDirectories(source.getParent());
        Files.writeString(source, "// changed\n");
        assertThat(run(Map.of(), "clone/doctor", UNKNOWN).status()).isEqualTo(2);
        assertThat(builds()).isEqualTo(2);
    }

    @Test
    void aSourceThatChangedDuringABuildIsBuiltAnew() throws Exception {
        Path mvnw = clone.resolve("mvnw");
        String honest = Files.readString(mvnw);
        String change = "echo '// later' >>aio/src/main/java/module-info.java";
        Files.writeString(mvnw, honest.replace(".mvn/stamp end", change + "\n.mvn/stamp end"));
        run(Map.of(), "clone/doctor", UNKNOWN);
        Files.writeString(mvnw, honest);
        run(Map.of(), "clone/doctor", UNKNOWN);
        assertThat(builds()).isEqualTo(2);
    }

    @Test
    void classesOfAnotherCheckoutAreBuiltAnewThoughTheyAreYoungerThanTheSources() throws Exception {
        run(Map.of(), "clone/doctor", UNKNOWN);
        Path source = clone.resolve("aio/src/main/java/module-info.java");
        Files.writeString(source, Files.readString(source) + "// of another checkout\n");
        Files.setLastModifiedTime(source, FileTime.from(Instant.EPOCH));
        // A Maven that believes in the classes it finds would not make these.
        maven("[ ! -e aio/target/classes/module-info.class ] && echo built >>builds; exit 1");
        run(Map.of(), "clone/doctor", UNKNOWN);
        assertThat(builds()).isEqualTo(2);
    }

    @Test
    void aColonInThePathIsRefusedByName() throws Exception {
        Ended ended = run(Map.of(), "sh", "-c", "mv clone a:b && exec a:b/doctor");
        assertThat(ended.err()).startsWith("doctor: ").contains("colon", directory + "/a:b");
        assertThat(ended.status()).isEqualTo(3);
    }

    @ParameterizedTest
    @MethodSource("shells")
    void lettersBeyondAsciiInThePathWorkInTheLocaleC(List<String> shell) throws Exception {
        String move = "odd=$(printf 'caf\\303\\251 #%%') && mv clone \"$odd\" && cd \"$odd\" && exec "
                + String.join(" ", shell) + " ./doctor " + UNKNOWN;
        Ended ended = run(Map.of("LC_ALL", "C"), "sh", "-c", move);
        assertThat(ended.err()).contains("unknown argument");
        assertThat(ended.status()).isEqualTo(2);
    }

    @Test
    void aPathThatIsNoTextIsRefusedByName() throws Exception {
        String move = "odd=$(printf 'caf\\351') && mv clone \"$odd\" && exec \"$odd/doctor\"";
        Ended ended = run(Map.of("LC_ALL", "C"), "sh", "-c", move + " 2>&1 | tr -d '\\200-\\377'");
        assertThat(ended.out()).startsWith("doctor: the path of this clone ");
    }

    @ParameterizedTest
    @MethodSource("shells")
    void helpThatCannotBePrintedIsAnError(List<String> shell) throws Exception {
        String help = "exec " + String.join(" ", shell) + " clone/doctor --help >/dev/full";
        Ended ended = run(Map.of(), "sh", "-c", help);
        assertThat(ended.err()).contains("doctor: cannot print the usage");
        assertThat(ended.status()).isEqualTo(3);
    }

    @ParameterizedTest
    @MethodSource("shells")
    void aComplaintThatCannotBePrintedChangesNoStatus(List<String> shell) throws Exception {
        maven("exit 1");
        String script = "exec " + String.join(" ", shell) + " clone/doctor 2>/dev/full";
        assertThat(run(Map.of(), "sh", "-c", script).status()).isEqualTo(3);
    }

    /** The JVM that a script has started, once it is there. */
    private ProcessHandle jvmOf(Process script) {
        Eventually.holds("the script starts a JVM", () -> jvm(script).isPresent());
        ProcessHandle jvm = jvm(script).orElseThrow();
        started.add(jvm);
        return jvm;
    }

    private static Optional<ProcessHandle> jvm(Process script) {
        return Stream.concat(Stream.of(script.toHandle()), script.descendants())
                .filter(process -> process.info()
                        .command()
                        .filter(c -> c.endsWith("/java"))
                        .isPresent())
                .findFirst();
    }

    @Tag("proof")
    @ParameterizedTest
    @MethodSource("shells")
    void aKilledScriptTakesItsJvmWithIt(List<String> shell) throws Exception {
        String script = "exec " + String.join(" ", shell) + " clone/doctor --seconds 3600";
        Process killed = start(Map.of(), "sh", "-c", script);
        ProcessHandle jvm = jvmOf(killed);
        killed.destroyForcibly();
        Eventually.holds("the JVM ends", () -> !jvm.isAlive());
    }

    @ParameterizedTest
    @MethodSource("shells")
    void aTerminatedScriptEndsItsJvmFirst(List<String> shell) throws Exception {
        String script = "exec " + String.join(" ", shell) + " clone/doctor --seconds 3600";
        Process terminated = start(Map.of(), "sh", "-c", script);
        ProcessHandle jvm = jvmOf(terminated);
        terminated.destroy();
        assertThat(end(terminated)).isEqualTo(128 + 15);
        assertThat(jvm.isAlive()).isFalse();
    }

    /** Each fork of the script returns late, so that the signal comes when the JVM is there and the script does not wait for it yet. */
    @Tag("proof")
    @ParameterizedTest
    @MethodSource("shells")
    void aSignalThatComesBeforeTheScriptWaitsEndsTheJvmFirstToo(List<String> shell) throws Exception {
        Strace.assumeItWorks();
        runBy(shell, Map.of(), UNKNOWN); // builds
        String late =
                "exec strace -D -o trace -e trace=clone,?fork,?vfork -e inject=clone,?fork,?vfork:delay_exit=400000 ";
        String script = late + String.join(" ", shell) + " clone/doctor --seconds 3600";
        Process terminated = start(Map.of(), "sh", "-c", script);
        ProcessHandle jvm = jvmOf(terminated);
        signal("STOP", jvm);
        terminated.destroy();
        Eventually.holds("the JVM is told to end", () -> says(jvm, "ShdPnd:\\s*0*4000"));
        Eventually.holds("the script waits", () -> says(terminated.toHandle(), "State:\\s*S.*"));
        assertThat(terminated.isAlive()).isTrue();
        signal("CONT", jvm);
        assertThat(end(terminated)).isEqualTo(128 + 15);
        assertThat(jvm.isAlive()).isFalse();
    }

    private static void signal(String name, ProcessHandle process) throws Exception {
        Process kill = new ProcessBuilder("sh", "-c", "kill -s " + name + " " + process.pid()).start();
        assertThat(kill.waitFor()).isZero();
    }

    /** Whether a process has a line like this in its status, or has ended. */
    private static boolean says(ProcessHandle process, String line) {
        try (Stream<String> lines = Files.lines(Path.of("/proc/" + process.pid() + "/status"))) {
            return lines.anyMatch(found -> found.matches(line));
        } catch (IOException | UncheckedIOException e) {
            return !process.isAlive();
        }
    }

    /**
     * Starts the doctor on a terminal of 30 columns; what that shows is in the file "out". A build in the background of a script
     * ignores SIGINT, and so does what it starts: no shell can trap what was ignored when it began, and Ctrl-C would do nothing.
     */
    private Process onTerminal(String term) throws IOException {
        assumeTrue(Files.isExecutable(Path.of("/usr/bin/script")), "util-linux's script is not here");
        String command = "stty columns 30 && exec clone/doctor --seconds 3600";
        Map<String, String> environment = Map.of("TERM", term, "COLUMNS", "200");
        return start(environment, "env", "--default-signal", "script", "-qefc", command, "/dev/null");
    }

    @Test
    void theProgressFitsTheTerminalAndCtrlCErasesIt() throws Exception {
        Process terminal = onTerminal("xterm");
        Eventually.holds("progress", () -> shown("out").contains("relay OFF"));
        ProcessHandle jvm = jvmOf(terminal);
        terminal.outputWriter().append(INTERRUPT).flush();
        assertThat(end(terminal)).isEqualTo(128 + 2);
        assertThat(jvm.isAlive()).isFalse();
        assertThat(printed("out")).endsWith("\033[K");
        String drawn = printed("out").substring(printed("out").indexOf("relay OFF"));
        assertThat(drawn.split("\r\033\\[K", -1))
                .allSatisfy(line -> assertThat(line).hasSizeLessThan(30));
    }

    @Test
    void aDumbTerminalGetsNoEscapes() throws Exception {
        Process terminal = onTerminal("dumb");
        Eventually.holds("the first line", () -> shown("out").contains("Waking a loop"));
        ProcessHandle jvm = jvmOf(terminal);
        terminal.outputWriter().append(INTERRUPT).flush();
        assertThat(end(terminal)).isEqualTo(128 + 2);
        assertThat(jvm.isAlive()).isFalse();
        assertThat(printed("out")).doesNotContain("\033");
    }
}
