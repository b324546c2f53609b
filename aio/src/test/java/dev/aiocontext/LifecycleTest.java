package dev.aiocontext;

import static org.assertj.core.api.Assertions.assertThat;

import dev.aiocontext.internal.posix.KernelThread;
import dev.aiocontext.testkit.ChildJvm;
import dev.aiocontext.testkit.OpenFiles;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;

class LifecycleTest {
    private static final int CONTEXTS = 10_000;

    /** Opens and closes contexts, each of which runs a task and waits for a descriptor; says what is left. */
    static final class Churn {
        private static final List<RelayMode> RELAYS =
                List.of(RelayMode.THREAD, RelayMode.OFF, RelayMode.DEFERRED, RelayMode.OFF);
        private static final List<MonitorMode> MONITORS = List.of(MonitorMode.values());

        public static void main(String[] args) throws IOException {
            churn(CONTEXTS / 10); // whatever the JVM itself opens and allocates, it has by now
            Map<Integer, String> before = OpenFiles.now();
            int threads = KernelThread.all().size();
            long memory = residentKibibytes();
            churn(CONTEXTS);
            System.out.println("descriptors " + OpenFiles.since(before).size());
            System.out.println("relay threads " + relayThreads());
            System.out.println("threads " + (KernelThread.all().size() - threads));
            System.out.println("kibibytes " + (residentKibibytes() - memory));
        }

        private static void churn(int contexts) {
            for (int i = 0; i < contexts; i++) {
                RelayMode relay = RELAYS.get(i % RELAYS.size());
                MonitorMode monitor = MONITORS.get(i % MONITORS.size());
                try (AioContext ctx = AioContext.builder()
                                .relay(relay)
                                .monitor(monitor)
                                .open();
                        EventNotifier notifier = EventNotifier.open()) {
                    ctx.onReadable(notifier.fd(), (source, events) -> ctx.stop());
                    ctx.execute(notifier::set);
                    ctx.run();
                }
            }
        }

        private static long relayThreads() {
            return Thread.getAllStackTraces().keySet().stream()
                    .filter(thread -> thread.getName().startsWith("aiocontext"))
                    .count();
        }

        private static long residentKibibytes() throws IOException {
            return Files.readAllLines(Path.of("/proc/self/status")).stream()
                    .filter(line -> line.startsWith("RssAnon:"))
                    .mapToLong(line -> Long.parseLong(line.replaceAll("\\D", "")))
                    .sum();
        }
    }

    @Test
    void tenThousandContextsLeaveNothingBehind() throws Exception {
        ChildJvm.Result result = ChildJvm.onClassPath()
                .option(
                        "-Xms64m",
                        "-Xmx64m",
                        "-XX:+AlwaysPreTouch",
                        "-XX:+DisableExplicitGC",
                        "-XX:TieredStopAtLevel=1",
                        "-XX:+UseSerialGC")
                .run(Churn.class.getName());
        assertThat(result.exit()).as(result.output()).isZero();
        assertThat(figure(result, "descriptors")).isZero();
        assertThat(figure(result, "relay threads")).isZero();
        assertThat(figure(result, "threads")).isLessThanOrEqualTo(3); // compilers and the like come and go
        // Less than 1 KiB for each, where each allocates more than that: nothing of what they allocate stays.
        assertThat(figure(result, "kibibytes")).isLessThan(CONTEXTS);
    }

    private static long figure(ChildJvm.Result result, String name) {
        return result.output()
                .lines()
                .filter(line -> line.startsWith(name + " "))
                .mapToLong(line -> Long.parseLong(line.substring(name.length() + 1)))
                .findFirst()
                .orElseThrow(() -> new AssertionError("no " + name + " in: " + result.output()));
    }
}
