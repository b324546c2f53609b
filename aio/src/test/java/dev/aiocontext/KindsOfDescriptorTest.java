package dev.aiocontext;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assumptions.assumeThat;

import dev.aiocontext.testkit.Eventually;
import dev.aiocontext.testkit.Opened;
import dev.aiocontext.testkit.RealDescriptors;
import java.io.IOException;
import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.net.Socket;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.atomic.AtomicReference;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/** Descriptors whose events are neither reading nor writing. */
class KindsOfDescriptorTest {
    private static final int O_RDWR_NONBLOCK = 0x802;
    private static final int CLONE_NEWNS = 0x20000;

    private final Opened opened = new Opened();
    private final RealDescriptors real = opened.add(new RealDescriptors());
    private final List<FdEvents> told = new ArrayList<>();

    @AfterEach
    void close() {
        opened.close();
    }

    private AioContext open(MonitorMode monitor) {
        return opened.context(AioContext.builder().monitor(monitor).relay(RelayMode.OFF));
    }

    @ParameterizedTest
    @EnumSource
    void aPeerThatLeavesIsToldWhileReadingIsOff(MonitorMode monitor) {
        AioContext ctx = open(monitor);
        int[] pair = real.socketPair();
        try (FdSource source = ctx.watch(pair[0], FdEvents.READ_HUP, (self, events) -> {
            told.add(events);
            self.suspend();
        })) {
            real.write(pair[1]);
            assertThat(ctx.poll(false)).isFalse();
            real.shutDownWriting(pair[1]);
            assertThat(ctx.poll(true)).isTrue();
            assertThat(told).containsExactly(FdEvents.READ_HUP);
            assertThat(source.isSuspended()).isTrue();
        }
    }

    @ParameterizedTest
    @EnumSource
    void urgentDataIsToldAsPriority(MonitorMode monitor) throws IOException {
        AioContext ctx = open(monitor);
        List<Socket> sender = new ArrayList<>();
        int fd = real.tcp(sender);
        try (FdSource source = ctx.watch(fd, FdEvents.PRIORITY, (self, events) -> {
            told.add(events);
            self.close();
        })) {
            sender.getFirst().getOutputStream().write(1);
            assertThat(ctx.poll(false)).isFalse();
            sender.getFirst().sendUrgentData(2);
            assertThat(ctx.poll(true)).isTrue();
            assertThat(told).containsExactly(FdEvents.PRIORITY);
            assertThat(source.isOpen()).isFalse();
        }
    }

    @ParameterizedTest
    @EnumSource
    void aTerminalWhoseOtherSideIsGoneHangsUpAlsoForOneThatWaitsForNothing(MonitorMode monitor) {
        AioContext ctx = open(monitor);
        int master = real.terminalWithoutSlave();
        try (FdSource source = ctx.watch(master, FdEvents.NONE, (self, events) -> {
            told.add(events);
            self.suspend();
        })) {
            assertThat(ctx.poll(true)).isTrue();
            assertThat(ctx.poll(false)).isFalse();
            assertThat(told).containsExactly(FdEvents.HANG_UP);
            assertThat(source.isSuspended()).isTrue();
        }
    }

    @ParameterizedTest
    @EnumSource
    void aPipeThatNobodyReadsFails(MonitorMode monitor) {
        AioContext ctx = open(monitor);
        int[] pipe = real.pipe();
        try (FdSource source = ctx.watch(pipe[1], FdEvents.NONE, (self, events) -> {
            told.add(events);
            self.close();
        })) {
            assertThat(ctx.poll(false)).isFalse();
            real.close(pipe[0]);
            assertThat(ctx.poll(true)).isTrue();
            assertThat(told).containsExactly(FdEvents.ERROR);
            assertThat(source.isOpen()).isFalse();
        }
    }

    @ParameterizedTest
    @EnumSource
    void aFileThatIsAlwaysReadableDoesNotSpinForOneThatWaitsForItsChanges(MonitorMode monitor) {
        AioContext ctx = open(monitor);
        int mounts = real.file(Path.of("/proc/self/mountinfo"), 0);
        try (FdSource source = ctx.watch(mounts, FdEvents.PRIORITY, (self, events) -> told.add(events))) {
            assertThat(ctx.poll(Duration.ofMillis(1))).isFalse();
            assertThat(told).isEmpty();
            source.interest(FdEvents.READ);
            assertThat(ctx.poll(true)).isTrue();
        }
    }

