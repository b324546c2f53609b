/*
 * The SIGIO relay: RelayChannel.java, RelayRequests.java, SigioSender.java, RelayRound.java, RelayThread.java and
 * SigioRelay.java. CHANNELS contexts, one or two, share the relay thread. One has RINGS notifiers, each for an arming of its
 * own; two have one each. A home thread may close its context at any time, or never; the last to close ends the relay thread.
 * Signals coalesce: one is pending, or none is. The queue of requests is a set here, workqueue.pml has the real one. Names are
 * those of the Java code.
 *
 *   STOPS                (no bug) a ring may stop between any two steps, by an Error; it leaves what it has entered
 *   SIGNAL_BEFORE_PUSH   the notifier signals, then puts the channel into the queue
 *   MARK_BEFORE_PUSH     it sets the channel's mark, then puts it into the queue
 *   WANTED_FIRST         the relay thread takes "wanted" before it counts the channel as taken
 *   WANTED_IN_TWO_STEPS  it takes "wanted" by a load and a store
 *   NO_SIGNAL_IF_QUEUED  (no bug) a notifier whose channel is in the queue already does not signal
 *   NO_USERS             (no bug) notifiers signal without a slot of the relay's own: their channel's is enough
 *   NO_LAST_SIGNAL       the relay thread does not wait for the last signal before it ends
 *   NO_DISCARD           it leaves pending signals pending
 *   NUMBER_BEFORE_BLOCK  it tells its number before it blocks the signal
 *   ENDING_AFTER_SIGNAL  it is told to end after the last signal is sent; what a store that comes late would do
 *   FOREIGN_IF_ALONE     a signal from outside is passed on only if no channel is in the queue
 *   FOREIGN_IF_NOT_QUEUED   it is not passed on to a channel that was in the queue, though its entry was one too many
 *   PROCESS              (no bug) mode PROCESS: the signal is the process's, which no other thread takes
 *   FOREIGN              (no bug) somebody else sends SIGIO to the process, which every thread blocks, twice; the first
 *                        context handles SIGIO itself
 *   NO_CLOSE             (no bug) nobody closes
 *   CLOSED_BEFORE_SLOT, SLOTS_BEFORE_CLOSED, NO_WAIT, LEAVE_FAILS   as in close.pml
 *
 * There is no store buffer here. close.pml has the slots under delayed stores, and bottom_half.pml the mark. The kernel's
 * locks see to it that a thread that takes a signal sees what was stored before it was sent.
 */
#ifndef CHANNELS
#define CHANNELS 1
#endif
#ifndef RINGS
#define RINGS 2
#endif

#define LAST         (CHANNELS - 1)
#define NEVER        255
#define RELAY_THREAD 0          /* each thread has a slot of its own; a notifier's is its arming */
#define SLOTS        (CHANNELS == 2 -> 2 : RINGS + 1)

byte wanted[CHANNELS];          /* RelayRequests.Channel.wanted */
byte taken[CHANNELS];           /* QueueMark */
byte pushed_at[CHANNELS] = NEVER;
byte requests[CHANNELS];        /* SigioRelay.requests: how often the channel is in the queue */
byte uses[CHANNELS];            /* RelayChannel.uses: a bit for each slot */
bool is_closed[CHANNELS];
byte users;                     /* a slot of the relay's own, which the code does without: see NO_USERS */
bool users_closed;
byte channels = CHANNELS;       /* how many SigioRelay.channels has */
bool lock;                      /* SigioRelay.LOCK */
bool ending;
bool last_signal_sent;
bool started;

bool sigio;                     /* pending for the relay thread */
bool shared;                    /* pending for the process */
bool blocked;                   /* the relay thread blocks it */
bool alive;                     /* its number is its own */

/* What only the model knows. */
bool is_open[CHANNELS] = true;  /* the pipe */
byte rung[CHANNELS];            /* the latest arming whose ring has returned, having been let in */
byte delivered[CHANNELS];       /* the latest arming in the pipe */
bool owed;                      /* a signal from outside that the first context has not been told of */
byte home_done;                 /* the home threads that have closed, or never will */

#ifdef SAFE
#define CHECK(condition) assert(condition)
#else
#define CHECK(condition) skip
#endif

