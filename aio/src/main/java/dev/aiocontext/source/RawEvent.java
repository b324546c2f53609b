package dev.aiocontext.source;

import org.jspecify.annotations.Nullable;

/** An event as the kernel tells it, and the other half of it if it is a move. The home thread's. */
final class RawEvent {
    /** IN_*: what {@link WatchTable} and {@link MovePairs} treat apart. */
    static final int MOVED_FROM = InotifyKind.MOVED_FROM.bits;

    static final int MOVED_TO = InotifyKind.MOVED_TO.bits;
    static final int IGNORED = InotifyKind.GONE.bits;
    static final int OVERFLOW = InotifyKind.OVERFLOW.bits;
    private static final int IS_DIRECTORY = 0x4000_0000;

    final int wd;
    final int mask;
    final int cookie;
    final byte[] name;

    /** The read that brought it. */
    long read;

    /** Of a first half: whether the second half may still come, and that half once it has. */
    boolean awaitsSecond;

    @Nullable
    RawEvent second;

    RawEvent(int wd, int mask, int cookie, byte[] name) {
        this.wd = wd;
        this.mask = mask;
        this.cookie = cookie;
        this.name = name;
    }

    boolean has(int bits) {
        return (mask & bits) != 0;
    }

    boolean isDirectory() {
        return has(IS_DIRECTORY);
    }
}
