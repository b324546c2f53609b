package dev.aiocontext.faults;

import static org.assertj.core.api.Assertions.assertThat;

import dev.aiocontext.RelayMode;
import dev.aiocontext.faults.StackOverflowTest.Call;
import dev.aiocontext.faults.StackOverflowTest.Climber;
import dev.aiocontext.faults.StackOverflowTest.Loop;
import dev.aiocontext.testkit.ChildJvm;
import dev.aiocontext.testkit.Rounds;
import java.util.List;
import java.util.stream.Stream;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.MethodSource;

/**
 * The very first notifying calls of a JVM are made at the end of the stack, where nothing can be loaded or linked: a class
 * whose initialisation fails stays unusable for ever.
 */
class FirstCallTest {
    /** Makes a call near the end of the stack, then probes. */
    static final class First {
        public static void main(String[] args) {
            Call call = Call.valueOf(args[1]);
            try (Loop loop = new Loop(RelayMode.valueOf(args[0]))) {
                if (call.startsThreads()) {
                    loop.probePool(); // the pool's classes are there
                }
                loop.thread.awaitBlocked();
                int overflows = Climber.inSmallThread(loop, call);
                for (int round = 1; call.startsThreads() && round < 5; round++) {
                    loop.probePool();
                    overflows += Climber.inSmallThread(loop, call);
                }
                loop.probePool();
                loop.probe();
                System.out.println("every wake-up arrived after " + overflows + " overflows");
            }
        }
    }

    static Stream<Arguments> calls() {
        List<Arguments> all = List.of(
                Arguments.of(RelayMode.OFF, Call.EXECUTE),
                Arguments.of(RelayMode.THREAD, Call.EXECUTE),
                Arguments.of(RelayMode.DEFERRED, Call.WAKEUP),
                Arguments.of(RelayMode.PROCESS, Call.EXECUTE),
                Arguments.of(RelayMode.THREAD, Call.SCHEDULE),
                Arguments.of(RelayMode.OFF, Call.SCHEDULE_IDLE),
                Arguments.of(RelayMode.PROCESS, Call.STOP),
                Arguments.of(RelayMode.PROCESS, Call.ON_READABLE_AND_CLOSE),
                Arguments.of(RelayMode.OFF, Call.ON_READABLE_AND_REMOVE_HANDLERS));
        return Rounds.cases(2, all);
    }

    static Stream<Arguments> poolCalls() {
        Stream<Arguments> all = Stream.of(RelayMode.OFF, RelayMode.THREAD, RelayMode.DEFERRED, RelayMode.PROCESS)
                .flatMap(mode -> Stream.of(Call.SUBMIT, Call.SUBMIT_AND_CANCEL).map(call -> Arguments.of(mode, call)));
        return Rounds.cases(3, all.toList());
    }

    @ParameterizedTest
    @MethodSource("poolCalls")
    void aCallOfTheThreadPoolMayOverflow(RelayMode mode, Call call) throws Exception {
        theFirstCallMayOverflow(mode, call);
    }

    @ParameterizedTest
    @MethodSource("calls")
    void theFirstCallMayOverflow(RelayMode mode, Call call) throws Exception {
        ChildJvm.Result result =
                ChildJvm.onClassPath().shortLived().sigioBlocked().run(First.class.getName(), mode.name(), call.name());
        assertThat(result.output()).contains("every wake-up arrived after").doesNotContain("after 0");
        assertThat(result.exit()).isZero();
    }
}
