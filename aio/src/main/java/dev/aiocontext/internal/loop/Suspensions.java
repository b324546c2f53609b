package dev.aiocontext.internal.loop;

import dev.aiocontext.Source;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/**
 * Decides which sources of a loop are suspended: those whose owners have suspended them, those whose handlers have failed, and those that
 * are in a group that is suspended. To hold a source and to let it go is the business of the source. It wakes the loop as it
 * always does, so a group has no announcement of its own.
 *
 * <p><b>Threads.</b> Any. The monitor of this object guards everything, and the order of two calls is the order in which they get
 * it. It is held while sources are held and let go, and comes before the lock of the set of descriptors. Closing a source takes it
 * only if there has been a group. A thread that adds a source to a group says so before it looks whether the source is open. A
 * thread that closes one looks afterwards.
 *
 * <p><b>Errors.</b> What is wanted is written first, and each source is brought to it then. A call that ends in an Error, or in
 * what a system call says, may have left sources as they were. The next call that suspends or resumes the group, or the source, brings
 * them to what is wanted.
 */
final class Suspensions {
    private final Map<LoopSource, Member> members = new HashMap<>(4);
    private volatile boolean grouped;

    /** What is known of a source that is in groups. */
    private static final class Member {
        final List<Group> groups = new ArrayList<>(1);

        /** It is to be suspended whatever its groups are. */
        boolean wished;

        boolean isHeld() {
            for (Group group : groups) {
                if (group.suspensions > 0) {
                    return true;
                }
            }
            return wished;
        }
    }

    /** A group, all of which the monitor of the suspensions guards. */
    static class Group {
        final Set<LoopSource> sources = new LinkedHashSet<>();
        int suspensions;
    }

    synchronized void suspend(LoopSource source) {
        source.requireOpen();
        Member member = members.get(source);
        if (member != null) {
            member.wished = true;
        }
        source.hold();
    }

    synchronized void resume(LoopSource source) {
        source.requireOpen();
        Member member = members.get(source);
        if (member != null) {
            member.wished = false;
        }
        if (member == null || !member.isHeld()) {
            source.letGo();
        }
    }

    /** Notes that a source suspends itself, because its callback has failed. */
    synchronized void noteFailed(LoopSource source) {
        Member member = members.get(source);
        if (member != null) {
            member.wished = true;
        }
    }

    void add(Group group, LoopSource source) {
        grouped = true;
        synchronized (this) {
            source.requireOpen();
            Member member = members.get(source);
            if (member == null) {
                member = new Member();
                member.wished = source.isSuspended();
                members.put(source, member);
            }
            if (group.sources.add(source)) {
                member.groups.add(group);
            }
            if (group.suspensions > 0) {
                source.hold();
            }
        }
    }

    synchronized void remove(Group group, LoopSource source) {
        Member member = members.get(source);
        if (member != null && group.sources.remove(source)) {
            member.groups.remove(group);
            if (member.groups.isEmpty()) {
                members.remove(source);
            }
            if (!member.isHeld() && source.isOpen()) {
                source.letGo();
            }
        }
    }

    /** Says whether something else than a group suspends a source. */
    synchronized boolean isHeldBeside(Group group, LoopSource source) {
        Member member = members.get(source);
        if (member == null) {
            return false;
        }
        boolean held = member.wished;
        for (Group other : member.groups) {
            held |= !other.equals(group) && other.suspensions > 0;
        }
        return held;
    }

    /** Takes a source that is closed out of its groups. */
    void leave(LoopSource source) {
        if (grouped) {
            forget(source);
        }
    }

    private synchronized void forget(LoopSource source) {
        Member member = members.remove(source);
        if (member != null) {
            for (Group group : member.groups) {
                group.sources.remove(source);
            }
        }
    }

    synchronized void suspend(Group group) {
        group.suspensions++;
        settle(group);
    }

    synchronized void resume(Group group) {
        if (group.suspensions == 0) {
            throw new IllegalStateException(group + " is not suspended: each resume() undoes one suspend()");
        }
        group.suspensions--;
        settle(group);
    }

    /** Brings each source of a group to what is wanted. One that cannot be changed does not keep the others from it. */
    private void settle(Group group) {
        RuntimeException failure = null;
        for (LoopSource source : group.sources) {
            try {
                settle(source);
            } catch (RuntimeException refused) {
                if (source.isOpen()) {
                    failure = first(failure, refused);
                }
            }
        }
        if (failure != null) {
            throw failure;
        }
    }

    private void settle(LoopSource source) {
        Member member = members.get(source);
        if (member != null && !member.isHeld()) {
            source.letGo();
        } else {
            source.hold();
        }
    }

    @SuppressWarnings("ReferenceEquality") // two sources may throw the very same exception
    private static RuntimeException first(@Nullable RuntimeException before, RuntimeException next) {
        if (before == null) {
            return next;
        }
        if (before != next) {
            before.addSuppressed(next);
        }
        return before;
    }

    synchronized boolean isSuspended(Group group) {
        return group.suspensions > 0;
    }

    synchronized List<Source> sources(Group group) {
        return List.copyOf(group.sources);
    }
}
