package dev.aiocontext;

import dev.aiocontext.internal.fdmon.FdEntry;
import dev.aiocontext.internal.fdmon.FdSet;
import dev.aiocontext.internal.posix.Descriptors;
import dev.aiocontext.internal.posix.Errno;
import java.util.concurrent.locks.ReentrantLock;
import org.jspecify.annotations.Nullable;

/**
 * The handlers of a context's descriptors: at most one to read and one to write for each.
 *
 * <p><b>Threads.</b> {@link #set}, {@link #removeAll} and {@link Registration#close}: any; one lock orders them. {@link #dispatch}: the
 * home thread, without the lock: it reads a handler from a volatile slot right before it calls it, so a handler that was
 * removed before, also by the callback before it in the same walk, is not called.
 */
final class Registrations {
    private final ReentrantLock lock = new ReentrantLock();
    private final FdSet descriptors;
    private final UserCode userCode;

    /** Guarded by the lock. */
    private boolean closed;

    /** Called after each change, without the lock. */
    private final Runnable changed;

    Registrations(FdSet descriptors, UserCode userCode, Runnable changed) {
        this.descriptors = descriptors;
        this.userCode = userCode;
        this.changed = changed;
    }

    /** A descriptor with its handlers. Slots are written under the lock. */
    private static final class Descriptor extends FdEntry {
        volatile @Nullable Handler read;
        volatile @Nullable Handler write;

        Descriptor(int fd) {
            super(fd);
        }

        void set(boolean reads, @Nullable Handler handler) {
            Handler old = reads ? read : write;
            if (reads) {
                read = handler;
            } else {
                write = handler;
            }
            if (old != null) {
                old.active = false;
            }
        }

        int interest() {
            return (read != null ? IN : 0) | (write != null ? OUT : 0);
        }
    }

    /** One of the two handlers. */
    private final class Handler implements Registration, UserCode.Callback {
        final Descriptor descriptor;
        final boolean reads;
        final FdCallback callback;
        volatile boolean active = true;

        Handler(Descriptor descriptor, boolean reads, FdCallback callback) {
            this.descriptor = descriptor;
            this.reads = reads;
            this.callback = callback;
        }

        @Override
        public int fd() {
            return descriptor.fd();
        }

        @Override
        public boolean isActive() {
            return active;
        }

        @Override
        public void close() {
            remove(this);
        }

        @Override
        public void call() throws Exception {
            callback.ready(fd());
        }

        @Override
        public String describe() {
            return (reads ? "read" : "write") + " handler of fd " + fd();
        }
    }

    /** Sets a handler, in place of the one there is. */
    Registration set(int fd, boolean reads, FdCallback callback) {
        Handler handler;
        lock.lock();
        try {
            if (closed) {
                throw AioContext.closedException();
            }
            handler = put(fd, reads, callback);
        } finally {
            lock.unlock();
        }
        changed.run();
        return handler;
    }

    private Handler put(int fd, boolean reads, FdCallback callback) {
        Descriptors.requireOpen(fd);
        FdEntry known = descriptors.get(fd);
        if (known != null && !(known instanceof Descriptor)) {
            throw new IllegalArgumentException("fd " + fd + " is the context's own");
        }
        Descriptor descriptor = known != null ? (Descriptor) known : new Descriptor(fd);
        Handler handler = new Handler(descriptor, reads, callback);
        int interest = descriptor.interest() | (reads ? FdEntry.IN : FdEntry.OUT);
        if (known == null) {
            descriptors.put(descriptor, interest);
        } else {
            descriptors.update(descriptor, interest);
        }
        descriptor.set(reads, handler);
        return handler;
    }

    /** Removes a handler, unless another has taken its place. */
    private void remove(Handler handler) {
        lock.lock();
        try {
            if (!handler.active) {
                return;
            }
            Descriptor descriptor = handler.descriptor;
            descriptor.set(handler.reads, null);
            if (descriptor.interest() == 0 || !Descriptors.isOpen(descriptor.fd())) {
                drop(descriptor);
            } else {
                descriptors.update(descriptor, descriptor.interest());
            }
        } finally {
            lock.unlock();
        }
        changed.run();
    }

    /** Removes both handlers; says whether there was one. */
    boolean removeAll(int fd) {
        boolean removed;
        lock.lock();
        try {
            removed = descriptors.get(fd) instanceof Descriptor descriptor && drop(descriptor);
        } finally {
            lock.unlock();
        }
        changed.run();
        return removed;
    }

    private boolean drop(Descriptor descriptor) {
        descriptor.set(true, null);
        descriptor.set(false, null);
        return descriptors.remove(descriptor);
    }

    /** Calls the handlers of an entry that are due; says whether there was one. */
    boolean dispatch(FdEntry entry) {
        if (!(entry instanceof Descriptor descriptor)) {
            return false; // the doorbell or the relay: the context looks after them
        }
        int events = descriptor.takeEvents();
        if ((events & FdEntry.NVAL) != 0) {
            return dropClosed(descriptor);
        }
        boolean progress = false;
        if ((events & (FdEntry.IN | FdEntry.HUP | FdEntry.ERR)) != 0) {
            progress = call(descriptor.read);
        }
        // Who only writes must hear of a hang-up too: nobody can take it off the kernel's list of events.
        int forWriter = FdEntry.OUT | FdEntry.ERR | (descriptor.read == null ? FdEntry.HUP : 0);
        if ((events & forWriter) != 0) {
            progress |= call(descriptor.write);
        }
        return progress;
    }

    private boolean call(@Nullable Handler handler) {
        if (handler == null) {
            return false;
        }
        userCode.call(handler);
        return true;
    }

    /** Somebody closed the descriptor without removing its handlers first. */
    private boolean dropClosed(Descriptor descriptor) {
        boolean dropped;
        lock.lock();
        try {
            // Unless the number stands for another file by now, whose handlers these are.
            dropped = !Descriptors.isOpen(descriptor.fd()) && drop(descriptor);
        } finally {
            lock.unlock();
        }
        if (dropped) {
            userCode.report(Errno.exception("poll", Errno.EBADF, descriptor.fd()));
        }
        return dropped;
    }

    /** Forgets all handlers. The descriptors stay open: they are their owners'. */
    void close() {
        lock.lock();
        try {
            closed = true;
            descriptors.forEach(entry -> {
                if (entry instanceof Descriptor descriptor) {
                    descriptor.set(true, null);
                    descriptor.set(false, null);
                }
            });
        } finally {
            lock.unlock();
        }
        descriptors.close();
    }
}
