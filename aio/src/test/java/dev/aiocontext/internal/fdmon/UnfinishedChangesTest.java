package dev.aiocontext.internal.fdmon;

import static org.assertj.core.api.Assertions.assertThat;

import dev.aiocontext.EventNotifier;
import dev.aiocontext.MonitorMode;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/** A change that an Error cut short, so that what is waited for is not what is wanted: the next wait makes it whole. */
class UnfinishedChangesTest {
    private final EventNotifier notifier = EventNotifier.open(); // writable always, readable when set
    private final ReadyList ready = new ReadyList();

    private static class Wanting extends FdEntry {
        int wanted;

        Wanting(int fd, int wanted) {
            super(fd);
            this.wanted = wanted;
        }

        @Override
        protected int wanted() {
            return wanted;
        }
    }

    @AfterEach
    void close() {
        notifier.close();
    }

    private FdSet set(MonitorMode monitor, Wanting entry, int interest) {
        FdSet set = new FdSet(monitor);
        synchronized (set.lock()) {
            boolean before = set.begin();
            set.put(entry, interest);
            set.end(before);
        }
        return set;
    }

    private int await(FdSet set) {
        ready.clear();
        set.await(0, ready);
        return ready.size() == 0 ? 0 : ready.get(0).takeEvents();
    }

    @ParameterizedTest
    @EnumSource
    void whatIsWantedNoMoreIsNotWaitedFor(MonitorMode monitor) {
        Wanting entry = new Wanting(notifier.fd(), FdEntry.IN);
        FdSet set = set(monitor, entry, FdEntry.IN | FdEntry.OUT);
        assertThat(await(set)).isEqualTo(FdEntry.OUT); // no change is under way
        synchronized (set.lock()) {
            set.begin();
        }
        assertThat(await(set)).isZero();
        notifier.set();
        assertThat(await(set)).isEqualTo(FdEntry.IN);
        set.close();
    }

    @ParameterizedTest
    @EnumSource
    void whatIsWantedIsWaitedFor(MonitorMode monitor) {
        Wanting entry = new Wanting(notifier.fd(), FdEntry.IN | FdEntry.OUT);
        FdSet set = set(monitor, entry, FdEntry.IN);
        synchronized (set.lock()) {
            set.begin();
        }
        assertThat(await(set)).isEqualTo(FdEntry.OUT);
        set.close();
    }

    @ParameterizedTest
    @EnumSource
    void anEntryThatWantsNothingLeavesTheSet(MonitorMode monitor) {
        notifier.set();
        Wanting entry = new Wanting(notifier.fd(), FdEntry.GONE);
        FdSet set = set(monitor, entry, FdEntry.IN);
        synchronized (set.lock()) {
            set.begin();
        }
        assertThat(await(set)).isZero();
        assertThat(set.size()).isZero();
        assertThat(set.get(notifier.fd())).isNull();
        set.close();
    }

    @ParameterizedTest
    @EnumSource
    void aReadyEntryThatNobodyHandlesIsRepairedByItself(MonitorMode monitor) {
        notifier.set();
        Wanting entry = new Wanting(notifier.fd(), FdEntry.GONE);
        FdSet set = set(monitor, entry, FdEntry.IN);
        assertThat(await(set)).isEqualTo(FdEntry.IN);
        set.repair(entry);
        assertThat(await(set)).isZero();
        assertThat(set.size()).isZero();
        set.repair(entry); // it was removed meanwhile
        set.close();
    }

    @ParameterizedTest
    @EnumSource
    void aRepairThatFailsIsMadeByALaterWait(MonitorMode monitor) {
        notifier.set();
        Wanting entry = new Wanting(notifier.fd(), FdEntry.IN) {
            boolean failed;

            @Override
            protected int wanted() {
                if (!failed) {
                    failed = true;
                    throw new StackOverflowError("on purpose");
                }
                return GONE;
            }
        };
        FdSet set = set(monitor, entry, FdEntry.IN);
        synchronized (set.lock()) {
            set.begin();
        }
        try {
            assertThat(await(set)).as("not reached").isNegative();
        } catch (StackOverflowError expected) {
            assertThat(expected).hasMessage("on purpose");
        }
        assertThat(await(set)).isZero();
        assertThat(set.size()).isZero();
        set.close();
    }
}
