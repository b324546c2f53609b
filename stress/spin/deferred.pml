/*
 * The relay in mode DEFERRED: Parking.java, Deferrals.java, RelayRound.java, and Wakeup.hasGoneOn;
 * the loop and the notifiers as in wakeup.pml, but with tasks only, and the loop's own stores are seen at once: that they may
 * be late is wakeup.pml's matter. The notifiers have a task each, and the doorbell is no good. Names are those of the Java code.
 *
 * A look comes when it likes, so that any bound is covered; one that would find nothing is left out, so that a hang shows as a
 * hang. The requests are a set, a bit for each arming, and putting one down is a store that may be delayed: Parking relies on
 * no more. relay.pml has the queue with its mark, and the end of the relay thread.
 *
 *   TASKS=n             so many notifiers, 2 if it does not say, 2 at the most
 *   LOSSY_DOORBELL      a write to the doorbell may be lost
 *   THROWING_DOORBELL   the doorbell throws, once, and does not ring; the request is put down, and the arming not marked
 *   STOPS               (no bug) the first notifier may stop for ever between any two steps, by an Error; its task is excused
 *   NO_RELAY            nobody puts a request down
 *   NO_NOTIFIER_FENCE   isParked() has no fence
 *   NO_RELAY_FENCE      park() has no fence
 *   NO_SECOND_LOOK      the relay thread sleeps after park() without looking for requests again
 *   LOOK_BEFORE_PARK    the second look comes before the announcement
 *   ASKED_FIRST         the notifier looks whether the relay thread is parked, then puts its request down
 *   PARKS_TOO_EARLY     the relay thread sleeps although something is put off
 *   GONE_IF_NOT_RUNG    hasGoneOn() says so whenever the arming is not RUNG
 */
#define RELAY     0
#define NOTIFIERS 1
#ifndef TASKS
#define TASKS     2
#endif
#define CPUS      (NOTIFIERS + TASKS)

#define STATE     0
#define WORK      1
#define REQUESTS  2     /* RelayRequests, a bit for each arming */
#define PARKED    3     /* Parking.parked */
#define VARS      4

#include "memory.pml"

/* As in wakeup.pml. */
#define CODE_BITS 2
#define CODE      3
#define AWAKE     0
#define ARMED     1
#define RUNG      2

#define ITEM(notifier) (1 << (notifier - NOTIFIERS))
#define ALL ((1 << TASKS) - 1)

bool doorbell;      /* the eventfd is readable */
bool sigio;         /* pending for the relay thread */
bool relay_pipe;    /* the relay's pipe is readable */

/* What only the model knows. */
byte served;        /* the tasks that have run */
bool asleep;        /* the loop is in its wait */
bool parked;        /* the relay thread is in its sleep without a limit */
#ifdef THROWING_DOORBELL
bool threw;
#endif

#ifdef STOPS
#define MAY_STOP if :: me == NOTIFIERS -> goto stopped :: skip fi
#else
#define MAY_STOP skip
#endif

/* RelayChannel.ring */
inline ring_relay(arming)
{
#ifdef NO_RELAY
    skip
#else
#ifdef ASKED_FIRST
    fence(me);
    ask = memory[PARKED];
    store_or(me, REQUESTS, (1 << arming));
#else
    atomic { MAY_STOP; store_or(me, REQUESTS, (1 << arming)) };
#ifndef NO_NOTIFIER_FENCE
    fence(me);
#endif
    atomic { MAY_STOP; ask = memory[PARKED] };
#endif
    if
    :: ask ->
#ifdef REACH_SIGNAL
        assert(false);
#endif
        atomic { MAY_STOP; sigio = true }
    :: else
    fi
#endif
}

/* Wakeup.answer, with Doorbell.andThen */
inline answer()
{
    if
    :: atomic { MAY_STOP; doorbell = true }
#ifdef LOSSY_DOORBELL
    :: true
#endif
#ifdef THROWING_DOORBELL
    :: !threw -> d_step { threw = true; throws = true }
#endif
    fi;
    ring_relay((s >> CODE_BITS));
#ifdef THROWING_DOORBELL
    if
    :: throws
    :: else -> compare_and_set(me, STATE, s, s - ARMED + RUNG, won)
    fi
#else
    atomic { MAY_STOP; compare_and_set(me, STATE, s, s - ARMED + RUNG, won) }
#endif
}

