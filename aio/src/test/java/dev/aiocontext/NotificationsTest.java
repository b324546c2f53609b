package dev.aiocontext;

import static org.assertj.core.api.Assertions.assertThat;

import dev.aiocontext.internal.posix.Libc;
import dev.aiocontext.source.Notifications;
import java.io.IOException;
import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.util.ArrayList;
import java.util.List;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedClass;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.MethodSource;

/** Notifiers as sources, on each monitor, with and without the relay. */
@ParameterizedClass
@MethodSource("settings")
class NotificationsTest {
    private final AioContext.Builder settings;
    private final List<String> told = new ArrayList<>();

    NotificationsTest(MonitorMode monitor, RelayMode relay) {
        settings = AioContext.builder().monitor(monitor).relay(relay);
    }

    static Stream<Arguments> settings() {
        return Stream.of(MonitorMode.values())
                .flatMap(monitor ->
                        Stream.of(RelayMode.OFF, RelayMode.THREAD).map(relay -> Arguments.of(monitor, relay)));
    }

    /** What a C library does with the number that it was given. */
    private static void writeAsNativeCode(int fd) {
        try (Arena arena = Arena.ofConfined()) {
            MemorySegment one = arena.allocateFrom(ValueLayout.JAVA_LONG, 1);
            assertThat(Libc.write(fd, one, one.byteSize())).isEqualTo(one.byteSize());
        }
    }

    private void isTold(EventNotifier notifier) {
        try (AioContext context = settings.open();
                FdSource source = Notifications.on(context, "irq", notifier, () -> told.add("irq"))) {
            assertThat(source.name()).isEqualTo("irq");
            assertThat(context.poll(false)).isFalse();
            writeAsNativeCode(notifier.writeFd());
            writeAsNativeCode(notifier.writeFd());
            assertThat(context.poll(true)).isTrue();
            assertThat(context.poll(false)).isFalse();
            notifier.set();
            assertThat(context.poll(true)).isTrue();
            assertThat(told).containsExactly("irq", "irq");
        }
    }

    @Test
    void writesOfNativeCodeAndSetsAreTold() {
        try (EventNotifier notifier = EventNotifier.open()) {
            assertThat(notifier.writeFd()).isEqualTo(notifier.fd());
            isTold(notifier);
        }
    }

    @Test
    void soTheyAreOnAPipe() {
        try (EventNotifier notifier = EventNotifier.openPipe()) {
            isTold(notifier);
        }
    }

    @Test
    void aSetWhileTheHandlerRunsHasItCalledAgain() {
        try (AioContext context = settings.open();
                EventNotifier notifier = EventNotifier.open();
                FdSource source = Notifications.on(context, "again", notifier, () -> {
                    told.add("call");
                    if (told.size() == 1) {
                        notifier.set();
                    }
                })) {
            notifier.set();
            while (told.size() < 2) {
                context.poll(true);
            }
            assertThat(context.poll(false)).isFalse();
            assertThat(source.isOpen()).isTrue();
        }
    }

    @Test
    void aHandlerThatThrowsIsReportedAndSuspended() {
        try (AioContext context = settings.exceptionHandler(
                                (source, failure) -> told.add(source + ": " + failure.getMessage()))
                        .open();
                EventNotifier notifier = EventNotifier.open();
                FdSource source = Notifications.on(context, "irq", notifier, () -> {
                    throw new IOException("masked");
                })) {
            notifier.set();
            context.poll(true);
            assertThat(told).containsExactly("irq (fd " + notifier.fd() + "): masked");
            assertThat(source.isSuspended()).isTrue();
        }
    }
}
