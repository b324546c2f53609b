/**
 * Ready-made sources, built on the public API of {@code dev.aiocontext} and on the kernel objects of the library alone.
 *
 * <ul>
 *   <li>{@link dev.aiocontext.source.Inotify}: what happens to files and directories.
 *   <li>{@link dev.aiocontext.source.ChildExit}: the end of a process.
 *   <li>{@link dev.aiocontext.source.Notifications}: a descriptor that native code or the kernel sets.
 *   <li>{@link dev.aiocontext.source.Signals}: signals of the process.
 * </ul>
 */
@NullMarked
package dev.aiocontext.source;

import org.jspecify.annotations.NullMarked;
