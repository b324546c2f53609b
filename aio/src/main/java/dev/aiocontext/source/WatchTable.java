package dev.aiocontext.source;

import dev.aiocontext.internal.posix.InotifyFd;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/**
 * The watches of an {@link Inotify} by the kernel's numbers, and which of them is told an event.
 *
 * <p><b>One inode, one number.</b> The kernel knows inodes, not paths. Two paths that lead to one inode share its number, and their watches
 * are the watches of one {@link Inode} here. The kernel's mask is what any of them has asked for; each watch is told what it asked for itself.
 * When one of them is closed the mask stays, because only a path could change it, and the path may lead elsewhere by now.
 *
 * <p><b>Numbers come again.</b> The kernel counts them up to 2^31 before it uses one again. Events of a watch that was closed may be in the queue
 * then, up to an IN_IGNORED, which ends them. So the number of a closed watch is remembered until that is read, and what comes before
 * it is dropped.
 *
 * <p><b>Threads.</b> {@link #route}: the home thread. Everything else: any. The monitor of this object guards everything; it is held while
 * the kernel adds a watch, so that no event of it is routed before the watch is in the table. No code of the user's is called under it.
 */
final class WatchTable {
    private static final int MASK_ADD = 0x2000_0000;
    private static final List<InotifyKind> KINDS = List.of(InotifyKind.values());

    private final InotifyFd fd;
    private final Map<Integer, Inode> inodes = new HashMap<>();

    /** How many watches ask for entries that come in. */
    private int arrivalsWanted;

    private boolean ended;

    WatchTable(InotifyFd fd) {
        this.fd = fd;
    }

    /** What the kernel watches by one number. */
    static final class Inode {
        final int wd;
        final List<InotifyWatch> watches = new ArrayList<>();

        /** How many watches had the number before, whose IN_IGNORED is still to come. */
        int former;

        Inode(int wd) {
            this.wd = wd;
        }
    }

    /**
     * Adds a watch, here and in the kernel.
     *
     * @throws IllegalStateException if the table has ended
     * @throws dev.aiocontext.SyscallException if the kernel refuses
     */
    synchronized void add(InotifyWatch watch, byte[] path) {
        if (ended) {
            throw new IllegalStateException("this Inotify is closed");
        }
        adopt(watch, fd.add(path, watch.path().toString(), watch.mask | MASK_ADD));
    }

    /** Adds a watch that the kernel has by a number. */
    synchronized void adopt(InotifyWatch watch, int wd) {
        Inode inode = inodes.computeIfAbsent(wd, Inode::new);
        inode.watches.add(watch);
        watch.inode = inode;
        arrivalsWanted += watch.wants(RawEvent.MOVED_TO) ? 1 : 0;
    }

    /** Removes a watch, here and in the kernel. Calling it again changes nothing. */
    synchronized void remove(InotifyWatch watch) {
        Inode inode = watch.inode;
        if (inode == null) {
            return;
        }
        leave(watch);
        inode.watches.remove(watch);
        if (inode.watches.isEmpty()) {
            inode.former++;
            fd.remove(inode.wd);
        }
    }

    private void leave(InotifyWatch watch) {
        watch.inode = null;
        arrivalsWanted -= watch.wants(RawEvent.MOVED_TO) ? 1 : 0;
    }

    /** Takes no more watches. */
    synchronized void end() {
        ended = true;
    }

    /** Whether a watch asks for entries that come in. */
    synchronized boolean awaitsArrivals() {
        return arrivalsWanted > 0;
    }

    /** Offers an event to the watches that are to be told. */
    synchronized void route(RawEvent event) {
        if (event.has(RawEvent.OVERFLOW)) {
            overflow();
            return;
        }
        Inode inode = inodes.get(event.wd);
        RawEvent second = event.second;
        if (second != null && (inode == null || inode.former > 0)) {
            route(second); // the watch of the first half is closed; the second half is news to another one
            return;
        }
        if (inode == null) {
            return; // an overflow has told that it has gone
        }
        if (inode.former > 0) {
            if (event.has(RawEvent.IGNORED) && --inode.former == 0 && inode.watches.isEmpty()) {
                inodes.remove(inode.wd);
            }
            return;
        }
        if (second != null) {
            routeMove(event, inode, second);
        } else {
            routePlain(event, inode);
        }
        if (event.has(RawEvent.IGNORED)) {
            gone(inode);
        }
    }

    private static void routePlain(RawEvent event, Inode inode) {
        for (InotifyKind kind : KINDS) {
            if (kind != InotifyKind.GONE && (event.mask & kind.bits) == kind.bits) {
                for (InotifyWatch watch : inode.watches) {
                    if (watch.wants(kind.bits)) {
                        watch.offer(new InotifyEvent(
                                kind, watch.path(), PathBytes.name(event.name), null, event.isDirectory()));
                    }
                }
            }
        }
    }

    private void routeMove(RawEvent first, Inode from, RawEvent second) {
        Inode to = inodes.get(second.wd);
        InotifyWatch source = wanting(from, RawEvent.MOVED_FROM);
        InotifyWatch target = to == null || to.former > 0 ? null : wanting(to, RawEvent.MOVED_TO);
        if (to == null || target == null) {
            routePlain(first, from);
        } else if (source == null) {
            routePlain(second, to);
        } else {
            for (InotifyWatch watch : from.watches) {
                if (watch.wants(from.wd == to.wd ? InotifyKind.MOVED.bits : RawEvent.MOVED_FROM)) {
                    offerMove(watch, watch, first, from.wd == to.wd ? watch : target, second);
                }
            }
            for (InotifyWatch watch : to.watches) {
                if (from.wd != to.wd && watch.wants(RawEvent.MOVED_TO)) {
                    offerMove(watch, source, first, watch, second);
                }
            }
        }
    }

    private static @Nullable InotifyWatch wanting(Inode inode, int bits) {
        for (InotifyWatch watch : inode.watches) {
            if (watch.wants(bits)) {
                return watch;
            }
        }
        return null;
    }

    private static void offerMove(
            InotifyWatch told, InotifyWatch source, RawEvent first, InotifyWatch target, RawEvent second) {
        told.offer(new InotifyEvent(
                InotifyKind.MOVED,
                target.path(),
                PathBytes.name(second.name),
                source.path().resolve(PathBytes.name(first.name)),
                first.isDirectory()));
    }

    /** Tells each watch that events were lost. The end of a watch may be among them, so the kernel is asked which there are. */
    synchronized void overflow() {
        Set<Integer> living = fd.living().orElse(Set.copyOf(inodes.keySet()));
        for (Inode inode : List.copyOf(inodes.values())) {
            offerAll(inode, InotifyKind.OVERFLOW);
            if (!living.contains(inode.wd)) {
                gone(inode);
            }
        }
    }

    private void gone(Inode inode) {
        offerAll(inode, InotifyKind.GONE);
        inode.watches.forEach(this::leave);
        inodes.remove(inode.wd);
    }

    private static void offerAll(Inode inode, InotifyKind kind) {
        for (InotifyWatch watch : inode.watches) {
            watch.offer(watch.about(kind));
        }
    }
}
