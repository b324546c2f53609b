package dev.aiocontext.source;

import java.nio.file.Path;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/** Something that has happened to a watched file or directory, or to an entry of a watched directory. */
public final class InotifyEvent {
    private final InotifyKind kind;
    private final Path path;
    private final Path name;
    private final @Nullable Path oldPath;
    private final boolean directory;

    /**
     * Creates an event.
     *
     * @param watched the watched path that the name is in
     * @param name the name of the entry, or an empty path for what is watched itself
     * @param oldPath where it was before; null if it was not moved, or nobody knows
     */
    InotifyEvent(InotifyKind kind, Path watched, Path name, @Nullable Path oldPath, boolean directory) {
        this.kind = kind;
        this.path = watched.resolve(name);
        this.name = name;
        this.oldPath = oldPath;
        this.directory = directory;
    }

    /** {@return what has happened} */
    public InotifyKind kind() {
        return kind;
    }

    /**
     * Tells the name of the entry in the watched directory. After a move it is the new one.
     *
     * @return the name; an empty path if the event is about the watched file or directory itself
     */
    public Path name() {
        return name;
    }

    /**
     * Tells where it happened: the path that is watched, with the name if there is one.
     *
     * @return the path; after a move, the new one
     */
    public Path path() {
        return path;
    }

    /** {@return the path before a move that both ends are known of ({@link InotifyKind#MOVED}); empty for every other event} */
    public Optional<Path> oldPath() {
        return Optional.ofNullable(oldPath);
    }

    /** {@return whether it happened to a directory} */
    public boolean isDirectory() {
        return directory;
    }

    /** {@return kind and path, for instance {@code MOVED /var/log/a to /var/log/b}} */
    @Override
    public String toString() {
        return kind + " " + (oldPath == null ? "" : oldPath + " to ") + path;
    }
}
