package dev.aiocontext.internal.loop;

import dev.aiocontext.FdCallback;
import dev.aiocontext.Registration;
import dev.aiocontext.SyscallException;
import dev.aiocontext.internal.fdmon.FdEntry;
import dev.aiocontext.internal.fdmon.FdSet;
import dev.aiocontext.internal.posix.Descriptors;
import dev.aiocontext.internal.posix.Errno;
import org.jspecify.annotations.Nullable;

/**
 * The handlers of a context's descriptors: at most one to read and one to write for each.
 *
 * <p><b>Threads.</b> {@link #set}, {@link #removeAll} and {@link Registration#close}: any; the lock of the set orders them. {@link
 * #dispatch}: the home thread, without the lock. It reads a handler from a volatile slot right before it calls it, so a
 * handler that was removed before, also by the callback before it in the same walk, is not called.
 *
 * <p><b>Errors.</b> A StackOverflowError or an OutOfMemoryError may end a change at any step. The call that throws may or
 * may not have made its change; every other call works afterwards. The steps are in this order:
 * <ol>
 *   <li>What can be refused is asked, and what is needed is allocated, before anything changes.
 *   <li>{@link FdSet#begin} marks the set: the next wait repairs what an Error leaves half done.
 *   <li>A new descriptor has its handler before it enters the set. A handler that is replaced or added takes its slot after
 *       the set waits for it. A handler that is removed leaves its slot first, so it is not called any more.
 *   <li>{@link FdSet#end} takes the mark back.
 * </ol>
 * Slots are plain stores, and the lock is a monitor, whose release needs no Java call. A descriptor that is ready without a
 * handler to call is repaired when it is dispatched.
 */
public final class Registrations {
    /**
     * How often a descriptor is dispatched before it is verified: epoll may report a file that was closed, though a duplicate
     * of it lives on, by a number that is no longer open. One system call of 0.3 us in 1,024 dispatches costs nothing.
     */
    private static final int DISPATCHES_PER_CHECK = 1024;

    private final Object lock;
    private final FdSet descriptors;
    private final Callbacks callbacks;

    /** Guarded by the lock. */
    private boolean closed;

    private final Inbox inbox;
    private final Home home;

    Registrations(FdSet descriptors, Callbacks callbacks, Inbox inbox, Home home) {
        this.descriptors = descriptors;
        this.lock = descriptors.lock();
        this.callbacks = callbacks;
        this.inbox = inbox;
        this.home = home;
        // The call is linked here: the first registration may come where the stack ends.
        Descriptors.isPollable(0);
    }

    /** A descriptor with its handlers. Slots are written under the lock. */
    private static final class Descriptor extends FdEntry {
        volatile @Nullable Handler read;
        volatile @Nullable Handler write;

        /** The home thread's: up to the next check. */
        int dispatches;

        /** The home thread's: the callbacks that are being called. A nested poll passes them over, also if registered anew. */
        @Nullable
        FdCallback reading;

        @Nullable
        FdCallback writing;

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

        @Override
        protected int wanted() {
            return (read != null ? IN : 0) | (write != null ? OUT : 0);
        }
    }

    /** One of the two handlers. */
    private final class Handler implements Registration, Callbacks.Callback {
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

    /** A blocked poll(2) sees no change, and keeps the file of a removed descriptor open: have it called again. */
    private void wakeLoop() {
        if (!home.isCurrent()) {
            inbox.wakeupIfOpen();
        }
    }

    /**
     * Sets a handler, in place of the one there is.
     *
     * @param fd an open descriptor
     * @param reads whether it is the read handler or the write handler
     * @param callback what to call
     * @return the registration
     */
    public Registration set(int fd, boolean reads, FdCallback callback) {
        Handler handler;
        synchronized (lock) {
            if (closed) {
                throw inbox.closedException();
            }
            handler = put(fd, reads, callback);
        }
        wakeLoop();
        return handler;
    }

    private Handler put(int fd, boolean reads, FdCallback callback) {
        Descriptors.requirePollable(fd);
        FdEntry known = descriptors.get(fd);
        if ((known != null && !(known instanceof Descriptor)) || descriptors.isOwn(fd)) {
            throw new IllegalArgumentException("fd " + fd + " is the context's own");
        }
        Descriptor descriptor = known != null ? (Descriptor) known : new Descriptor(fd);
        Handler handler = new Handler(descriptor, reads, callback);
        int interest = descriptor.wanted() | (reads ? FdEntry.IN : FdEntry.OUT);
        boolean before = descriptors.begin();
        try {
            if (known == null) {
                descriptor.set(reads, handler);
                descriptors.put(descriptor, interest);
            } else {
                descriptors.update(descriptor, interest);
                descriptor.set(reads, handler);
            }
        } catch (SyscallException refused) {
            descriptors.end(before);
            throw refused;
        }
        descriptors.end(before);
        return handler;
    }

