package dev.aiocontext;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assumptions.assumeThat;

import dev.aiocontext.internal.doctor.DoctorWithoutRecorder;
import dev.aiocontext.testkit.ChildJvm;
import dev.aiocontext.testkit.Eventually;
import dev.aiocontext.testkit.LoopThread;
import dev.aiocontext.testkit.LossyDoorbell;
import java.nio.file.Files;
import java.nio.file.Path;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** A JVM whose run-time image has no module jdk.jfr. */
class NoFlightRecorderTest {
    private static final String WORKS = """
            jdk.jfr is there: false
            a task runs
            all is well
            """;

    /** Meets what is an event elsewhere: callbacks, which may be slow, and a rescue. */
    static final class Program {
        public static void main(String[] args) {
            System.out.println("jdk.jfr is there: "
                    + ModuleLayer.boot().findModule("jdk.jfr").isPresent());
            AioContext ctx = new LossyDoorbell(1).open(AioContext.builder().relay(RelayMode.THREAD));
            try (LoopThread loop = new LoopThread(ctx)) {
                loop.awaitBlocked();
                ctx.execute(() -> System.out.println("a task runs"));
                Eventually.holds("it is rescued", () -> ctx.statistics().relay().rescues() > 0);
            }
            System.out.println("all is well");
        }
    }

    private static ChildJvm onClassPath() {
        return ChildJvm.onClassPath().shortLived().option("--limit-modules", "java.base");
    }

    @Test
    void onTheClassPathTheLibraryWorksWithoutEvents() throws Exception {
        ChildJvm.Result result = onClassPath().run(Program.class.getName());
        assertThat(result.output()).isEqualTo(WORKS);
        assertThat(result.exit()).isZero();
    }

    @Test
    void onTheClassPathTheDoctorHasNoStoriesToTell() throws Exception {
        ChildJvm.Result result = onClassPath().run(DoctorWithoutRecorder.class.getName());
        assertThat(result.output()).isEqualTo("stories: []\n");
        assertThat(result.exit()).isZero();
    }

    @Test
    void onTheModulePathTheModuleThatIsMissingIsNamed() throws Exception {
        ChildJvm.Result result = ChildJvm.onModulePath()
                .shortLived()
                .option("--limit-modules", "java.base,jdk.unsupported,dev.aiocontext.bindings")
                .option("-cp", System.getProperty("java.class.path"))
                .run(Program.class.getName());
        assertThat(result.output()).contains("Module jdk.jfr not found, required by dev.aiocontext");
        assertThat(result.exit()).isEqualTo(1);
    }

    @Tag("proof")
    @Test
    void theLibraryWorksOnAnImageThatJlinkMadeOfTheSmallestModule(@TempDir Path directory) throws Exception {
        Path jlink = Path.of(System.getProperty("java.home"), "bin", "jlink");
        assumeThat(Files.exists(jlink))
                .as("there is a jlink, which a JRE lacks")
                .isTrue();
        Path image = directory.resolve("image");
        Process linking = new ProcessBuilder(
                        jlink.toString(), "--add-modules", "java.base", "--output", image.toString())
                .redirectErrorStream(true)
                .start();
        ChildJvm.Result linked = ChildJvm.await(linking);
        assertThat(linked.exit()).as(linked.output()).isZero();

        ChildJvm.Result result = ChildJvm.of(image)
                .option("-cp", System.getProperty("java.class.path"))
                .option("--enable-native-access=ALL-UNNAMED")
                .run(Program.class.getName());

        assertThat(result.output()).isEqualTo(WORKS);
        assertThat(result.exit()).isZero();
    }
}
