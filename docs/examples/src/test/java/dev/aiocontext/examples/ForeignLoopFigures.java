package dev.aiocontext.examples;

import dev.aiocontext.testkit.ChildJvm;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;

/**
 * Measures what a download, a look-up, a call and a query cost by the adapters, and in C on an epoll loop of its own. Each run is a process
 * of its own, one in C, then one in Java. The servers are in this process or others. Not a test: docs/benchmarks.md has the command.
 */
final class ForeignLoopFigures {
    private static final int RUNS = Integer.getInteger("runs", 3);
    private static final int FILE_SIZE = 1_000;

    private ForeignLoopFigures() {}

    /** One library, what its server is called, and how many pieces of work a run does. */
    private record Case(String library, String server, int pieces) {}

    public static void main(String[] arguments) throws Exception {
        Path directory = Files.createTempDirectory("figures");
        Path databases = Files.createTempDirectory("figures");
        try (WebServer web = new WebServer();
                NameServer names = new NameServer();
                BusDaemon bus = new BusDaemon(directory);
                PostgresServer postgres = new PostgresServer(databases)) {
            String program = compile(directory);
            List<Case> cases = List.of(
                    new Case("interest", "-", 1_000_000),
                    new Case("curl", web.url(FILE_SIZE), 12_000),
                    new Case("cares", names.address(), 10_000),
                    new Case("sdbus", bus.address(), 20_000),
                    new Case("libpq", postgres.settings(), 20_000));
            System.out.println("library  C: CPU, wall (us)   Java: CPU, wall (us)   CPU, wall: Java / C");
            for (Case each : cases) {
                measure(program, each);
            }
        } finally {
            delete(directory);
            delete(databases);
        }
    }

    private static void measure(String program, Case each) throws IOException {
        List<long[]> inC = new ArrayList<>();
        List<long[]> inJava = new ArrayList<>();
        String pieces = Integer.toString(each.pieces());
        for (int run = 0; run < RUNS; run++) {
            inC.add(figures(ChildJvm.await(new ProcessBuilder(program, each.library(), each.server(), pieces)
                    .redirectErrorStream(true)
                    .start())));
            inJava.add(figures(ChildJvm.onClassPath()
                    .option("-XX:+UseSerialGC")
                    .run(ForeignLoopClient.class.getName(), each.library(), each.server(), pieces)));
        }
        double[] c = {median(inC, 0), median(inC, 1)};
        double[] java = {median(inJava, 0), median(inJava, 1)};
        System.out.println(String.format(
                Locale.ROOT,
                "%-8s %8.2f %8.2f %14.2f %8.2f %14.2f %6.2f",
                each.library(),
                c[0],
                c[1],
                java[0],
                java[1],
                java[0] / c[0],
                java[1] / c[1]));
    }

    private static long[] figures(ChildJvm.Result result) {
        String[] words = result.output().strip().split(" ", -1);
        if (result.exit() != 0 || words.length != 2) {
            throw new AssertionError(result.output());
        }
        return new long[] {Long.parseLong(words[0]), Long.parseLong(words[1])};
    }

    private static double median(List<long[]> runs, int index) {
        return runs.stream().mapToLong(run -> run[index]).sorted().toArray()[runs.size() / 2] / 1e3;
    }

    private static String compile(Path directory) throws IOException {
        String program = directory.resolve("foreign_loops").toString();
        ChildJvm.Result result = ChildJvm.await(new ProcessBuilder(
                        "gcc",
                        "-O2",
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
