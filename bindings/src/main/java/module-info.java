/**
 * The functions, structs and constants of the Linux C library and kernel that aiocontext uses, as jextract generates
 * them. Not an API: only {@code dev.aiocontext} may use it.
 *
 * <p>What differs between the targets, {@code struct epoll_event} above all, is in a package for each of them.
 */
module dev.aiocontext.bindings {
    exports dev.aiocontext.bindings.linux to
            dev.aiocontext;
    exports dev.aiocontext.bindings.linux.aarch64 to
            dev.aiocontext;
    exports dev.aiocontext.bindings.linux.x86_64 to
            dev.aiocontext;
}
