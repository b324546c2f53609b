package dev.aiocontext;

import static org.assertj.core.api.Assertions.assertThat;

import dev.aiocontext.testkit.ChildJvm;
import dev.aiocontext.testkit.Eventually;
import dev.aiocontext.testkit.LoopThread;
import java.util.concurrent.atomic.AtomicLong;
import org.junit.jupiter.api.Test;

/**
 * A notifier that comes just when the loop goes to sleep, through with the work before. In a JVM of its own, in which the loop's
 * side is interpreted: the moment between its look and its arming lasts a few nanoseconds when it is compiled, and too few
 * notifiers meet it.
 */
class ArmingRaceTest {
    private static final String[] INTERPRETED = {
        "dev.aiocontext.internal.loop.Waiting::await",
        "dev.aiocontext.internal.loop.Waiting::block",
        "dev.aiocontext.internal.loop.Waiting::timeout",
        "dev.aiocontext.internal.loop.Waiting::isAnnounced",
        "dev.aiocontext.internal.wakeup.Wakeup::arm"
    };

    /** Waits for each piece of work without leaving its processor, and then for a moment, a longer one from round to round. */
    static final class Race {
        private static final int ROUNDS = 100_000;
        private static final int MOMENTS = 100;
        private static final int LOOKS = 100_000;
        private static final AtomicLong RAN = new AtomicLong();

        private Race() {}

        public static void main(String[] args) {
            try (LoopThread loop = new LoopThread(AioContext.open())) {
                for (int i = 1; i <= ROUNDS; i++) {
                    loop.context.execute(RAN::incrementAndGet);
                    awaitRun(i);
                    for (int moment = i % MOMENTS; moment > 0; moment--) {
                        Thread.onSpinWait();
                    }
                }
            }
            System.out.println("all ran");
        }

        private static void awaitRun(long number) {
            for (int look = 0; RAN.get() != number && look < LOOKS; look++) {
                Thread.onSpinWait();
            }
            if (RAN.get() != number) { // lost, or the machine is busy with other things
                Eventually.holds("task " + number + " runs", () -> RAN.get() == number);
            }
        }
    }

    @Test
    void workThatComesAsTheLoopGoesToSleepIsFound() throws Exception {
        ChildJvm jvm = ChildJvm.onClassPath()
                .option("-XX:CompileCommand=quiet")
                .option("-Ddev.aiocontext.test.limit=" + Eventually.LIMIT);
        for (String method : INTERPRETED) {
            jvm.option("-XX:CompileCommand=exclude," + method);
        }
        ChildJvm.Result result = jvm.run(Race.class.getName());
        assertThat(result.output()).contains("all ran");
        assertThat(result.exit()).isZero();
    }
}
