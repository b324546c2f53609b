package dev.aiocontext;

import static org.assertj.core.api.Assertions.assertThat;

import dev.aiocontext.testkit.LogRecords;
import dev.aiocontext.testkit.Opened;
import java.io.IOException;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

/** A source of the user's own stands on sources of the context: what its parts do is told as its own. */
class OwnedCallbackTest {
    private final Opened opened = new Opened();
    private final List<@Nullable Source> failed = new ArrayList<>();
    private final AioContext ctx = opened.context(AioContext.builder()
            .name("loop")
            .relay(RelayMode.OFF)
            .exceptionHandler((source, failure) -> failed.add(source)));

    private final BottomHalf owner = ctx.newBottomHalf("owner", () -> {});

    @AfterEach
    void close() {
        owner.close();
        opened.close();
    }

    /** A callback of any kind that fails. */
    private record Failing(Supplier<Source> asked) implements Task, FdHandler, TimerHandler, WaitHook, OwnedCallback {
        @Override
        public Source owner() {
            return asked.get();
        }

        @Override
        public void run() throws IOException {
            throw new IOException("on purpose");
        }

        @Override
        public void ready(FdSource source, FdEvents events) throws IOException {
            run();
        }

        @Override
        public void fired(AioTimer timer, long missed) throws IOException {
            run();
        }

        @Override
        public void prepare(Wait wait) throws IOException {
            run();
        }
    }

    private Failing failing() {
        return new Failing(() -> owner);
    }

    @Test
    void theFailureOfABottomHalfIsTheOwners() {
        try (BottomHalf part = ctx.newBottomHalf("part", failing())) {
            part.schedule();
            ctx.poll(true);
            assertThat(failed).containsExactly(owner);
        }
    }

    @Test
    void theFailureOfAGuardedBottomHalfIsTheOwners() {
        ReentrancyGuard guard = ctx.newGuard("guard");
        try (BottomHalf owned = ctx.newBottomHalf("part", guard, failing());
                BottomHalf free =
                        ctx.newBottomHalf("free", guard, () -> failing().run())) {
            owned.schedule();
            free.schedule();
            ctx.poll(true);
            assertThat(failed).containsExactly(owner, free);
        }
    }

    @Test
    void theFailureOfADescriptorIsTheOwnersAndThePartIsSuspended() {
        try (EventNotifier notifier = opened.notifier();
                FdSource part = ctx.watch(notifier.fd(), FdEvents.READ, failing())) {
            notifier.set();
            ctx.poll(true);
            assertThat(failed).containsExactly(owner);
            assertThat(part.isSuspended()).isTrue();
        }
    }

    @Test
    void theFailureOfATimerIsTheOwners() {
        try (AioTimer part = ctx.newTimer("part", failing())) {
            part.arm(Duration.ZERO);
            while (failed.isEmpty()) {
                ctx.poll(true);
            }
            assertThat(failed).containsExactly(owner);
        }
    }

    @Test
    void theFailureOfAHookIsTheOwners() {
        try (Source part = ctx.newHook("part", failing())) {
            ctx.poll(false);
            assertThat(failed).containsExactly(owner);
            assertThat(part.isSuspended()).isTrue();
        }
    }

    @Test
    void aFailureThatIsReportedForAPartIsTheOwners() {
        try (BottomHalf part = ctx.newBottomHalf("part", failing())) {
            ctx.report(part, new IOException("of an upcall"));
            ctx.poll(true);
            assertThat(failed).containsExactly(owner);
        }
    }

    @Test
    void theListOfSourcesHasThePartAndItsOwner() {
        try (BottomHalf part = ctx.newBottomHalf("part", failing())) {
            assertThat(ctx.sources()).extracting(SourceInfo::source).containsExactly(owner, part);
            assertThat(ctx.sources()).extracting(SourceInfo::owner).containsExactly(owner, owner);
        }
    }

    @Test
    void anOwnerThatCannotBeToldIsLoggedWithTheFailure() {
        try (LogRecords records = new LogRecords();
                BottomHalf part = ctx.newBottomHalf("part", new Failing(() -> {
                    throw new IllegalStateException("no owner");
                }))) {
            part.schedule();
            ctx.poll(true);
            assertThat(failed).isEmpty();
            assertThat(records.messages()).containsExactly("SEVERE: bottom half part of AioContext loop failed");
            assertThat(records.thrown())
                    .singleElement()
                    .satisfies(thrown -> assertThat(thrown)
                            .hasMessage("no owner")
                            .hasSuppressedException(new IOException("on purpose")));
        }
    }
}
