package dev.aiocontext.internal.posix;

import static org.assertj.core.api.Assertions.assertThat;

import dev.aiocontext.bindings.linux.linux_h;
import java.lang.foreign.AddressLayout;
import java.lang.foreign.FunctionDescriptor;
import java.lang.foreign.MemoryLayout;
import java.lang.foreign.ValueLayout;
import java.util.List;
import java.util.stream.Stream;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

class NativeFunctionTest {
    static Stream<NativeFunction> functions() {
        return Stream.of(
                        Libc.FUNCTIONS,
                        Signals.FUNCTIONS,
                        SignalAction.FUNCTIONS,
                        SignalWait.FUNCTIONS,
                        SignalFd.FUNCTIONS,
                        Exec.FUNCTIONS,
                        InotifyFd.FUNCTIONS,
                        PidFd.FUNCTIONS)
                .flatMap(List::stream);
    }

    @ParameterizedTest
    @MethodSource("functions")
    void itsDescriptorIsTheGeneratedOne(NativeFunction function) throws ReflectiveOperationException {
        FunctionDescriptor generated = (FunctionDescriptor)
                linux_h.class.getMethod(function.name + "$descriptor").invoke(null);
        assertThat(plain(function.descriptor())).as(function.name).isEqualTo(plain(generated));
    }

    /** Otherwise an argument would be on the stack, or in a register for floating point. */
    @ParameterizedTest
    @MethodSource("functions")
    void ifItSharesItsShapeItsArgumentsAreFourIntegersOrPointersAtMost(NativeFunction function) {
        if (!function.sharesItsShape()) {
            return;
        }
        List<MemoryLayout> arguments = function.descriptor().argumentLayouts();
        assertThat(arguments).as(function.name).hasSizeLessThanOrEqualTo(4);
        assertThat(arguments)
                .as(function.name)
                .allMatch(layout -> layout instanceof ValueLayout.OfInt
                        || layout instanceof ValueLayout.OfLong
                        || layout instanceof AddressLayout);
        assertThat(function.descriptor().returnLayout().orElseThrow())
                .as(function.name)
                .isInstanceOfAny(ValueLayout.OfInt.class, ValueLayout.OfLong.class);
    }

    /** The generated addresses say what they point to, which makes no difference to a call. */
    private static FunctionDescriptor plain(FunctionDescriptor descriptor) {
        return FunctionDescriptor.of(
                plain(descriptor.returnLayout().orElseThrow()),
                descriptor.argumentLayouts().stream()
                        .map(NativeFunctionTest::plain)
                        .toArray(MemoryLayout[]::new));
    }

    private static MemoryLayout plain(MemoryLayout layout) {
        return layout instanceof AddressLayout ? ValueLayout.ADDRESS : layout.withoutName();
    }
}
