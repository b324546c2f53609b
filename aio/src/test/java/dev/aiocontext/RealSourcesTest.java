package dev.aiocontext;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assumptions.assumeThat;

import dev.aiocontext.internal.posix.Libc;
import dev.aiocontext.testkit.ChildProcess;
import dev.aiocontext.testkit.Eventually;
import dev.aiocontext.testkit.RawCalls;
import dev.aiocontext.testkit.RealDescriptors;
import java.io.BufferedReader;
import java.io.IOException;
import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.net.Socket;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.atomic.AtomicBoolean;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;
import org.opentest4j.TestAbortedException;

/** Sources of real descriptors that take more than reading and writing: what the kernel tells as priority or as a hang-up. */
final class RealSourcesTest {
    private static final int O_RDWR_NONBLOCK = 0x802;

    private final RealDescriptors files = new RealDescriptors();
    private final List<FdEvents> told = new ArrayList<>();

    @AfterEach
    void close() throws IOException {
        files.close();
    }

    private static AioContext open(MonitorMode monitor) {
        return AioContext.builder().monitor(monitor).open();
    }

    private void note(FdSource source, FdEvents events) {
        told.add(events);
    }

    private void pollUntilTold(AioContext context) {
        while (told.isEmpty()) {
            context.poll(true);
        }
    }

    @ParameterizedTest
    @EnumSource
    void urgentDataOfTcpIsPriority(MonitorMode monitor) throws IOException {
        List<Socket> peer = new ArrayList<>();
        int fd = files.tcp(peer);
        try (AioContext context = open(monitor);
                FdSource source = context.watch(fd, FdEvents.PRIORITY, this::note)) {
            assertThat(context.poll(false)).isFalse();
            peer.getFirst().getOutputStream().write(1);
            peer.getFirst().sendUrgentData('!');
            pollUntilTold(context);
            assertThat(told).containsExactly(FdEvents.PRIORITY);
            assertThat(source.interest()).isSameAs(FdEvents.PRIORITY);
        }
    }

    @ParameterizedTest
    @EnumSource
    void aTerminalWhoseSlaveIsGoneHasHungUpAndDoesNotSpinOnceSuspended(MonitorMode monitor) {
        try (AioContext context = open(monitor);
                FdSource source = context.watch(files.terminalWithoutSlave(), FdEvents.NONE, (self, events) -> {
                    told.add(events);
                    self.suspend();
                })) {
            pollUntilTold(context);
            assertThat(told).containsExactly(FdEvents.HANG_UP);
            assertThat(context.poll(false)).isFalse();
            assertThat(source.isSuspended()).isTrue();
        }
    }

    @ParameterizedTest
    @EnumSource
    void aPeerThatLeavesWhileReadingIsOffIsHeard(MonitorMode monitor) throws IOException {
        List<Socket> peer = new ArrayList<>();
        int fd = files.tcp(peer);
        try (AioContext context = open(monitor);
                FdSource source = context.watch(fd, FdEvents.READ_HUP, (self, events) -> {
                    told.add(events);
                    self.close();
                })) {
            peer.getFirst().getOutputStream().write(1);
            assertThat(context.poll(false)).isFalse();
            peer.getFirst().close();
            pollUntilTold(context);
            assertThat(told).singleElement().satisfies(events -> {
                assertThat(events.isReadHungUp()).isTrue();
                assertThat(events.isReadable()).isFalse();
            });
            assertThat(source.isOpen()).isFalse();
        }
    }

    @ParameterizedTest
    @EnumSource
    void aListOfMountsIsPriorityOnlyWhenItChanges(MonitorMode monitor) throws Exception {
        try (AioContext context = open(monitor);
                Child child = Child.start(
                        "unshare", "-rm", "sh", "-c", "echo ready; read go; mount -t tmpfs none /tmp; read end")) {
            child.assumeReady();
            int mounts = files.file(Path.of("/proc", child.pid(), "mountinfo"), 0);
            FdSource source = context.watch("mounts", mounts, FdEvents.PRIORITY, this::note);
            readAll(mounts);
            assertThat(context.poll(false)).isFalse();
            child.go();
            pollUntilTold(context);
            assertThat(told).hasSize(1);
            assertThat(told.getFirst().isPriority()).isTrue();
            // The kernel tells of a change once to whoever polls.
            told.clear();
            assertThat(context.poll(false)).isFalse();
            source.close();
        }
    }

