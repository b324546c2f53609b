package dev.aiocontext.testkit;

import dev.aiocontext.AioContext;
import dev.aiocontext.EventNotifier;
import java.util.ArrayList;
import java.util.List;

/** Keeps what a test opens, and closes it in reverse order. One thread. */
public final class Opened implements AutoCloseable {
    private final List<AutoCloseable> resources = new ArrayList<>();

    /** Keeps a resource, and returns it. */
    public <T extends AutoCloseable> T add(T resource) {
        resources.add(resource);
        return resource;
    }

    /** Opens a context. */
    public AioContext context(AioContext.Builder builder) {
        return add(builder.open());
    }

    /** Opens a notifier. */
    public EventNotifier notifier() {
        return add(EventNotifier.open());
    }

    @Override
    public void close() {
        for (AutoCloseable resource : resources.reversed()) {
            try {
                resource.close();
            } catch (Exception e) {
                throw new AssertionError("cannot close " + resource, e);
            }
        }
    }
}
