package dev.aiocontext;

import static org.assertj.core.api.Assertions.assertThat;

import dev.aiocontext.internal.posix.Libc;
import dev.aiocontext.internal.posix.Signals;
import dev.aiocontext.testkit.ChildJvm;
import dev.aiocontext.testkit.Eventually;
import dev.aiocontext.testkit.LoopThread;
import dev.aiocontext.testkit.LossyDoorbell;
import java.io.File;
import java.lang.reflect.InvocationTargetException;
import java.net.MalformedURLException;
import java.net.URL;
import java.net.URLClassLoader;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.concurrent.atomic.AtomicLong;
import java.util.concurrent.locks.LockSupport;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/** What a signal to the process does to a JVM, and the relay in PROCESS mode, each in a JVM of its own. */
class RelayInChildJvmTest {
    /** 128 + SIGIO, as a shell tells it. */
    private static final int KILLED_BY_SIGIO = 157;

    /** The patch of 2015 without any care. */
    static final class NaiveKill {
        public static void main(String[] args) {
            Signals.block(Signals.SIGIO); // in this thread: the VM's own threads existed before
            System.out.println("about to kill");
            System.out.flush();
            int result = Libc.kill((int) ProcessHandle.current().pid(), Signals.SIGIO);
            LockSupport.parkNanos(Eventually.LIMIT.toNanos()); // an emulator may deliver it late
            System.out.println("still there: " + result);
        }
    }

    /** Wakes a loop whose doorbell is silent half of the time. */
    static final class Rescued {
        public static void main(String[] args) {
            int rounds = 1_000;
            AtomicLong ran = new AtomicLong();
            AioContext ctx = new LossyDoorbell(0.5).open(AioContext.builder());
            try (LoopThread loop = new LoopThread(ctx)) {
                for (int i = 1; i <= rounds; i++) {
                    int round = i;
                    loop.context.execute(ran::incrementAndGet);
                    Eventually.holds("task " + i + " runs", () -> ran.get() == round);
                }
                AioStatistics statistics = ctx.statistics();
                System.out.println("mode " + ctx.relayMode() + ", rescued "
                        + (statistics.relay().rescues() > 0));
            }
            System.out.println("ran " + ran);
        }
    }

    /** Opens a context and says its mode, its first argument, and whether SIGIO is blocked everywhere. */
    static final class Open {
        public static void main(String[] args) {
            try (AioContext ctx = AioContext.open()) {
                System.out.println("mode " + ctx.relayMode());
            }
            System.out.println("arguments " + String.join(" ", args));
            System.out.println(
                    "unblocked " + Signals.tasksLeavingUnblocked(Signals.SIGIO).size());
        }
    }

    /** Opens a context, in the mode that is its argument, and then one of a second copy of the library, in PROCESS mode. */
    static final class TwoCopies {
        public static void main(String[] args) throws Exception {
            try (AioContext ctx = AioContext.builder()
                            .relay(RelayMode.valueOf(args[0]))
                            .open();
                    URLClassLoader loader = loader()) {
                Class<?> copy = load(loader);
                System.out.println("first " + ctx.relayMode() + ", another copy " + (copy != AioContext.class));
                copy.getMethod("open").invoke(null);
            }
        }

        /** The library's entry of a second copy. */
        static Class<?> load(URLClassLoader loader) throws ClassNotFoundException {
            return loader.loadClass(AioContext.class.getName());
        }

        static URLClassLoader loader() {
            return new URLClassLoader(
                    Arrays.stream(System.getProperty("java.class.path").split(File.pathSeparator, -1))
                            .map(Path::of)
                            .map(TwoCopies::url)
                            .toArray(URL[]::new),
                    ClassLoader.getPlatformClassLoader());
        }

        private static URL url(Path path) {
            try {
                return path.toUri().toURL();
            } catch (MalformedURLException e) {
                throw new IllegalArgumentException(e);
            }
        }
    }

    /** Two contexts in PROCESS mode are closed one by one; a second copy of the library tries to open one each time. */
    static final class ProcessModeFirst {
        public static void main(String[] args) throws Exception {
            try (URLClassLoader loader = TwoCopies.loader()) {
                Class<?> copy = TwoCopies.load(loader);
                AioContext one = AioContext.builder().relay(RelayMode.PROCESS).open();
                AioContext other = AioContext.builder().relay(RelayMode.PROCESS).open();
                System.out.println("with two: " + open(copy));
                one.close();
                System.out.println("with one: " + open(copy));
                AioContext.builder().relay(RelayMode.THREAD).open().close();
                System.out.println("still with one: " + open(copy));
                other.close();
                System.out.println("with none: " + open(copy));
                AioContext.builder().relay(RelayMode.PROCESS).open().close();
                System.out.println("again with none: " + open(copy));
            }
        }

        private static String open(Class<?> copy) throws Exception {
            try (AutoCloseable context = (AutoCloseable) copy.getMethod("open").invoke(null)) {
                return "opened " + copy.getMethod("relayMode").invoke(context);
            } catch (InvocationTargetException e) {
                return String.valueOf(e.getCause());
            }
        }
    }

