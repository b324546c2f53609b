package dev.aiocontext.internal.loop;

import jdk.jfr.Category;
import jdk.jfr.Description;
import jdk.jfr.Event;
import jdk.jfr.Label;
import jdk.jfr.Name;
import jdk.jfr.StackTrace;
import jdk.jfr.Threshold;
import org.jspecify.annotations.Nullable;

/** A callback that kept the loop for long. Only code that has asked for the flight recorder may load this class. */
@Name("dev.aiocontext.SlowCallback")
@Label("Slow callback")
@Description("A callback kept its loop from everything else for longer than the threshold")
@Category({"aiocontext"})
@Threshold("10 ms")
@StackTrace(false)
final class SlowCallbackEvent extends Event {
    @Label("Context")
    @Nullable
    String context;

    @Label("Callback")
    @Nullable
    String callback;
}
