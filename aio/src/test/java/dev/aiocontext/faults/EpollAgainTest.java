package dev.aiocontext.faults;

import static org.assertj.core.api.Assertions.assertThat;

import dev.aiocontext.AioContext;
import dev.aiocontext.EventNotifier;
import dev.aiocontext.MonitorMode;
import dev.aiocontext.RelayMode;
import dev.aiocontext.internal.posix.Libc;
import dev.aiocontext.testkit.Strace;
import java.io.IOException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** Epoll that failed once is used again later. */
class EpollAgainTest {
    @TempDir
    Path directory;

    private final List<EventNotifier> notifiers = new ArrayList<>();

    @BeforeAll
    static void straceWorks() {
        Strace.assumeItWorks();
    }

    @AfterEach
    void close() {
        notifiers.forEach(EventNotifier::close);
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "epoll_create1:error=EMFILE:when=1",
                "epoll_ctl:error=ENOSPC:when=3",
                "epoll_wait:error=ENOMEM:when=1"
            })
    void afterAFailurePollTakesOverAndSaysWhyAndEpollComesBack(String fault) throws IOException {
        try (AioContext ctx = AioContext.builder().relay(RelayMode.OFF).open()) {
            ctx.poll(false);
            for (int i = 0; i < 6; i++) {
                EventNotifier notifier = EventNotifier.open();
                notifiers.add(notifier);
                ctx.onReadable(
                        notifier.fd(),
                        (source, events) -> assertThat(notifier.testAndClear()).isTrue());
            }
            String call = fault.substring(0, fault.indexOf(':'));
            try (Strace strace = Strace.attach(directory.resolve("log"), List.of(Libc.gettid()), fault)) {
                ctx.poll(false);
                assertThat(strace.injected()).hasSize(1);
            }
            assertThat(ctx.monitor().monitor()).isEqualTo(MonitorMode.POLL);
            assertThat(ctx.monitor().reason()).contains("epoll failed").contains(call);
            int polls = 0;
            while (ctx.monitor().monitor() != MonitorMode.EPOLL) {
                assertThat(++polls).isLessThan(10_000);
                EventNotifier notifier = notifiers.get(polls % notifiers.size());
                notifier.set();
                assertThat(ctx.poll(true)).isTrue();
            }
            assertThat(polls).isGreaterThan(100);
            for (EventNotifier notifier : notifiers) {
                notifier.set();
                assertThat(ctx.poll(true)).isTrue();
            }
            assertThat(ctx.poll(false)).isFalse();
        }
    }
}
