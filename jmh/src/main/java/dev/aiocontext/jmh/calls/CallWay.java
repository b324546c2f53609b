package dev.aiocontext.jmh.calls;

/** A way to make system calls. One thread. */
@FunctionalInterface
public interface CallWay {
    /** The ways. */
    enum Way {
        /** The library's own: FFM, with errno captured. */
        AIO_FFM_ERRNO,
        /** FFM without errno: what jextract emits. */
        FFM,
        /** JNA, directly mapped, as its documentation advises for speed. */
        JNA,
        /** jnr-posix where it has the call, else jnr-ffi, which it is made of. */
        JNR_POSIX,
        /** JNI, with the address of memory as a long. */
        JNI,
        /** A loop in C. */
        C_LOOP
    }

    /**
     * Makes a call so many times.
     *
     * @param call which
     * @param times how often
     */
    void repeat(Call call, int times);

    /**
     * A way.
     *
     * @param way which
     * @param fixture what the calls work on
     * @return the calls
     */
    static CallWay open(Way way, Fixture fixture) {
        return switch (way) {
            case AIO_FFM_ERRNO -> new LibraryCalls(fixture);
            case FFM -> new FfmCalls(fixture);
            case JNA -> new JnaCalls(fixture);
            case JNR_POSIX -> new JnrCalls(fixture);
            case JNI -> new JniCalls(fixture);
            case C_LOOP -> new CCalls(fixture);
        };
    }
}
