/**
 * An event loop over any Linux file descriptor, with a wake-up from any thread that is never lost. Start at
 * {@link dev.aiocontext.AioContext}.
 */
module dev.aiocontext {
    requires dev.aiocontext.bindings;
    // Not static: a module that nothing requires is not resolved, and jlink leaves it out, so the events would vanish
    // silently.
    requires jdk.jfr;
    // The JVM's own signal handlers (sun.misc.Signal), which nothing else offers. Not static for the same reason.
    requires jdk.unsupported;
    requires static org.jspecify;

    exports dev.aiocontext;
    exports dev.aiocontext.source;
}