    /** Removes a handler, unless another has taken its place. */
    private void remove(Handler handler) {
        synchronized (lock) {
            if (!handler.active) {
                return;
            }
            Descriptor descriptor = handler.descriptor;
            boolean isOpen = Descriptors.isPollable(descriptor.fd());
            boolean before = descriptors.begin();
            descriptor.set(handler.reads, null);
            if (isOpen) {
                descriptors.follow(descriptor);
            } else {
                drop(descriptor);
            }
            descriptors.end(before);
        }
        wakeLoop();
    }

    /**
     * Removes both handlers.
     *
     * @param fd the descriptor
     * @return whether there was one
     */
    public boolean removeAll(int fd) {
        boolean removed = false;
        synchronized (lock) {
            if (descriptors.get(fd) instanceof Descriptor descriptor) {
                boolean before = descriptors.begin();
                removed = drop(descriptor);
                descriptors.end(before);
            }
        }
        wakeLoop();
        return removed;
    }

    /** Under the lock, in a change that has begun. */
    private boolean drop(Descriptor descriptor) {
        descriptor.set(true, null);
        descriptor.set(false, null);
        return descriptors.remove(descriptor);
    }

    /**
     * Calls the handlers of an entry that are due; says whether there was one. A handler that is running is passed over: a
     * nested poll does not enter it anew, and a later poll calls it if its descriptor is still ready.
     */
    boolean dispatch(FdEntry entry) {
        if (!(entry instanceof Descriptor descriptor)) {
            return false; // the doorbell or the relay: the context looks after them
        }
        int events = descriptor.takeEvents();
        if (events == 0) {
            return false; // a nested poll was first
        }
        if ((events & FdEntry.NVAL) != 0) {
            return dropClosed(descriptor);
        }
        if (++descriptor.dispatches % DISPATCHES_PER_CHECK == 0) {
            descriptors.verify(descriptor);
        }
        Handler read = descriptor.read;
        Handler write = descriptor.write;
        int forReader = events & (FdEntry.IN | FdEntry.HUP | FdEntry.ERR);
        // A descriptor with a write handler alone tells it of a hang-up too: nothing takes that off the kernel's list
        // of events.
        int forWriter = events & (FdEntry.OUT | FdEntry.ERR | (read == null ? FdEntry.HUP : 0));
        if ((forReader == 0 || read == null) && (forWriter == 0 || write == null)) {
            descriptors.repair(descriptor);
            return false;
        }
        boolean progress = false;
        if (forReader != 0) {
            descriptor.setEvents(forWriter); // a nested poll that calls the writer takes them
            progress = call(read);
            forWriter &= descriptor.takeEvents();
        }
        if (forWriter != 0) {
            progress |= call(descriptor.write);
        }
        return progress;
    }

    @SuppressWarnings("ReferenceEquality") // the very same callback
    private boolean call(@Nullable Handler handler) {
        if (handler == null) {
            return false;
        }
        Descriptor descriptor = handler.descriptor;
        @Nullable FdCallback before = handler.reads ? descriptor.reading : descriptor.writing;
        if (before == handler.callback) {
            return false;
        }
        setRunning(handler, handler.callback);
        try {
            callbacks.call(handler);
        } finally {
            // Stores only: an Error must not leave the callback passed over for ever.
            if (handler.reads) {
                descriptor.reading = before;
            } else {
                descriptor.writing = before;
            }
        }
        return true;
    }

    private static void setRunning(Handler handler, FdCallback callback) {
        if (handler.reads) {
            handler.descriptor.reading = callback;
        } else {
            handler.descriptor.writing = callback;
        }
    }

    /** A number with handlers was closed, or stands for a file that can never be polled by now. */
    private boolean dropClosed(Descriptor descriptor) {
        boolean dropped = false;
        synchronized (lock) {
            // Unless the number stands for another file by now, whose handlers these are.
            if (!Descriptors.isPollable(descriptor.fd()) || descriptors.isOwn(descriptor.fd())) {
                boolean before = descriptors.begin();
                dropped = drop(descriptor);
                descriptors.end(before);
            } else {
                descriptors.verify(descriptor);
            }
        }
        if (dropped) {
            callbacks.report(Errno.exception("poll", Errno.EBADF, descriptor.fd()));
        }
        return dropped;
    }

    /** Forgets all handlers. The descriptors stay open: they are their owners'. */
    void close() {
        synchronized (lock) {
            closed = true;
            descriptors.forEach(entry -> {
                if (entry instanceof Descriptor descriptor) {
                    descriptor.set(true, null);
                    descriptor.set(false, null);
                }
            });
        }
        descriptors.close();
    }
}
