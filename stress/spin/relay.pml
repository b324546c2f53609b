/*
 * The SIGIO relay: RelayChannel.java, RelayRequests.java and SigioRelay.java. CHANNELS contexts, one or two, share the
 * relay thread. One has RINGS notifiers, each for an arming of its own; two have one each. A home thread may close its
 * context at any time, or never; the last to close ends the relay thread. Signals coalesce: one is pending, or none is. The
 * queue of requests is a set here, workqueue.pml has the real one. Names are those of the Java code.
 *
 *   SIGNAL_BEFORE_PUSH   the notifier signals, then puts the channel into the queue
 *   WANTED_FIRST         the relay thread takes "wanted" before it takes the channel out of the queue
 *   WANTED_IN_TWO_STEPS  it takes "wanted" by a load and a store
 *   NO_SIGNAL_IF_WANTED  (no bug) a notifier that finds the channel wanted already does not signal
 *   NO_USERS             notifiers signal without being counted
 *   NO_LAST_SIGNAL       the relay thread does not wait for the last signal before it ends
 *   NO_DISCARD           it leaves pending signals pending
 *   NUMBER_BEFORE_BLOCK  it tells its number before it blocks the signal
 *   ENDING_AFTER_SIGNAL  it is told to end after the last signal is sent; what a store that comes late would do
 *   FOREIGN_IF_ALONE     a signal from outside is passed on only if no channel is in the queue
 *   PROCESS              (no bug) mode PROCESS: the signal is the process's, which no other thread takes
 *   FOREIGN              (no bug) somebody else sends SIGIO to the process, which every thread blocks, twice; the first
 *                        context handles SIGIO itself
 *   NO_CLOSE             (no bug) nobody closes
 *   CHECK_THEN_USE, CLOSE_RELEASES, EXIT_FORGETS   as in use_count.pml
 *
 * There is no store buffer here: what the threads share changes by atomic read-modify-writes, but for "ending" and what
 * the kernel keeps. The kernel's locks see to it that who takes a signal sees what was stored before it was sent.
 */
#include "use_count.pml"

#ifndef CHANNELS
#define CHANNELS 1
#endif
#ifndef RINGS
#define RINGS 2
#endif

byte wanted[CHANNELS];          /* RelayRequests.Channel.wanted */
byte uses[CHANNELS];            /* RelayChannel.uses */
byte requests;                  /* SigioRelay.requests: a bit for each channel in the queue */
byte users;                     /* SigioRelay.users */
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

inline leave_channel(c)
{
    exit(uses[c], last);
    if
    :: last -> CHECK(is_open[c]); is_open[c] = false
    :: else
    fi
}

/* SigioRelay.send in mode THREAD: tgkill */
inline send_to_thread()
{
    CHECK(alive && blocked);    /* else it hits another thread, or ends the process */
    sigio = true
}

/* SigioRelay.send in the channel's mode */
inline send()
{
#ifdef PROCESS
    shared = true
#else
    send_to_thread()
#endif
}

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

/* SigioRelay.post */
inline post()
{
#ifdef NO_USERS
    user = !(users & CLOSED);
#else
    enter(users, user);
#endif
    if
    :: user ->
#ifdef SIGNAL_BEFORE_PUSH
        send();
#endif
        d_step {                                        /* raise */
            before = wanted[c];
            wanted[c] = (arming > before -> arming : before)
        };
        if
        :: before == 0 ->
            d_step {
                CHECK((requests & (1 << c)) == 0);      /* in the queue once */
                requests = requests | (1 << c)
            }
        :: else
        fi;
#ifndef SIGNAL_BEFORE_PUSH
#ifdef NO_SIGNAL_IF_WANTED
        if
        :: before == 0 -> send()
        :: else
        fi;
#else
        send();
#endif
#endif
#ifndef NO_USERS
        exit(users, last);
        if
        :: last -> end()
        :: else
        fi
#endif
    :: else
#ifdef REACH_RELAY_ENDED
        -> assert(false)
#endif
    fi
}

/* RelayChannel.ring */
proctype notifier(byte c, arming)
{
    bool entered, user, last;
    byte before;
    started;
    enter(uses[c], entered);
    if
    :: entered ->
        post();
        d_step {
            rung[c] = (arming > rung[c] -> arming : rung[c])
        };
        leave_channel(c)
    :: else
    fi
}

/* RelayChannel.write: a record for an arming, or for a signal from outside */
inline write_record(arming)
{
    enter(uses[c], entered);
    if
    :: entered ->
        CHECK(is_open[c]);
        d_step {
            delivered[c] = (arming > delivered[c] -> arming : delivered[c]);
            owed = owed && c != 0
        };
        leave_channel(c)
    :: else
    fi
}

/* SigioRelay.relay */
proctype relay_thread()
{
    bool entered, last;
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
        if                                              /* Signals.await */
        :: d_step { sigio -> sigio = false }
        :: d_step { shared -> shared = false }
        fi;
        /* deliverAll: all that is in the queue up to end() */
#ifdef WANTED_FIRST
        took = requests;
#else
        d_step { took = requests; requests = 0 };
#endif
        for (c : 0 .. CHANNELS - 1) {
            if
            :: took & (1 << c) ->
#ifdef WANTED_IN_TWO_STEPS
                arming = wanted[c];
                wanted[c] = 0;
#else
                d_step { arming = wanted[c]; wanted[c] = 0 };
#endif
#ifdef WANTED_FIRST
                requests = requests & ~(1 << c);
#endif
                CHECK(arming > 0);
                write_record(arming);
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
    d_step { sigio = false; shared = false };           /* Signals.discardPending */
#endif
    CHECK(!sigio);                                      /* HotSpot unblocks it now: what is pending ends the process */
    blocked = false;
    alive = false
}

/* RelayChannel.close */
proctype home(byte c)
{
    bool last;
    started;
    if
#ifndef NO_CLOSE
    :: true ->
        close(uses[c], last);
        if
        :: last -> CHECK(is_open[c]); is_open[c] = false
        :: else
        fi;
        d_step { !lock -> lock = true };                /* SigioRelay.remove */
        channels--;
        if
        :: channels == 0 ->
            close(users, last);
            if
            :: last -> end()
            :: else
#ifdef REACH_LEFT_TO_USER
                -> assert(false)
#endif
            fi;
            !alive                                      /* join */
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
    d_step { shared = true; owed = !(uses[0] & CLOSED) };
    d_step { shared = true; owed = !(uses[0] & CLOSED) }
}
#endif

#define LAST (CHANNELS - 1)
#define DELIVERED(c) ((uses[c] & CLOSED) || delivered[c] == rung[c])
#define RELEASED(c)  (!(uses[c] & CLOSED) || !is_open[c])
#define ENDED        (channels > 0 || !alive)
#define TOLD         (!owed || (uses[0] & CLOSED))
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