#ifdef STOPS
#define MAY_STOP if :: goto stopped :: skip fi
#else
#define MAY_STOP skip
#endif

/* Uses.enter */
inline enter(busy, closed, slot, entered)
{
#ifdef CLOSED_BEFORE_SLOT
    entered = !closed;
    busy = (entered -> busy | (1 << slot) : busy)
#else
    busy = busy | (1 << slot);
    d_step { entered = !closed; busy = (entered -> busy : busy & ~(1 << slot)) }
#endif
}

inline leave(busy, slot)
{
    busy = busy & ~(1 << slot)
}

inline wait_for_slots(busy)
{
    do
    :: slot < SLOTS ->
#ifdef REACH_WAITED
        assert(!(busy & (1 << slot)));
#endif
        !(busy & (1 << slot)) -> slot++
    :: else -> slot = 0; break
    od
}

/* Uses.close */
inline close(busy, closed)
{
#ifdef SLOTS_BEFORE_CLOSED
    wait_for_slots(busy);
#endif
    closed = true
#if !defined(SLOTS_BEFORE_CLOSED) && !defined(NO_WAIT)
    ; wait_for_slots(busy)
#endif
}

/* SigioSender.send in mode THREAD: tgkill */
inline send_to_thread()
{
    CHECK(alive && blocked);    /* else it hits another thread, or ends the process */
    sigio = true
}

/* SigioSender.send in the channel's mode */
inline send()
{
#ifdef PROCESS
    shared = true
#else
    send_to_thread()
#endif
}

/* RelayThread.end */
inline end()
{
#ifdef ENDING_AFTER_SIGNAL
    send_to_thread();
    ending = true;
#else
    ending = true;
    send_to_thread();
#endif
    last_signal_sent = true
}

/* RelayRequests.post */
inline post()
{
#ifdef SIGNAL_BEFORE_PUSH
    atomic { MAY_STOP; send() };
#endif
    wanted[c] = (arming > wanted[c] -> arming : wanted[c]);     /* raise */
    atomic { MAY_STOP; ticket = taken[c] };
    atomic { MAY_STOP; queued = (pushed_at[c] == ticket) };
    if
    :: !queued ->
#ifdef MARK_BEFORE_PUSH
        atomic { MAY_STOP; pushed_at[c] = ticket };
#endif
        atomic { MAY_STOP; requests[c]++ }
    :: else
    fi;
#ifndef SIGNAL_BEFORE_PUSH
    if
#ifdef NO_SIGNAL_IF_QUEUED
    :: queued
#endif
    :: else -> atomic { MAY_STOP; send() }
    fi;
#endif
#ifndef MARK_BEFORE_PUSH
    if
    :: !queued -> atomic { MAY_STOP; pushed_at[c] = ticket }
    :: else
    fi;
#endif
    atomic { MAY_STOP; returns = true }
}

/* RelayChannel.ring. What is entered is left, also by an Error: that takes one store, and no call. */
proctype notifier(byte c, arming)
{
    bool entered, user, queued, returns;
    byte ticket;
    started;
    enter(uses[c], is_closed[c], arming, entered);
    if
    :: entered ->
#ifdef NO_USERS
        user = !users_closed;
#else
        enter(users, users_closed, (c * RINGS + arming), user);
#endif
        if
        :: user ->
            post();
#ifdef STOPS
stopped:    skip;
#endif
#ifndef NO_USERS
            leave(users, (c * RINGS + arming))
#endif
        :: else ->
#ifdef REACH_RELAY_ENDED
            assert(false);
#endif
            returns = true
        fi;
        d_step {
            rung[c] = (returns && arming > rung[c] -> arming : rung[c]);
            returns = false; ticket = 0; queued = false
        };
#ifdef LEAVE_FAILS
        if
        :: true -> leave(uses[c], arming)
        :: true
        fi
#else
        leave(uses[c], arming)
#endif
    :: else
    fi
}

/* RelayChannel.deliver: a record for an arming, or for a signal from outside */
inline write_record(arming)
{
    enter(uses[c], is_closed[c], RELAY_THREAD, entered);
    if
    :: entered ->
        CHECK(is_open[c]);
        d_step {
            delivered[c] = (arming > delivered[c] -> arming : delivered[c]);
            owed = owed && c != 0
        };
        leave(uses[c], RELAY_THREAD)
    :: else
    fi
}

