package dev.aiocontext.internal.doctor;

import java.io.PrintStream;
import java.util.concurrent.TimeUnit;

/**
 * One line on a terminal that says what the doctor is at, and how long that will still take. It is drawn by a thread of its
 * own, seldom, so that measuring has the processors.
 */
final class TerminalProgress implements Progress {
    private static final String ERASE_LINE = "\r\033[K";
    private static final long REDRAW_MILLIS = 500;

    private final PrintStream terminal;
    private final long end;
    private String what = "";
    private boolean closed;

    TerminalProgress(PrintStream terminal, int seconds) {
        this.terminal = terminal;
        end = System.nanoTime() + TimeUnit.SECONDS.toNanos(seconds);
    }

    @Override
    public synchronized void step(String next) {
        if (what.isEmpty()) { // not before: the machine's threads are looked at first
            Thread.ofPlatform().name("doctor-progress").daemon().start(this::paint);
        }
        what = next;
        draw();
    }

    private synchronized void paint() {
        try {
            while (!closed) {
                draw();
                wait(REDRAW_MILLIS);
            }
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt(); // nobody does; the line just stays as it is
        }
    }

    private synchronized void draw() {
        if (!closed) {
            long left = Math.max(0, TimeUnit.NANOSECONDS.toSeconds(end - System.nanoTime()));
            terminal.print(ERASE_LINE + "measuring: " + what + " (about " + left + " s left)");
            terminal.flush();
        }
    }

    @Override
    public synchronized void close() {
        closed = true;
        notifyAll();
        terminal.print(ERASE_LINE);
        terminal.flush();
    }
}
