package dev.aiocontext.source;

/**
 * What an {@link InotifyEvent} tells. The names are those of inotify(7), without {@code IN_}; {@link #MOVED}, {@link #OVERFLOW} and
 * {@link #GONE} are for what the kernel tells in another form.
 */
public enum InotifyKind {
    /** A file was read or executed (IN_ACCESS). */
    ACCESS(0x1),
    /** A file was written to or truncated (IN_MODIFY). */
    MODIFY(0x2),
    /** Permissions, times, owner, extended attributes or the number of links changed (IN_ATTRIB). */
    ATTRIB(0x4),
    /** A file that was open for writing was closed (IN_CLOSE_WRITE). */
    CLOSE_WRITE(0x8),
    /** A file or directory that was not open for writing was closed (IN_CLOSE_NOWRITE). */
    CLOSE_NOWRITE(0x10),
    /** A file or directory was opened (IN_OPEN). */
    OPEN(0x20),
    /** An entry left the watched directory, to a place that no watch of this {@link Inotify} tells (IN_MOVED_FROM). */
    MOVED_FROM(0x40),
    /** An entry came into the watched directory, from a place that no watch of this {@link Inotify} tells (IN_MOVED_TO). */
    MOVED_TO(0x80),
    /**
     * An entry was moved or renamed, and both places are known. It is told in place of {@link #MOVED_FROM} and {@link #MOVED_TO}, also
     * to a watch that asked for one of these. To ask for it is to ask for both.
     */
    MOVED(0xc0),
    /** An entry was made in the watched directory (IN_CREATE). */
    CREATE(0x100),
    /** An entry of the watched directory was deleted (IN_DELETE). */
    DELETE(0x200),
    /** The watched file or directory itself was deleted (IN_DELETE_SELF). {@link #GONE} follows. */
    DELETE_SELF(0x400),
    /** The watched file or directory itself was moved (IN_MOVE_SELF). The watch goes on, and its paths are out of date. */
    MOVE_SELF(0x800),
    /** The file system was unmounted (IN_UNMOUNT). It is always told. {@link #GONE} follows. */
    UNMOUNT(0x2000),
    /** Events were lost, because a queue was full (IN_Q_OVERFLOW). It is always told, to each watch. Look at the files anew. */
    OVERFLOW(0x4000),
    /**
     * The last event of a watch whose file or directory has gone (IN_IGNORED). It is always told. The watch is closed after its handler
     * has returned.
     */
    GONE(0x8000);

    /** IN_*, one bit of the mask; two for {@link #MOVED}. */
    final int bits;

    InotifyKind(int bits) {
        this.bits = bits;
    }
}
