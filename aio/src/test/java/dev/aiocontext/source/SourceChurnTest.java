package dev.aiocontext.source;

import static org.assertj.core.api.Assertions.assertThat;

import dev.aiocontext.testkit.ChildJvm;
import dev.aiocontext.testkit.Rounds;
import java.util.List;
import org.junit.jupiter.api.Test;

/** Sources of every kind leave nothing behind: no descriptor, watch, thread or native memory, and each signal as it was. */
class SourceChurnTest {
    private static final int ROUNDS = Rounds.of(1_500);

    /** What the JVM takes for itself in the second part, when nearly all is compiled. In the first part it takes more. */
    private static final int KIBIBYTES_OF_THE_JVM = 1_200;

    @Test
    void sourcesThatAreClosedLeaveNothingBehindOnOneContextAndOnMany() throws Exception {
        ChildJvm.Result result = ChildJvm.onClassPath()
                .startedBy("env", "--block-signal=USR1")
                .option("-Xms32m", "-Xmx32m", "-XX:+AlwaysPreTouch", "-XX:+DisableExplicitGC", "-XX:+UseSerialGC")
                .option("-XX:TieredStopAtLevel=1", "-XX:-UseDynamicNumberOfCompilerThreads")
                .run(SourceChurn.class.getName(), Integer.toString(ROUNDS));
        assertThat(result.exit()).as(result.output()).isZero();
        assertThat(lines(result, "left ")).isEmpty();
        assertThat(lines(result, "threads ")).isEmpty();
        assertThat(lines(result, "rounds " + ROUNDS + ", told ")).hasSize(2);
        // In the profile proof less than a KiB a round, in each of which some fifteen sources were open.
        assertThat(lines(result, "kibibytes ").getLast())
                .satisfies(kibibytes -> assertThat(Long.parseLong(kibibytes)).isLessThan(KIBIBYTES_OF_THE_JVM));
    }

    /** {@return what the lines say that begin with some words} */
    private static List<String> lines(ChildJvm.Result result, String words) {
        return result.output()
                .lines()
                .filter(line -> line.startsWith(words))
                .map(line -> line.substring(words.length()))
                .toList();
    }
}
