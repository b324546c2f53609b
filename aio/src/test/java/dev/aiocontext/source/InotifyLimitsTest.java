package dev.aiocontext.source;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assumptions.assumeThat;

import dev.aiocontext.AioContext;
import dev.aiocontext.SyscallException;
import dev.aiocontext.testkit.ChildJvm;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import org.junit.jupiter.api.Test;

/** What is said when the user has no more watches or instances: in a user namespace, which has limits of its own. */
class InotifyLimitsTest {
    static final class Greedy {
        public static void main(String[] args) throws IOException {
            Path limits = Path.of("/proc/sys/user");
            Files.writeString(limits.resolve("max_inotify_watches"), "1");
            Files.writeString(limits.resolve("max_inotify_instances"), "1");
            try (AioContext context = AioContext.open();
                    Inotify inotify = Inotify.on(context)) {
                tell(() -> inotify.watch(Path.of("/"), InotifyKind.CREATE, (watch, event) -> {}));
                tell(() -> inotify.watch(Path.of("/tmp"), InotifyKind.CREATE, (watch, event) -> {}));
                tell(() -> Inotify.on(context));
            }
        }

        private static void tell(Runnable call) {
            try {
                call.run();
                System.out.println("done");
            } catch (SyscallException e) {
                System.out.println(e.getMessage());
            }
        }
    }

    @Test
    void aLimitThatIsReachedIsNamed() throws Exception {
        ChildJvm.Result result =
                ChildJvm.onClassPath().shortLived().startedBy("unshare", "-Ur").run(Greedy.class.getName());
        assumeThat(result.output()).as("user namespaces").doesNotStartWith("unshare: ");
        assertThat(result.output().lines())
                .containsExactly(
                        "done",
                        "inotify_add_watch(/tmp) failed: ENOSPC (No space left on device):"
                                + " the user has as many watches as sysctl fs.inotify.max_user_watches allows",
                        "inotify_init1 failed: EMFILE (Too many open files):"
                                + " the user has as many instances as sysctl fs.inotify.max_user_instances allows,"
                                + " or the process as many descriptors as it may have");
        assertThat(result.exit()).isZero();
    }
}
