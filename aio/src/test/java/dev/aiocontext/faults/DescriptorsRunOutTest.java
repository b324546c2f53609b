package dev.aiocontext.faults;

import static org.assertj.core.api.Assertions.assertThat;

import dev.aiocontext.AioContext;
import dev.aiocontext.EventNotifier;
import dev.aiocontext.MonitorMode;
import dev.aiocontext.RelayMode;
import dev.aiocontext.SyscallException;
import dev.aiocontext.bindings.linux.linux_h;
import dev.aiocontext.testkit.ChildJvm;
import java.io.File;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayDeque;
import java.util.Deque;
import java.util.concurrent.locks.LockSupport;
import java.util.spi.ToolProvider;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** A process that is out of descriptors: for real, without strace, and with the first failure of its life. */
class DescriptorsRunOutTest {
    @TempDir
    Path directory;

    /** Leaves so many descriptors free, opens a context, and says what comes of it and how many are free again. */
    static final class Program {
        private static final int LOOKS = 1000;
        private static final long LOOK_NANOS = 1_000_000;
        private static final Deque<EventNotifier> TAKEN = new ArrayDeque<>();

        private Program() {}

        public static void main(String[] args) {
            takeAll();
            int all = TAKEN.size();
            for (RelayMode relay : new RelayMode[] {RelayMode.OFF, RelayMode.THREAD, RelayMode.PROCESS}) {
                for (MonitorMode monitor : MonitorMode.values()) {
                    for (int free = 0; free < 5; free++) {
                        for (int i = 0; i < free; i++) {
                            TAKEN.pop().close();
                        }
                        String outcome = open(relay, monitor);
                        takeAllAgain(all);
                        System.out.println(
                                relay + " " + monitor + " " + free + " " + outcome + ", lost " + (all - TAKEN.size()));
                    }
                }
            }
        }

        /** The JVM itself may have a file open for a moment. What a context has lost stays lost. */
        private static void takeAllAgain(int all) {
            takeAll();
            for (int look = 0; look < LOOKS && TAKEN.size() < all; look++) {
                LockSupport.parkNanos(LOOK_NANOS);
                takeAll();
            }
        }

        private static void takeAll() {
            try {
                while (true) {
                    TAKEN.push(EventNotifier.open());
                }
            } catch (SyscallException full) {
                if (!full.errnoName().equals("EMFILE")) {
                    throw full;
                }
            }
        }

        private static String open(RelayMode relay, MonitorMode monitor) {
            try (AioContext context =
                    AioContext.builder().relay(relay).monitor(monitor).open()) {
                context.execute(context::stop);
                context.run();
                return "works";
            } catch (SyscallException | IllegalStateException e) {
                return e.getMessage();
            }
        }
    }

    @Test
    void eachCallThatFailsIsNamedAndWhatWasOpenedBeforeItIsFree() throws Exception {
        // From jars, as anywhere but here: a class in a directory cannot be loaded without a descriptor.
        String path = jar("library", AioContext.class)
                + File.pathSeparator
                + jar("bindings", linux_h.class)
                + File.pathSeparator
                + jar("tests", Program.class);
        ChildJvm.Result result = ChildJvm.bare()
                .sigioBlocked()
                .startedBy("sh", "-c", "ulimit -n 100; exec \"$@\"", "sh")
                .option("-cp", path, "--enable-native-access=ALL-UNNAMED")
                // In a container the JVM looks into files now and then, to see how much memory there is.
                .option("-XX:-UseContainerSupport", "-XX:-UseDynamicNumberOfCompilerThreads")
                .run(Program.class.getName());
        assertThat(result.exit()).as(result.output()).isZero();
        assertThat(result.output().lines())
                .hasSize(45)
                .allSatisfy(line -> assertThat(line).endsWith(", lost 0"))
                .contains(
                        line(RelayMode.OFF, MonitorMode.POLL, 0, "eventfd failed: EMFILE (Too many open files)"),
                        line(RelayMode.OFF, MonitorMode.POLL, 1, "works"),
                        line(RelayMode.OFF, MonitorMode.EPOLL, 1, "epoll_create1 failed: EMFILE (Too many open files)"),
                        line(RelayMode.OFF, MonitorMode.EPOLL, 2, "works"),
                        line(RelayMode.THREAD, MonitorMode.EPOLL, 0, "eventfd failed: EMFILE (Too many open files)"),
                        line(RelayMode.THREAD, MonitorMode.EPOLL, 1, "pipe2 failed: EMFILE (Too many open files)"),
                        line(RelayMode.THREAD, MonitorMode.EPOLL, 2, "pipe2 failed: EMFILE (Too many open files)"),
                        line(
                                RelayMode.THREAD,
                                MonitorMode.EPOLL,
                                3,
                                "epoll_create1 failed: EMFILE (Too many open files)"),
                        line(RelayMode.THREAD, MonitorMode.EPOLL, 4, "works"),
                        line(RelayMode.PROCESS, MonitorMode.POLL, 0, "eventfd failed: EMFILE (Too many open files)"),
                        line(
                                RelayMode.PROCESS,
                                MonitorMode.POLL,
                                1,
                                "relay mode PROCESS sends SIGIO to the process, which ends this JVM if one of its threads"
                                        + " leaves it unblocked, and whether one does cannot be found out: cannot read the"
                                        + " threads in /proc/self/task: /proc/self/task: Too many open files."
                                        + " Relay mode THREAD signals its own thread only"),
                        line(RelayMode.PROCESS, MonitorMode.POLL, 4, "works"));
    }

    private static String line(RelayMode relay, MonitorMode monitor, int free, String outcome) {
        return relay + " " + monitor + " " + free + " " + outcome + ", lost 0";
    }

    /** Where a class is, packed if it is not yet: Maven hands over a module of the same build as either. */
    private Path jar(String name, Class<?> type) {
        Path classes =
                Path.of(type.getProtectionDomain().getCodeSource().getLocation().getPath());
        if (!Files.isDirectory(classes)) {
            return classes;
        }
        Path jar = directory.resolve(name + ".jar");
        int result = ToolProvider.findFirst("jar")
                .orElseThrow()
                .run(System.out, System.err, "-c", "-0", "-f", jar.toString(), "-C", classes.toString(), ".");
        assertThat(result).isZero();
        return jar;
    }
}
