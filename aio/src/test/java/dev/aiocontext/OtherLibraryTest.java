package dev.aiocontext;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.catchThrowableOfType;

import dev.aiocontext.testkit.ChildJvm;
import java.nio.file.Files;
import java.nio.file.Path;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/**
 * A C library that is not glibc, in a JVM that was made for glibc: what looks up a function by its name is told that the
 * library has only what musl has, and a strerror_r that is POSIX's.
 */
class OtherLibraryTest {
    /** musl 1.2.3 lacks these functions of glibc, of all that the bindings name. */
    private static final String LOOK_UP = """
            #define _GNU_SOURCE
            #include <dlfcn.h>
            #include <stdio.h>
            #include <string.h>

            static int posix_strerror_r(int error, char *text, size_t size) {
                snprintf(text, size, "error %d, as POSIX says it", error);
                return 0;
            }

            typedef void *look_up(void *, const char *);

            void *dlsym(void *library, const char *name) {
                static const char *const versions[] = {"GLIBC_2.34", "GLIBC_2.17", "GLIBC_2.2.5"};
                static const char *const lacking[] = {"gnu_get_libc_version", "epoll_pwait2", "tgkill"};
                static look_up *real;
                for (int i = 0; !real && i < 3; i++) {
                    real = (look_up *) dlvsym(RTLD_NEXT, "dlsym", versions[i]);
                }
                for (int i = 0; i < 3; i++) {
                    if (!strcmp(name, lacking[i])) {
                        return NULL;
                    }
                }
                if (!strcmp(name, "strerror_r") || !strcmp(name, "__xpg_strerror_r")) {
                    return (void *) posix_strerror_r;
                }
                return real(library, name);
            }
            """;

    @TempDir
    Path directory;

    /** Meets an errno of each kind, wakes a loop by its doorbell and by its relay, and ends. */
    static final class Program {
        public static void main(String[] args) {
            try (AioContext ctx = AioContext.builder().relay(RelayMode.THREAD).open()) {
                System.out.println(catchThrowableOfType(
                                SyscallException.class, () -> ctx.onReadable(999_999, (source, events) -> {}))
                        .getMessage());
                ctx.threadPool().submit(() -> 42).whenComplete((answer, failure) -> {
                    System.out.println("answer " + answer);
                    ctx.stop();
                });
                ctx.run();
            }
        }
    }

    @Test
    void aFailedCallIsAnExceptionWhicheverStrerrorTheLibraryHas() throws Exception {
        ChildJvm.Result result = ChildJvm.onClassPath()
                .shortLived()
                .env("LD_PRELOAD", compiled().toString())
                .env("LC_ALL", "C")
                .run(Program.class.getName());
        assertThat(result.output()).isEqualTo("""
                fcntl(fd 999999) failed: EBADF (Bad file descriptor): there is no open descriptor of this number to wait for. Close a descriptor after its source, and after all waits for it
                answer 42
                """);
        assertThat(result.exit()).isZero();
    }

    private Path compiled() throws Exception {
        Path source = Files.writeString(directory.resolve("lookup.c"), LOOK_UP);
        Path library = directory.resolve("lookup.so");
        Process gcc = new ProcessBuilder(
                        "gcc", "-Wall", "-Werror", "-shared", "-fPIC", "-o", library.toString(), source.toString())
                .redirectErrorStream(true)
                .start();
        ChildJvm.Result compiled = ChildJvm.await(gcc);
        assertThat(compiled.exit()).as(compiled.output()).isZero();
        return library;
    }
}
