package dev.aiocontext;

import static org.assertj.core.api.Assertions.assertThat;

import dev.aiocontext.testkit.ChildJvm;
import java.io.File;
import java.io.PrintWriter;
import java.io.StringWriter;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.spi.ToolProvider;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** The library on the class path and on the module path, and what it says when native access is denied. */
class ModulePathTest {
    private static final String USER = "user.LibraryUser";

    private static final String TESTS = Path.of(LibraryUserLocation.of()).toString();

    /** Where the test classes are: the program is one of them. */
    private static final class LibraryUserLocation {
        static String of() {
            return ModulePathTest.class
                    .getProtectionDomain()
                    .getCodeSource()
                    .getLocation()
                    .getPath();
        }
    }

    @Test
    void itWorksOnTheClassPath() throws Exception {
        ChildJvm.Result result = ChildJvm.bare()
                .option("-cp", ChildJvm.modulePath() + File.pathSeparator + TESTS)
                .option("--enable-native-access=ALL-UNNAMED")
                .run(USER);
        assertThat(result.output()).startsWith("works in the unnamed module");
        assertThat(result.exit()).isZero();
    }

    @Test
    void itWorksOnTheModulePath() throws Exception {
        ChildJvm.Result result =
                ChildJvm.onModulePath().shortLived().option("-cp", TESTS).run(USER);
        assertThat(result.output()).startsWith("works in dev.aiocontext,");
        assertThat(result.exit()).isZero();
    }

    @Test
    void aModuleThatRequiresItCompilesWithoutAnyOther(@TempDir Path directory) throws Exception {
        Path source = Files.createDirectories(directory.resolve("src/user"));
        Files.writeString(
                directory.resolve("src/module-info.java"), "module user { requires dev.aiocontext; exports user; }");
        Files.writeString(source.resolve("Main.java"), """
                package user;
                public class Main {
                    public static void main(String[] args) {
                        try (var ctx = dev.aiocontext.AioContext.open()) {
                            ctx.threadPool().submit(() -> "hello").whenComplete((v, failure) -> { System.out.println(v); ctx.stop(); });
                            ctx.run();
                        }
                    }
                }
                """);
        StringWriter messages = new StringWriter();
        int compiled = ToolProvider.findFirst("javac")
                .orElseThrow()
                .run(
                        new PrintWriter(messages),
                        new PrintWriter(messages),
                        "-Xlint:all,-requires-automatic",
                        "-d",
                        directory.resolve("out").toString(),
                        "-p",
                        ChildJvm.modulePath(),
                        directory.resolve("src/module-info.java").toString(),
                        source.resolve("Main.java").toString());
        assertThat(compiled).as(messages.toString()).isZero();
        ChildJvm.Result result = ChildJvm.bare()
                .option("-p", ChildJvm.modulePath() + File.pathSeparator + directory.resolve("out"))
                .option("--enable-native-access=dev.aiocontext,dev.aiocontext.bindings")
                .run("-m", "user/user.Main");
        assertThat(result.output()).isEqualTo("hello\n");
    }

    @Test
    void deniedNativeAccessIsAnErrorThatNamesTheOptionForTheClassPath() throws Exception {
        ChildJvm.Result result = ChildJvm.bare()
                .option("-cp", ChildJvm.modulePath() + File.pathSeparator + TESTS)
                .option("--enable-native-access=java.base") // whoever is not named is denied
                .othersAreDeniedNativeAccess()
                .run(USER);
        assertThat(result.output()).contains("start java with --enable-native-access=ALL-UNNAMED");
        assertThat(result.exit()).isEqualTo(1);
    }

    @Test
    void deniedNativeAccessIsAnErrorThatNamesBothModules() throws Exception {
        for (String granted : new String[] {"java.base", "dev.aiocontext"}) {
            ChildJvm.Result result = ChildJvm.bare()
                    .option("-p", ChildJvm.modulePath(), "--add-modules", "dev.aiocontext", "-cp", TESTS)
                    .option("--enable-native-access=" + granted)
                    .othersAreDeniedNativeAccess()
                    .run(USER);
            assertThat(result.output())
                    .contains("start java with --enable-native-access=dev.aiocontext,dev.aiocontext.bindings")
                    .contains("your own module");
            assertThat(result.exit()).isEqualTo(1);
        }
    }

    @Test
    void anotherArchitectureIsAnErrorThatNamesIt() throws Exception {
        ChildJvm.Result result =
                ChildJvm.onClassPath().shortLived().option("-Dos.arch=riscv64").run(USER);
        assertThat(result.output()).contains("UnsupportedOperationException").contains("Linux on riscv64");
        assertThat(result.exit()).isEqualTo(1);
    }
}