proctype notifier(byte me)
{
    byte s;
    bool won, ask;
#ifdef THROWING_DOORBELL
    bool throws;
#endif
    fetch_or(me, WORK, ITEM(me));       /* and a fence */
    atomic { MAY_STOP; s = memory[STATE] };
    if
    :: (s & CODE) == ARMED -> answer()
    :: else
    fi;
#ifdef STOPS
stopped: skip;
#endif
    d_step { s = 0; won = false; ask = false }
}

proctype loop()
{
    byte armings;
    bool seen, piped;
    do
    :: true ->
        if
        :: memory[WORK] != 0
        :: else ->
            d_step { armings++; memory[STATE] = (armings << CODE_BITS | ARMED) }
            assert(armings < 8);        /* they fit the byte of REQUESTS */
            if
            :: memory[WORK] != 0
            :: atomic { memory[WORK] == 0 -> asleep = true };
                d_step { doorbell || relay_pipe; asleep = false; seen = doorbell; piped = relay_pipe }
            fi;
            memory[STATE] = (armings << CODE_BITS | AWAKE)
        fi;
        d_step {
            doorbell = (seen -> false : doorbell);
            relay_pipe = (piped -> false : relay_pipe);
            seen = false;
            piped = false
        };
        d_step { served = served | memory[WORK]; memory[WORK] = 0 }
    od
}

/* Wakeup.hasGoneOn */
#ifdef GONE_IF_NOT_RUNG
#define HAS_GONE_ON(state, arming) (state != (arming << CODE_BITS | RUNG))
#else
#define HAS_GONE_ON(state, arming) (state >> CODE_BITS != arming || (state & CODE) == AWAKE)
#endif

/* Deferrals.look, of one arming: it is delivered if the last look has seen it too. */
inline look_at(arming)
{
    d_step {
        gone = HAS_GONE_ON(memory[STATE], arming);
        overdue = !gone && (looked_at & (1 << arming));
        put_off = (gone || overdue -> put_off & (255 - (1 << arming)) : put_off)
    }
#ifdef REACH_DROPPED
    ; assert(!gone)
#endif
}

/* RelayRound.run */
proctype relay_thread()
{
    byte got, put_off, looked_at, arming;
    bool found, gone, overdue;
serve:
    if
    :: memory[REQUESTS] != 0 -> atomic { exchange(RELAY, REQUESTS, 0, got); put_off = put_off | got; got = 0 }
    :: else
    fi;
    do
    :: atomic {
            arming++;
            do
            :: arming < 8 && !(put_off & (1 << arming)) -> arming++
            :: else -> break
            od;
            if
            :: arming < 8 -> look_at(arming)
            :: else -> looked_at = put_off; arming = 0; gone = false; break
            fi
        };
        if
        :: overdue ->
#ifdef REACH_RESCUE
            assert(!asleep);
#endif
            d_step { relay_pipe = true; overdue = false }
        :: else
        fi
    od;
    if
#ifdef PARKS_TOO_EARLY
    :: put_off != 0
#endif
    :: put_off != 0 -> goto serve
    :: put_off == 0 && memory[REQUESTS] != 0 -> goto serve        /* the next look but for a while comes in time */
    :: put_off == 0
    fi;
#ifdef LOOK_BEFORE_PARK
    found = (memory[REQUESTS] != 0);
#endif
    store(RELAY, PARKED, 1);
#ifndef NO_RELAY_FENCE
    fence(RELAY);
#endif
#if !defined(NO_SECOND_LOOK) && !defined(LOOK_BEFORE_PARK)
    found = (memory[REQUESTS] != 0);
#endif
    if
    :: found ->
#ifdef REACH_SECOND_LOOK
        assert(false);
#endif
        found = false
    :: else ->
        parked = true;
        d_step { sigio -> sigio = false; parked = false }
    fi;
    store(RELAY, PARKED, 0);
    goto serve
}

#ifdef STOPS
#define DONE ((served | ITEM(NOTIFIERS)) == ALL)
#else
#define DONE (served == ALL)
#endif

#ifdef NO_HANG
/* Nobody can move: then no task may be left. */
active proctype hang()
{
    timeout -> assert(DONE)
}
#endif

init
{
    atomic {
        start_buffers();
        run loop();
        run relay_thread();
#if TASKS > 1
        run notifier(NOTIFIERS + 1);
#endif
        run notifier(NOTIFIERS)
    }
}

/* Every task runs, whatever the doorbell does. */
ltl served_all { <> DONE }

/* In the end both the loop and the relay thread sleep, and nothing wakes them for nothing. */
ltl quiet { <> [] (asleep && parked) }
