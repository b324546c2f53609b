package dev.aiocontext.internal.doctor;

import dev.aiocontext.internal.posix.KernelThread;
import java.util.List;

/**
 * The threads of this process, and those of them that leave a signal unblocked. One walk over the threads counts both, because
 * threads start and end all the time: the counts of two walks do not fit together.
 *
 * @param threads how many threads there are
 * @param unblocked the threads that leave the signal unblocked
 */
record SignalMasks(int threads, List<KernelThread> unblocked) {
    SignalMasks {
        unblocked = List.copyOf(unblocked);
    }

    /** Looks at all threads of this process. */
    static SignalMasks examine(int signal) {
        List<KernelThread> threads = KernelThread.all();
        return new SignalMasks(
                threads.size(),
                threads.stream().filter(thread -> !thread.blocks(signal)).toList());
    }
}
