/**
 * QEMU's {@code AioContext} for Java: the public types of the library.
 *
 * <p>{@link dev.aiocontext.AioContext} is the loop; everything else here is what it takes or returns, plus two things
 * that stand alone: {@link dev.aiocontext.EventNotifier}, a descriptor that any thread can set, and {@link
 * dev.aiocontext.SigioLauncher}, which starts a program with SIGIO blocked in every thread.
 *
 * <p>The floors below live in {@code dev.aiocontext.internal}, which is not exported. They may use two leaf types of
 * this package, {@link dev.aiocontext.SyscallException} and {@link dev.aiocontext.RelayMode}, and nothing else of it.
 */
@NullMarked
package dev.aiocontext;

import org.jspecify.annotations.NullMarked;