    /** In a thread with mounts of its own, which no other sees. */
    @ParameterizedTest
    @EnumSource
    void aMountIsHeard(MonitorMode monitor, @TempDir Path directory) {
        AtomicReference<@Nullable Throwable> failure = new AtomicReference<>();
        AtomicReference<@Nullable String> refused = new AtomicReference<>();
        Thread thread = Thread.ofPlatform().start(() -> {
            try {
                RealDescriptors.call("unshare", CLONE_NEWNS);
            } catch (AssertionError e) {
                refused.set("the kernel refuses mounts of one's own");
                return;
            }
            try {
                hearMount(monitor, directory);
            } catch (RuntimeException | Error e) {
                failure.set(e);
            }
        });
        Eventually.ends(thread);
        assumeThat(refused.get()).isNull();
        assertThat(failure.get()).isNull();
    }

    private void hearMount(MonitorMode monitor, Path directory) {
        try (Arena arena = Arena.ofConfined();
                AioContext ctx = AioContext.builder()
                        .monitor(monitor)
                        .relay(RelayMode.OFF)
                        .open();
                FdSource source = ctx.watch(
                        real.file(Path.of("/proc/thread-self/mountinfo"), 0),
                        FdEvents.PRIORITY,
                        (self, events) -> told.add(events))) {
            assertThat(ctx.poll(false)).isFalse();
            MemorySegment target = arena.allocateFrom(directory.toString());
            MemorySegment type = arena.allocateFrom("tmpfs");
            RealDescriptors.call("mount", type, target, type, 0L, MemorySegment.NULL);
            try {
                assertThat(ctx.poll(Eventually.LIMIT)).isTrue();
            } finally {
                RealDescriptors.call("umount", target);
            }
            assertThat(told.getFirst().isPriority()).isTrue();
            assertThat(source.isOpen()).isTrue();
        }
    }

    @Test
    void pressureIsHeard() throws IOException {
        Path pressure = Path.of("/proc/pressure/cpu");
        assumeThat(pressure).exists();
        AioContext ctx = open(MonitorMode.AUTO);
        int fd = real.file(pressure, O_RDWR_NONBLOCK);
        try (Arena arena = Arena.ofConfined()) {
            MemorySegment trigger = arena.allocateFrom("some 1000 1000000");
            try {
                RealDescriptors.call("write", fd, trigger, trigger.byteSize());
            } catch (AssertionError refused) {
                assumeThat(refused).as("the kernel lets no trigger be set").isNull();
            }
        }
        try (FdSource source = ctx.watch(fd, FdEvents.PRIORITY, (self, events) -> told.add(events));
                Load load = new Load()) {
            assertThat(load.threads).isNotEmpty();
            assertThat(ctx.poll(Eventually.LIMIT)).isTrue();
            assertThat(told.getFirst().isPriority()).isTrue();
            assertThat(source.isOpen()).isTrue();
        }
    }

    /** More threads than processors. */
    private static final class Load implements AutoCloseable {
        private volatile boolean over;
        private final List<Thread> threads = new ArrayList<>();

        Load() {
            for (int i = 0; i < 4 * Runtime.getRuntime().availableProcessors(); i++) {
                threads.add(Thread.ofPlatform().start(this::spin));
            }
        }

        private void spin() {
            while (!over) {
                Thread.onSpinWait();
            }
        }

        @Override
        public void close() {
            over = true;
            threads.forEach(Eventually::ends);
        }
    }

    @Test
    void aCgroupThatFillsAndEmptiesIsHeard() throws IOException {
        Path root = Path.of("/sys/fs/cgroup");
        assumeThat(root.resolve("cgroup.procs")).as("cgroup v2").isWritable();
        Path group = Files.createDirectory(
                root.resolve("aiocontext-test-" + ProcessHandle.current().pid()));
        try {
            AioContext ctx = open(MonitorMode.AUTO);
            int fd = real.file(group.resolve("cgroup.events"), 0);
            Process sleeper = new ProcessBuilder("sleep", "1000").start();
            try (FdSource source = ctx.watch(fd, FdEvents.PRIORITY, (self, events) -> told.add(events))) {
                Files.writeString(group.resolve("cgroup.procs"), String.valueOf(sleeper.pid()));
                assertThat(ctx.poll(Eventually.LIMIT)).isTrue();
                assertThat(told.getFirst().isPriority()).isTrue();
                assertThat(source.isOpen()).isTrue();
            } finally {
                sleeper.destroyForcibly().onExit().join();
            }
        } finally {
            Eventually.holds("the group can be removed", () -> group.toFile().delete() || Files.notExists(group));
        }
    }
}
