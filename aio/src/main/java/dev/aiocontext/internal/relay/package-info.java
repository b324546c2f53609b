/**
 * Floor 4: the SIGIO relay, the second chain beside the doorbell, with its modes and its architecture gate. Knows floors 1 and 2.
 *
 * <p>A relayed request goes from a notifier to the loop in seven steps, which {@link dev.aiocontext.internal.relay.RelayChannel}
 * lists. Each class has one job, and mostly one kind of thread in it:
 *
 * <ul>
 *   <li>Openers and closers, under one lock: {@code SigioRelay} (the channels there are), {@code ProcessMode} (what is refused), the
 *       start and the end in {@code RelayThread}.
 *   <li>Notifiers: {@code RelayChannel.ring}, {@code RelayRequests.post}, {@code SigioSender}.
 *   <li>The relay thread: {@code RelayThread.run}, {@code RelayRound}, {@code Deferrals}, {@code RelayChannel.deliver}.
 *   <li>Notifiers against the relay thread: {@code Parking}.
 *   <li>The relay thread to the home thread: {@code RecordPipe}, {@code SignalRecord}.
 * </ul>
 */
@NullMarked
package dev.aiocontext.internal.relay;

import org.jspecify.annotations.NullMarked;
