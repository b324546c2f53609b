/**
 * QEMU's {@code AioContext} for Java: the public types of the library.
 *
 * <p>{@link dev.aiocontext.AioContext} is the loop, and {@link dev.aiocontext.AioThread} a thread that runs one. A loop calls back
 * for {@linkplain dev.aiocontext.Source sources}. Two things stand alone: {@link dev.aiocontext.EventNotifier}, a descriptor that
 * any thread can set, and {@link dev.aiocontext.SignalLauncher}, which starts a program with signals blocked in every thread.
 *
 * <p>The package has words and doors. Words are interfaces, enums, values, exceptions and the {@link dev.aiocontext.VirtualClock} of
 * tests. They know each other and nothing else of the library. The floors below, in {@code dev.aiocontext.internal}, may use them.
 * Doors are the classes that check arguments and delegate to these floors: {@code AioContext}, {@code AioThread}, {@code AioThreadPool}, {@code AioStatistics}, {@code
 * SourceInfo}, {@code EmbeddedLoop}, {@code EventNotifier}, {@code SigioSource}, {@code SignalLauncher}. No floor below knows a door.
 */
@NullMarked
package dev.aiocontext;

import org.jspecify.annotations.NullMarked;
