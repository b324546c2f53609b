package dev.aiocontext;

/**
 * Keeps bottom halves that share it from running within each other: QEMU's {@code MemReentrancyGuard}. Made by {@link
 * AioContext#newGuard}, and given to {@link AioContext#newBottomHalf(String, ReentrancyGuard, Task)}.
 *
 * <p>A callback that polls may have another bottom half run within it, or itself once more. If both have the same guard, the inner one does
 * not run. The exception handler gets an {@link IllegalStateException} that names both, with the inner one as the source. The inner one
 * stays scheduled and runs in an iteration after the outer one has ended: QEMU only warns, and we lose no scheduling. Until then it can be
 * cancelled. The nested poll counts as progress, and later ones may sleep. So a callback must not wait for a bottom half of its own guard.
 */
public interface ReentrancyGuard {
    /**
     * The name that messages give the guard.
     *
     * @return the name
     */
    String name();
}
