package dev.aiocontext.bindings.linux;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.util.ArrayList;
import java.util.List;
import java.util.Set;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;
import org.opentest4j.AssertionFailedError;
import org.opentest4j.TestAbortedException;

/**
 * Asks the C compiler of each target for everything that the generated code says of C: sizes, alignments, offsets,
 * constants and signatures. The headers are those installed, which may be newer than those it was generated from.
 */
@Tag("architecture")
class AbiTest {
    private static final boolean IN_CI = "true".equals(System.getenv("CI"));

    @ParameterizedTest
    @EnumSource
    void whatIsGeneratedIsWhatTheCompilerSays(Target target) throws Exception {
        assertThat(differences(target, facts(target))).isEmpty();
    }

    @ParameterizedTest
    @EnumSource
    void whatIsGeneratedIsWhatIsListed(Target target) throws Exception {
        for (GeneratedPackage generated : target.generated()) {
            assertThat(generated.names()).isEqualTo(generated.symbols().names());
        }
    }

    @ParameterizedTest
    @EnumSource
    void aWrongValueIsReported(Target target) throws Exception {
        Set<String> wrong = Set.of(
                "EPOLLET",
                "O_DIRECT",
                "MAP_FAILED",
                "IORING_OFF_SQES",
                "offsetof(struct epoll_event, data.u64)",
                "offsetof(struct io_uring_params, cq_off.cqes)",
                "sizeof(((struct io_uring_sqe *)0)->poll32_events)",
                "_Alignof(struct signalfd_siginfo)",
                "sizeof(size_t) in extern ssize_t read(int __fd, void *__buf, size_t __nbytes)");
        List<Fact> facts = facts(target);
        facts.replaceAll(fact -> wrong.contains(fact.name()) ? fact.withValue(fact.value() + 1) : fact);

        assertThat(differences(target, facts))
                .extracting(difference -> difference.substring(0, difference.indexOf(" is ")))
                .hasSameElementsAs(wrong);
    }

    @ParameterizedTest
    @EnumSource
    void aDeclarationOtherThanInTheHeaderIsReported(Target target) {
        CCompiler compiler = compiler(target);

        assertThat(compiler.differences(List.of("extern int kill(int __pid, long __sig)"), List.of()))
                .singleElement()
                .asString()
                .contains("conflicting types for", "kill");
    }

    @Test
    void aMissingCompilerFailsInCiAndSkipsElsewhere() {
        CCompiler missing = new CCompiler("no-such-gcc", "such-a-package");

        assertThatThrownBy(() -> missing.require(true))
                .isInstanceOf(AssertionFailedError.class)
                .hasMessageContaining("install such-a-package");
        assertThatThrownBy(() -> missing.require(false))
                .isInstanceOf(TestAbortedException.class)
                .hasMessageContaining("install such-a-package");
    }

    private static List<Fact> facts(Target target) throws Exception {
        List<Fact> facts = new ArrayList<>();
        for (GeneratedPackage generated : target.generated()) {
            facts.addAll(generated.facts());
        }
        return facts;
    }

    private static List<String> differences(Target target, List<Fact> facts) {
        List<String> declarations = new ArrayList<>();
        for (GeneratedPackage generated : target.generated()) {
            generated.header().declarations().values().forEach(declaration -> declarations.add(declaration.text()));
        }
        return compiler(target).differences(declarations, facts);
    }

    private static CCompiler compiler(Target target) {
        CCompiler compiler = CCompiler.of(target);
        compiler.require(IN_CI);
        return compiler;
    }
}
