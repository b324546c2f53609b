package dev.aiocontext.internal.relay;

import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.aiocontext.internal.posix.Descriptors;
import org.junit.jupiter.api.Test;

/** The pipe from the relay thread to a loop. */
class RecordPipeTest {
    @Test
    void anEndThatOtherCodeHasClosedIsNamed() {
        RecordPipe pipe = new RecordPipe();
        String whose = ": it is the pipe by which the relay wakes its loop, and other code has closed it.";
        Descriptors.close(pipe.writeEnd());
        assertThatThrownBy(() -> pipe.write(1))
                .hasMessageStartingWith("write(fd " + pipe.writeEnd() + ") failed: EBADF")
                .hasMessageContaining(whose);
        Descriptors.close(pipe.readEnd());
        assertThatThrownBy(() -> pipe.read((signal, arming) -> {}))
                .hasMessageStartingWith("read(fd " + pipe.readEnd() + ") failed: EBADF")
                .hasMessageContaining(whose);
        assertThatThrownBy(pipe::close).hasMessageContaining("close(fd ").hasMessageContaining(whose);
    }
}