    @ParameterizedTest
    @EnumSource
    void theListOfThisProcessDoesNotSpin(MonitorMode monitor) {
        int mounts = files.file(Path.of("/proc/self/mountinfo"), 0);
        try (AioContext context = open(monitor);
                FdSource source = context.watch(mounts, FdEvents.PRIORITY, this::note)) {
            for (int i = 0; i < 100; i++) {
                assertThat(context.poll(false)).isFalse();
            }
            source.interest(FdEvents.READ);
            assertThat(context.poll(false)).isTrue();
            assertThat(told).containsExactly(FdEvents.READ);
        }
    }

    @ParameterizedTest
    @EnumSource
    void aControlGroupThatIsPopulatedIsPriority(MonitorMode monitor) throws Exception {
        String script = "mount -t cgroup2 none /mnt && mkdir /mnt/events-$$ && echo ready; read go;"
                + " echo $$ > /mnt/events-$$/cgroup.procs; read end;"
                + " echo $$ > /mnt/cgroup.procs; rmdir /mnt/events-$$";
        try (AioContext context = open(monitor);
                Child child = Child.start("unshare", "-m", "sh", "-c", script)) {
            child.assumeReady();
            int events =
                    files.file(Path.of("/proc", child.pid(), "root/mnt/events-" + child.pid(), "cgroup.events"), 0);
            readAll(events);
            FdSource source = context.watch("cgroup", events, FdEvents.PRIORITY, this::note);
            assertThat(context.poll(false)).isFalse();
            child.go();
            pollUntilTold(context);
            assertThat(told.getFirst().isPriority()).isTrue();
            readAll(events);
            source.close();
        }
    }

    @Tag("proof") // the kernel takes seconds
    @ParameterizedTest
    @EnumSource
    void aPressureStallTriggerIsWaitedFor(MonitorMode monitor) {
        Path pressure = Path.of("/proc/pressure/cpu");
        assumeThat(Files.isWritable(pressure)).as("the kernel tells pressure").isTrue();
        int fd = files.file(pressure, O_RDWR_NONBLOCK);
        try (Arena arena = Arena.ofConfined()) {
            // A window of 2 s: others are for privileged threads.
            MemorySegment trigger = arena.allocateFrom("some 10000 2000000");
            long written = Libc.write(fd, trigger, trigger.byteSize());
            assumeThat(written).as("the kernel takes a trigger, or says -errno").isEqualTo(trigger.byteSize());
        }
        AtomicBoolean over = new AtomicBoolean();
        List<Thread> load = new ArrayList<>();
        try (AioContext context = open(monitor);
                FdSource source = context.watch("pressure", fd, FdEvents.PRIORITY, this::note)) {
            for (int i = 0; i < 2 * Runtime.getRuntime().availableProcessors(); i++) {
                load.add(Thread.ofPlatform().start(() -> {
                    while (!over.get()) {
                        Thread.onSpinWait();
                    }
                }));
            }
            pollUntilTold(context);
            assertThat(told).containsExactly(FdEvents.PRIORITY);
            assertThat(source.isOpen()).isTrue();
        } finally {
            over.set(true);
            load.forEach(Eventually::ends);
        }
    }

    private static void readAll(int fd) {
        long read = RawCalls.read(fd);
        while (read > 0) {
            read = RawCalls.read(fd);
        }
        assertThat(read).isZero();
    }

    /** A shell in a namespace of its own: it says that it is ready, and goes on when it is told to. */
    private record Child(Process process, BufferedReader output) implements AutoCloseable {
        static Child start(String... command) {
            try {
                Process process =
                        new ProcessBuilder(command).redirectErrorStream(true).start();
                return new Child(process, process.inputReader(StandardCharsets.UTF_8));
            } catch (IOException e) {
                throw new TestAbortedException("no " + command[0], e);
            }
        }

        String pid() {
            return Long.toString(process.pid());
        }

        void assumeReady() {
            assumeThat(ChildProcess.within(ChildProcess.LIMIT, process, output::readLine, () -> ""))
                    .as("namespaces may be made and mounted in")
                    .isEqualTo("ready");
        }

        void go() throws IOException {
            process.getOutputStream().write('\n');
            process.getOutputStream().flush();
        }

        @Override
        public void close() throws IOException {
            process.getOutputStream().close(); // the shell reads the end of its input, tidies up and ends
            ChildProcess.end(process, () -> "");
        }
    }
}
