package dev.aiocontext.stress;

/** The Error of a thread that stops in the middle of a call: such as a StackOverflowError, but at a step that a test chooses. */
final class Stop extends Error {
    private static final long serialVersionUID = 1;

    Stop() {
        super("a thread stops here", null, false, false);
    }
}
