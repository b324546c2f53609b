package dev.aiocontext.source;

import dev.aiocontext.AioContext;
import dev.aiocontext.EventNotifier;
import dev.aiocontext.FdEvents;
import dev.aiocontext.FdSource;
import dev.aiocontext.Task;
import java.util.Objects;

/**
 * Makes an {@link EventNotifier} a source of a context: QEMU's {@code aio_set_event_notifier}. Whatever sets the notifier has the
 * loop call a handler. A thread sets it by {@link EventNotifier#set}, and native code by a write to {@link EventNotifier#writeFd}.
 * The kernel sets it if the number was given to it (KVM's ioeventfd and irqfd, VFIO, io_uring).
 */
public final class Notifications {
    private Notifications() {}

    /**
     * Calls a handler when a notifier is set. The notifier is cleared first, so a set that comes while the handler runs has it called
     * again. Sets that come before that are one. A handler that throws is suspended, as each source of a descriptor.
     *
     * @param context the context; any thread may call this
     * @param name a name, for messages
     * @param notifier the notifier, to be closed after the source
     * @param handler what to call, on the loop
     * @return the source, to be closed
     * @throws IllegalStateException if the context is closed
     */
    public static FdSource on(AioContext context, String name, EventNotifier notifier, Task handler) {
        Objects.requireNonNull(context, "context");
        Objects.requireNonNull(name, "name");
        Objects.requireNonNull(notifier, "notifier");
        Objects.requireNonNull(handler, "handler");
        return context.watch(name, notifier.fd(), FdEvents.READ, (source, events) -> {
            if (notifier.testAndClear()) {
                handler.run();
            }
        });
    }
}
