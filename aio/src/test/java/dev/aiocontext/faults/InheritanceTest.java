package dev.aiocontext.faults;

import static org.assertj.core.api.Assertions.assertThat;

import dev.aiocontext.AioContext;
import dev.aiocontext.EventNotifier;
import dev.aiocontext.MonitorMode;
import dev.aiocontext.RelayMode;
import dev.aiocontext.internal.posix.Descriptors;
import dev.aiocontext.testkit.OpenFiles;
import java.io.IOException;
import java.lang.foreign.Arena;
import java.lang.foreign.FunctionDescriptor;
import java.lang.foreign.Linker;
import java.lang.foreign.ValueLayout;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/**
 * What a program that native code starts inherits. {@link ProcessBuilder} would show nothing: it closes all descriptors in
 * its children, whether they are to be inherited or not.
 */
class InheritanceTest {
    @TempDir
    Path directory;

    @Test
    void noneOfOurDescriptorsIsOpenInAProgramThatNativeCodeExecutes() throws IOException {
        Map<Integer, String> before = OpenFiles.now();
        List<EventNotifier> notifiers = new ArrayList<>();
        try (AioContext ctx = AioContext.builder()
                .relay(RelayMode.THREAD)
                .monitor(MonitorMode.EPOLL)
                .open()) {
            notifiers.add(EventNotifier.open());
            Descriptors.Pipe pipe = Descriptors.pipe();
            ctx.execute(ctx::stop);
            ctx.run();
            Map<Integer, String> ours = OpenFiles.since(before);
            assertThat(ours.values()).contains("anon_inode:[eventfd]", "anon_inode:[eventpoll]");
            assertThat(ours).hasSize(7); // doorbell, two ends of the relay's pipe, epoll; a notifier and a pipe

            Path inherited = directory.resolve("inherited");
            system("for fd in /proc/self/fd/*; do readlink $fd; done > " + inherited);
            assertThat(inherited).content().contains(inherited.toString());
            assertThat(Files.readAllLines(inherited)).doesNotContainAnyElementsOf(ours.values());
            IntStream.of(pipe.readEnd(), pipe.writeEnd()).forEach(Descriptors::close);
        }
        notifiers.forEach(EventNotifier::close);
        OpenFiles.awaitNoneSince(before);
    }

    /** system(3): fork, exec and wait. */
    @SuppressWarnings("restricted")
    private static void system(String command) {
        Linker linker = Linker.nativeLinker();
        try (Arena arena = Arena.ofConfined()) {
            int status = (int) linker.downcallHandle(
                            linker.defaultLookup().find("system").orElseThrow(),
                            FunctionDescriptor.of(ValueLayout.JAVA_INT, ValueLayout.ADDRESS))
                    .invokeExact(arena.allocateFrom(command));
            assertThat(status).isZero();
        } catch (RuntimeException | Error e) {
            throw e;
        } catch (Throwable t) {
            throw new AssertionError(t);
        }
    }
}