    /** Its relay thread would take the signals of the first, as both wait for them. */
    @ParameterizedTest
    @EnumSource(names = {"THREAD", "DEFERRED"})
    void aSecondCopyOfTheLibraryIsRefusedARelayWhileTheFirstIsInProcessMode(RelayMode second) throws Exception {
        ChildJvm.Result result = ChildJvm.onClassPath()
                .shortLived()
                .sigioBlocked()
                .option("-Ddev.aiocontext.relay=" + second)
                .run(ProcessModeFirst.class.getName());
        String refusal = "java.lang.IllegalStateException: relay mode " + second + " waits for SIGIO";
        assertThat(result.output())
                .contains("with two: " + refusal)
                .contains("with one: " + refusal)
                .contains("still with one: " + refusal)
                .contains("has a context in relay mode PROCESS")
                .contains("with none: opened " + second)
                .contains("again with none: opened " + second);
        assertThat(result.exit()).as(result.output()).isZero();
    }

    @ParameterizedTest
    @EnumSource(names = {"THREAD", "DEFERRED", "PROCESS"})
    void aSecondCopyOfTheLibraryIsRefusedProcessModeWithTheReason(RelayMode first) throws Exception {
        ChildJvm.Result result = ChildJvm.onClassPath()
                .shortLived()
                .sigioBlocked()
                .option("-Ddev.aiocontext.relay=PROCESS")
                .run(TwoCopies.class.getName(), first.name());
        assertThat(result.output())
                .contains("first " + first + ", another copy true")
                .contains("a second copy of this library in this process")
                .contains("\"aiocontext-sigio-relay\"")
                .contains("sigwait")
                .doesNotContain("--block-signal")
                .doesNotContain("leave SIGIO unblocked");
        assertThat(result.exit()).isEqualTo(1);
    }

    @Test
    void aNaiveKillEndsTheJvm() throws Exception {
        ChildJvm.Result result = ChildJvm.onClassPath().shortLived().run(NaiveKill.class.getName());
        assertThat(result.output()).contains("about to kill").doesNotContain("still there");
        assertThat(result.exit()).isEqualTo(KILLED_BY_SIGIO);
    }

    @Test
    void aMaskedJvmIsRescuedByProcessMode() throws Exception {
        ChildJvm.Result result = ChildJvm.onClassPath()
                .shortLived()
                .sigioBlocked()
                .env("AIOCONTEXT_RELAY", "process")
                .run(Rescued.class.getName());
        assertThat(result.output()).contains("mode PROCESS, rescued true").contains("ran 1000");
        assertThat(result.exit()).isZero();
    }

    @Test
    void anUnmaskedJvmRefusesProcessModeAndLivesOn() throws Exception {
        ChildJvm.Result result = ChildJvm.onClassPath()
                .shortLived()
                .option("-Ddev.aiocontext.relay=PROCESS")
                .run(Open.class.getName());
        assertThat(result.output())
                .contains("IllegalStateException: relay mode PROCESS sends SIGIO to the process")
                .contains("VM Thread"); // whatever collector it has
        assertThat(result.exit()).isEqualTo(1);
    }

    @Test
    void thePropertyOverridesTheVariable() throws Exception {
        ChildJvm.Result result = ChildJvm.onClassPath()
                .shortLived()
                .env("AIOCONTEXT_RELAY", "process")
                .option("-Ddev.aiocontext.relay=thread")
                .run(Open.class.getName());
        assertThat(result.output()).contains("mode THREAD");
        assertThat(result.exit()).isZero();
    }

    @Test
    void anUnknownModeInTheEnvironmentIsAnErrorThatListsTheModes() throws Exception {
        ChildJvm.Result result = ChildJvm.onClassPath()
                .shortLived()
                .env("AIOCONTEXT_RELAY", "yes")
                .run(Open.class.getName());
        assertThat(result.output())
                .contains("AIOCONTEXT_RELAY is \"yes\"")
                .contains("[AUTO, OFF, THREAD, DEFERRED, PROCESS]");
        assertThat(result.exit()).isEqualTo(1);
    }

    @Test
    void theLauncherStartsAProgramWithSigioBlockedEverywhere() throws Exception {
        ChildJvm.Result result = ChildJvm.onClassPath()
                .shortLived()
                .option("-Ddev.aiocontext.relay=PROCESS")
                .run(SignalLauncher.class.getName(), Open.class.getName(), "one", "", "two words");
        assertThat(result.output())
                .contains("mode PROCESS")
                .contains("arguments one  two words")
                .contains("unblocked 0");
        assertThat(result.exit()).isZero();
    }

    @Test
    void theLauncherWorksOnTheModulePathToo() throws Exception {
        ChildJvm.Result result = ChildJvm.onModulePath()
                .shortLived()
                .option("-cp", System.getProperty("java.class.path"))
                .env("AIOCONTEXT_RELAY", "PROCESS")
                .run("-m", "dev.aiocontext/dev.aiocontext.SignalLauncher", "user.LibraryUser");
        assertThat(result.output()).contains("works in dev.aiocontext, relay PROCESS");
        assertThat(result.exit()).isZero();
    }

    @Test
    void theLauncherWithoutAProgramTellsItsUsage() throws Exception {
        ChildJvm.Result result = ChildJvm.onClassPath().shortLived().run(SignalLauncher.class.getName());
        assertThat(result.output())
                .startsWith("usage: java [options] dev.aiocontext.SignalLauncher [--block=<signal>,...] <main class>");
        assertThat(result.exit()).isEqualTo(2);
    }
}