/* RelayThread.run, RelayRound.run */
proctype relay_thread()
{
    bool entered;
    byte took, c, arming;
    alive = true;
#ifdef NUMBER_BEFORE_BLOCK
    started = true;
    blocked = true;
#else
    blocked = true;
    started = true;
#endif
    do
    :: ending -> break
    :: else ->
        if                                              /* SignalWait.await */
        :: d_step { sigio -> sigio = false }
        :: d_step { shared -> shared = false }
        fi;
        /* RelayRequests.takeAll: each channel that is in the queue, once, whatever its entries */
        d_step {
            took = (requests[0] > 0) | ((requests[LAST] > 0) << LAST);
            requests[0] = 0;
            requests[LAST] = 0
        };
        for (c : 0 .. CHANNELS - 1) {
            if
            :: took & (1 << c) ->
#ifndef WANTED_FIRST
                taken[c]++;
#endif
#ifdef WANTED_IN_TWO_STEPS
                arming = wanted[c];
                wanted[c] = 0;
#else
                d_step { arming = wanted[c]; wanted[c] = 0 };
#endif
#ifdef WANTED_FIRST
                taken[c]++;
#endif
                if
                :: arming > 0 -> write_record(arming)
                :: else ->                              /* an entry too many, or of a ring that was stopped */
#ifdef REACH_UNWANTED
                    assert(false);
#endif
#ifdef FOREIGN_IF_NOT_QUEUED
                    skip
#else
                    took = took & ~(1 << c)
#endif
                fi;
                arming = 0
            :: else
            fi
        };
        c = 0;
#ifdef FOREIGN
        if                                              /* the listeners */
#ifdef FOREIGN_IF_ALONE
        :: took == 0 -> write_record(0)
#else
        :: !(took & 1) -> write_record(0)
#endif
        :: else
        fi;
#endif
        took = 0
    od;
#ifdef NO_LAST_SIGNAL
    skip;
#else
    last_signal_sent;
#endif
#ifdef REACH_DISCARDED
    assert(!sigio);
#endif
#ifndef NO_DISCARD
    d_step { sigio = false; shared = false };           /* RelayThread.leave, SignalWait.discardPending */
#endif
    CHECK(!sigio);                                      /* HotSpot unblocks it now: what is pending ends the process */
    blocked = false;
    alive = false
}

/* RelayChannel.close */
proctype home(byte c)
{
    byte slot;
    started;
    if
#ifndef NO_CLOSE
    :: true ->
        close(uses[c], is_closed[c]);
        CHECK(is_open[c]);
        is_open[c] = false;
        d_step { !lock -> lock = true };                /* SigioRelay.remove */
        channels--;
        if
        :: channels == 0 -> close(users, users_closed); end(); !alive                   /* join */
        :: else
        fi;
        lock = false
#endif
    :: true
    fi;
    home_done++
}

#ifdef FOREIGN
proctype stranger()
{
    d_step { shared = true; owed = !is_closed[0] };
    d_step { shared = true; owed = !is_closed[0] }
}
#endif

#define DELIVERED(c) (is_closed[c] || delivered[c] >= rung[c])
#define RELEASED(c)  (!is_closed[c] || !is_open[c])
#define ENDED        (channels > 0 || !alive)
#define TOLD         (!owed || is_closed[0])
#define DONE         (home_done == CHANNELS && DELIVERED(0) && DELIVERED(LAST) && RELEASED(0) && RELEASED(LAST) && ENDED && TOLD)

#ifdef NO_HANG
active proctype hang()
{
    timeout -> assert(DONE)
}
#endif

init
{
    atomic {
        run relay_thread();
#ifdef FOREIGN
        run stranger();
#endif
        run home(0);
#if CHANNELS == 2
        run notifier(0, 1);
        run notifier(1, 1);
        run home(1)
#else
        byte i;
        for (i : 1 .. RINGS) { run notifier(0, i) }
        i = 0
#endif
    }
}

/* What was rung is delivered unless the context was closed, what was closed is released, and the relay thread ends. */
ltl all_done { <> [] DONE }
