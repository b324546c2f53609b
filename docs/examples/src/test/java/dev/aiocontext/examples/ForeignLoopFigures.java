package dev.aiocontext.examples;

import dev.aiocontext.testkit.ChildJvm;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.function.ToLongFunction;

/**
 * Measures what a download, a look-up, a call and a query cost by the adapters, and in C on an epoll loop of its own. One process in C and one
 * in Java take turns, each warmed up; then two fresh ones do. The servers are in this process or others. Not a test: docs/benchmarks.md has
 * the command. Its arguments are the libraries to measure: all without any. With IDLE_THREAD in the environment, C has a second thread too.
 */
final class ForeignLoopFigures {
    private static final int FORKS = Integer.getInteger("forks", 3);
    private static final int ROUNDS = Integer.getInteger("rounds", 5);
    private static final int FILE_SIZE = 1_000;

    private ForeignLoopFigures() {}

    /** One library, what its server is called, how many pieces of work a turn has, and how many turns Java has to warm up. */
    private record Case(String library, String server, int pieces, int warmUps) {}

    public static void main(String[] arguments) throws Exception {
        Path directory = Files.createTempDirectory("figures");
        Path databases = Files.createTempDirectory("figures");
        try (WebServer web = new WebServer();
                NameServer names = new NameServer();
                BusDaemon bus = new BusDaemon(directory);
                PostgresServer postgres = new PostgresServer(databases)) {
            String program = compile(directory);
            List<Case> cases = List.of(
                    new Case("interest", "-", 500_000, 6),
                    new Case("curl", web.url(FILE_SIZE), 4_000, 18),
                    new Case("cares", names.address(), 5_000, 12),
                    new Case("sdbus", bus.address(), 10_000, 12),
                    new Case("libpq", postgres.settings(), 10_000, 12));
            System.out.println("Microseconds for each, the median and the range of " + FORKS * ROUNDS + " rounds of "
                    + FORKS + " pairs of processes.");
            for (Case each : cases) {
                if (arguments.length == 0 || List.of(arguments).contains(each.library())) {
                    measure(program, each);
                }
            }
        } finally {
            delete(directory);
            delete(databases);
        }
    }

    private static void measure(String program, Case each) throws IOException {
        List<Measured.Figures> inC = new ArrayList<>();
        List<Measured.Figures> inJava = new ArrayList<>();
        String pieces = Integer.toString(each.pieces());
        for (int fork = 0; fork < FORKS; fork++) {
            try (Measured c = new Measured(new ProcessBuilder(program, each.library(), each.server(), pieces)
                            .redirectError(ProcessBuilder.Redirect.INHERIT)
                            .start());
                    Measured java = new Measured(ChildJvm.onClassPath()
                            .option("-XX:+UseSerialGC")
                            .start(ForeignLoopClient.class.getName(), each.library(), each.server(), pieces))) {
                c.warmUp(1);
                java.warmUp(each.warmUps());
                for (int round = 0; round < ROUNDS; round++) {
                    inC.add(c.work());
                    inJava.add(java.work());
                }
            }
        }
        System.out.println(each.library());
        print("processor time of the process", inC, inJava, Measured.Figures::cpu);
        print("wall time", inC, inJava, Measured.Figures::wall);
    }

    private static void print(
            String what,
            List<Measured.Figures> inC,
            List<Measured.Figures> inJava,
            ToLongFunction<Measured.Figures> figure) {
        List<Double> c = new ArrayList<>();
        List<Double> java = new ArrayList<>();
        List<Double> ratios = new ArrayList<>();
        for (int i = 0; i < inC.size(); i++) {
            c.add(figure.applyAsLong(inC.get(i)) / 1e3);
            java.add(figure.applyAsLong(inJava.get(i)) / 1e3);
            ratios.add(java.get(i) / c.get(i));
        }
        System.out.println("  " + what + ": C " + Measured.Range.of(c) + ", Java " + Measured.Range.of(java)
                + ", Java / C " + Measured.Range.of(ratios));
    }

    private static String compile(Path directory) throws IOException {
        String program = directory.resolve("foreign_loops").toString();
        ChildJvm.Result result = ChildJvm.await(new ProcessBuilder(
                        "gcc",
                        "-O2",
                        "-pthread",
                        "-I/usr/include/postgresql",
                        "-o",
                        program,
                        "docs/examples/src/test/c/foreign_loops.c",
                        "-lcurl",
                        "-lcares",
                        "-lsystemd",
                        "-lpq")
                .redirectErrorStream(true)
                .start());
        if (result.exit() != 0) {
            throw new AssertionError(
                    "install libcurl4-openssl-dev libc-ares-dev libsystemd-dev libpq-dev:\n" + result.output());
        }
        return program;
    }

    private static void delete(Path directory) throws IOException {
        Process deleting = new ProcessBuilder("rm", "-r", directory.toString())
                .redirectErrorStream(true)
                .start();
        String said = new String(deleting.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
        if (!said.isEmpty()) {
            System.err.print(said);
        }
    }
}
