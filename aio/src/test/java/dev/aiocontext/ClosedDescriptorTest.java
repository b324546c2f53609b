package dev.aiocontext;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.aiocontext.internal.posix.Descriptors;
import dev.aiocontext.testkit.Opened;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/** Descriptors that are closed while they have handlers. */
@Tag("architecture")
class ClosedDescriptorTest {
    private final Opened opened = new Opened();
    private final List<Throwable> reported = new ArrayList<>();

    @AfterEach
    void close() {
        opened.close();
    }

    private AioContext open(MonitorMode monitor) {
        return opened.context(
                AioContext.builder().monitor(monitor).exceptionHandler((context, failure) -> reported.add(failure)));
    }

    @ParameterizedTest
    @EnumSource(names = {"AUTO", "POLL"})
    void aDescriptorClosedWhileRegisteredIsReportedAndUnregistered(MonitorMode monitor) {
        AioContext ctx = open(monitor);
        Descriptors.Pipe pipe = Descriptors.pipe();
        FdSource registration = ctx.onReadable(pipe.readEnd(), (source, events) -> {});
        assertThat(ctx.poll(false)).isFalse();
        Descriptors.close(pipe.readEnd());
        assertThat(ctx.poll(true)).isTrue();
        assertThat(registration.isOpen()).isFalse();
        assertThat(reported).hasSize(1);
        assertThat(reported.getFirst())
                .isInstanceOf(SyscallException.class)
                .hasMessageContaining("poll(fd " + pipe.readEnd() + ") failed: EBADF")
                .hasMessageEndingWith(
                        "there is no open descriptor of this number to wait for. Close a descriptor after its source, and after all waits for it");
        assertThat(ctx.poll(false)).isFalse();
        Descriptors.close(pipe.writeEnd());
    }

    @ParameterizedTest
    @EnumSource
    void removingAHandlerOfAClosedDescriptorRemovesTheOtherToo(MonitorMode monitor) {
        AioContext ctx = open(monitor);
        Descriptors.Pipe pipe = Descriptors.pipe();
        FdSource read = ctx.onReadable(pipe.readEnd(), (source, events) -> {});
        FdSource write = ctx.watch(pipe.readEnd(), FdEvents.WRITE, (source, events) -> {});
        Descriptors.close(pipe.readEnd());
        assertThatThrownBy(() -> ctx.onReadable(pipe.readEnd(), (source, events) -> {}))
                .isInstanceOf(SyscallException.class)
                .hasMessageContaining("EBADF");
        write.close();
        assertThat(read.isOpen()).isFalse();
        assertThat(ctx.poll(false)).isFalse();
        assertThat(ctx.source(pipe.readEnd())).isEmpty();
        Descriptors.close(pipe.writeEnd());
    }

    @ParameterizedTest
    @EnumSource(names = "AUTO")
    void aDescriptorClosedBeforeEpollBeginsIsReportedAndEpollBeginsAllTheSame(MonitorMode monitor) {
        List<EventNotifier> notifiers = new ArrayList<>();
        for (int i = 0; i < 10; i++) {
            notifiers.add(opened.notifier());
        }
        AioContext ctx = open(monitor);
        Descriptors.Pipe pipe = Descriptors.pipe();
        FdSource forgotten = ctx.onReadable(pipe.readEnd(), (source, events) -> {});
        notifiers.forEach(notifier -> ctx.onReadable(notifier.fd(), (source, events) -> {}));
        Descriptors.close(pipe.readEnd());
        assertThat(ctx.poll(true)).isTrue();
        assertThat(forgotten.isOpen()).isFalse();
        assertThat(reported).hasSize(1);
        assertThat(ctx.poll(false)).isFalse();
        Descriptors.close(pipe.writeEnd());
    }
}
