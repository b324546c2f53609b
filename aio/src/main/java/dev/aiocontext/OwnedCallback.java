package dev.aiocontext;

/**
 * A callback that says which source it belongs to. A source that you build out of those of a context, a descriptor and a timer say, makes
 * itself known by it. The callback that it gives to {@link AioContext#newBottomHalf}, {@link AioContext#watch}, {@link AioContext#newTimer}
 * or {@link AioContext#newHook} implements this too.
 *
 * <p>The {@link ExceptionHandler}, the log, and the warning about sources that nobody has closed then name the owner, and not the part
 * that a user never sees. {@link SourceInfo#owner} and the events of the flight recorder tell both apart.
 */
public interface OwnedCallback {
    /**
     * Tells the source that the callback belongs to.
     *
     * @return the source. Any thread may ask, also more than once
     */
    Source owner();
}
