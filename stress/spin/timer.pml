/*
 * Arming a timer from another thread: TimerEntry.java, TimerQueue.java, and of TimerWheel.java, Filing.java, TimerDriver.java and
 * Waiting.java what these rest on. One home thread; NOTIFIERS threads, each of which arms a timer or disarms it, the first of them
 * ITEMS_OF_FIRST times; TIMERS timers. Names are those of the Java code.
 *
 * Deadlines are 1 to LAST, at most 3. The clock shows what the home thread reads from it: it may go on by 1 at each look, and it has gone on to
 * the end of a wait that ended by itself. The queue is a number for each timer here, because its entries are all the same;
 * workqueue.pml has the real one. The wheel is a number of entries for each timer and key.
 *
 *   STOPS                (no bug) a call may stop between any two steps of a notifier, by an Error; its own arming is excused
 *   FILED=n              (no bug) timer 0 is armed for n when all begins, and in the wheel
 *   SELF=n               (no bug) callbacks arm their own timer again, n times, on the home thread
 *   PLAN                 (no bug) the first notifier arms for 1 and then, if it may, for 3; the others for 2
 *   CANCEL               (no bug) a notifier may disarm a timer instead
 *   ACCURACY=n           (no bug) the loop may be n late for a timer
 *   RESUMER              (no bug) timer 0 is suspended when all begins, and one more thread resumes it
 *   NO_LOOP_FENCE        Wakeup.arm() has no fence
 *   LOOK_BEFORE_ARM      the loop looks at the queue before it arms, and not again
 *   UNTIL_BEFORE_LOOK    `until` is published between the arming and the look
 *   NOT_RESET            `until` is not reset after a wait
 *   RESET_LATE           it is reset only after the loop has armed for its next wait, and looked
 *   SLEEPS_LONGER        the loop asks the wheel once more, and sleeps to that
 *   NO_ARM_FENCE         a notifier has no fence between its store of the state and its load of `filed`
 *   FILED_BEFORE_STATE   it reads `filed` before it stores the state
 *   NO_PUSH_FENCE        it has no fence between its push and its load of `until`
 *   UNTIL_BEFORE_PUSH    it reads `until` before it pushes
 *   QUEUED_IS_SILENT     it does not ring if it finds the timer in the queue
 *   MARK_BEFORE_PUSH     the mark is set before the push
 *   MARK_BEFORE_RING     the mark is set between the push and the ring
 *   MARK_BEFORE_STATE    the mark is looked at before the state is stored
 *   WANTED_PLAIN         the taker reads the state by a load, not by an atomic read-modify-write
 *   TAKEN_AFTER_WANTED   the taker counts the entry as taken after it has read the state
 *   NO_UNFILE_FENCE      unfile() has no fence
 *   READ_BEFORE_UNFILE   the home thread reads the state, then says that the wheel does not meet the timer any more
 *   FILE_RAISES          file() reads the state again, and files the timer for it although the wheel would meet it before
 *   PLAIN_FIRE           fire() loads the state, then stores it
 *   FIRE_NO_FENCE        fire()'s compare-and-set may be done before the store that the wheel does not meet the timer any more
 *   FIRE_BY_KEY          fire() does not look at the deadline: the entry was due
 *   NO_RESUME_FENCE      a resume has no fence between its store and its look at the mark
 */
#ifndef NOTIFIERS
#define NOTIFIERS 2
#endif
#ifndef ITEMS_OF_FIRST
#define ITEMS_OF_FIRST 1
#endif
#ifndef TIMERS
#define TIMERS 1
#endif
#ifndef LAST
#define LAST 2
#endif
#ifndef ACCURACY
#define ACCURACY 0
#endif
#ifndef SELF
#define SELF 0
#endif

#ifdef RESUMER
#define CPUS (NOTIFIERS + 2)
#else
#define CPUS (NOTIFIERS + 1)
#endif
#define LOOP 0

#define STATE        0                  /* Wakeup.state */
#define UNTIL        1
#define FILED_AT(t)  (2 + 3 * (t))      /* TimerEntry.filed */
#define TAKEN(t)     (3 + 3 * (t))      /* QueueMark.taken, pushedAt */
#define PUSHED_AT(t) (4 + 3 * (t))
#define VARS         (2 + 3 * TIMERS)

#include "memory.pml"

#define AWAKE  0         /* the number of the arming, and RUNG, are for wakeup.pml */
#define ARMED  1

#define NEVER  255
#define ALWAYS 255      /* each armed timer is earlier than that */

byte wanted[TIMERS] = NEVER;            /* TimerEntry.state: changed by atomic read-modify-writes only */
byte queued[TIMERS];                    /* entries in the queue */
bool doorbell;
#ifdef RESUMER
bool suspended = true;                  /* of timer 0 */
#endif

/* What only the model knows. Each call that arms is a bit. */
byte armed_by[TIMERS];                  /* the call that the timer is armed by, if it is */
byte returned;                          /* calls that have returned */
byte sleeps_to;                         /* while the loop sleeps: until when */

#define FIRST(notifier) (notifier == 1 -> 1 : 1 << (ITEMS_OF_FIRST + notifier - 2))
#define ITEMS(notifier) (notifier == 1 -> ITEMS_OF_FIRST : 1)
#define AT_HOME 128
#define OF_RESUMER 64

#ifdef RESUMER
#define RUNS(t) (t != 0 || (returned & OF_RESUMER))
#else
#define RUNS(t) true
#endif

/* The loop sleeps, nobody has rung, and a call that armed this timer for an earlier time has returned. */
#define SLEPT_PAST(t) (sleeps_to != 0 && !doorbell && RUNS(t) && (armed_by[t] & returned) && wanted[t] + ACCURACY < sleeps_to)
#if TIMERS > 1
#define PAST_ANY (SLEPT_PAST(0) || SLEPT_PAST(1))
#define LEFT (armed_by[0] | armed_by[1])
#define ANY_QUEUED (queued[0] != 0 || queued[1] != 0)
#else
#define PAST_ANY SLEPT_PAST(0)
#define LEFT armed_by[0]
#define ANY_QUEUED (queued[0] != 0)
#endif

#ifdef STOPS
#define MAY_STOP if :: goto stopped :: skip fi
#else
#define MAY_STOP skip
#endif

#if defined(WEAK) && (defined(NO_ARM_FENCE) || defined(NO_PUSH_FENCE) || defined(NO_RESUME_FENCE))
#define EARLY       /* nothing keeps a load after what comes before it: it may pass the store of a compare-and-set too */
#endif

/* QueueMark.ticket, isQueued */
inline look_at_mark()
{
    atomic { MAY_STOP; ticket = memory[TAKEN(t)] };
    atomic { MAY_STOP; marked = (memory[PUSHED_AT(t)] == ticket) }
}

inline push()
{
    atomic { MAY_STOP; d_step { DRAINED(me); queued[t]++ } }
}

/* Wakeup.ring */
inline ring()
{
    atomic { MAY_STOP; s = memory[STATE] };
    if
    :: s == ARMED -> atomic { MAY_STOP; doorbell = true }
    :: else
    fi
}

/* TimerQueue.announce */
inline announce()
{
#if !defined(MARK_BEFORE_STATE) && !(defined(NO_RESUME_FENCE) && defined(WEAK))
    look_at_mark();
#endif
#ifdef UNTIL_BEFORE_PUSH
    atomic { MAY_STOP; until = memory[UNTIL] };
#endif
#if defined(NO_PUSH_FENCE) && defined(WEAK)
    if
    :: early = true; until = memory[UNTIL]
    :: skip
    fi;
#endif
    if
    :: marked
#ifdef REACH_MARKED
        -> assert(false)
#endif
    :: else ->
#ifdef MARK_BEFORE_PUSH
        atomic { MAY_STOP; store(me, PUSHED_AT(t), ticket) };
#endif
        push();
#ifdef MARK_BEFORE_RING
        atomic { MAY_STOP; store(me, PUSHED_AT(t), ticket) }
#endif
    fi;
#ifndef NO_PUSH_FENCE
    fence(me);
#endif
#ifndef UNTIL_BEFORE_PUSH
    if
    :: early
    :: else -> atomic { MAY_STOP; until = memory[UNTIL] }
    fi;
#endif
    if
#ifdef QUEUED_IS_SILENT
    :: marked
    :: !marked && deadline + ACCURACY < until -> ring()
    :: !marked && deadline + ACCURACY >= until
#else
    :: deadline + ACCURACY < until -> ring()
    :: else
#endif
#ifdef REACH_NO_RING
        -> assert(until == ALWAYS)
#endif
    fi;
#if !defined(MARK_BEFORE_PUSH) && !defined(MARK_BEFORE_RING)
    if
    :: !marked -> atomic { MAY_STOP; store(me, PUSHED_AT(t), ticket) }
    :: else
    fi
#endif
}

/* TimerQueue.arm */
inline arm_timer()
{
#if defined(FILED_BEFORE_STATE)
    at = memory[FILED_AT(t)];
#endif
#ifdef MARK_BEFORE_STATE
    look_at_mark();
#endif
#if defined(NO_ARM_FENCE) && defined(WEAK)
    if
    :: early = true; at = memory[FILED_AT(t)]
    :: skip
    fi;
#endif
    d_step { DRAINED(me); wanted[t] = deadline; armed_by[t] = call };
#ifndef NO_ARM_FENCE
    fence(me);
#endif
#ifndef FILED_BEFORE_STATE
    if
    :: early -> early = false
    :: else -> atomic { MAY_STOP; at = memory[FILED_AT(t)] }
    fi;
#endif
    if
    :: at <= deadline
#ifdef REACH_LAZY
        -> assert(false)
#endif
    :: else -> announce()
    fi
}

/* The call returns: what it armed is not slept past. */
inline back()
{
    atomic {
        MAY_STOP;
        returned = returned | call;
#ifdef SAFE
        assert(!PAST_ANY)
#endif
    }
}

proctype notifier(byte me)
{
    byte n, t, deadline, call, at, ticket, until, s;
    bool marked, early;
    for (n : 0 .. ITEMS(me) - 1) {
        call = FIRST(me) << n;
#if TIMERS > 1
        if
        :: t = 0
        :: t = 1
        fi;
#endif
#ifdef PLAN
        deadline = (me == 1 -> 1 + 2 * n : 2);
        arm_timer();
#else
        if
        :: deadline = 1; arm_timer()
        :: deadline = 2; arm_timer()
#if LAST > 2
        :: deadline = 3; arm_timer()
#endif
#ifdef CANCEL
        :: d_step { DRAINED(me); wanted[t] = NEVER; armed_by[t] = 0 }
#endif
        fi;
#endif
        back();
#ifdef STOPS
stopped: skip;
#endif
        d_step { t = 0; deadline = 0; call = 0; at = 0; ticket = 0; until = 0; s = 0; marked = false; early = false }
    }
}

#ifdef RESUMER
/* TimerSource.resume */
proctype resumer(byte me)
{
    byte t, deadline, call = OF_RESUMER, ticket, until, s;
    bool marked, early;
#if defined(NO_RESUME_FENCE) && defined(WEAK)
    look_at_mark();     /* early */
#endif
    suspended = false;
    deadline = wanted[t];
    if
    :: deadline == NEVER
    :: else -> announce()
    fi;
    atomic {
        MAY_STOP;
        returned = returned | call;
#ifdef SAFE
        assert(!PAST_ANY)
#endif
    };
stopped: skip
}
#endif

#define IN_WHEEL(t, key) wheel[(t) * (LAST + 1) + (key)]

/* Filing.enter */
inline enter(key)
{
    d_step {
        IN_WHEEL(t, key)++;
        filed[t] = key
    };
    store(LOOP, FILED_AT(t), key)
}

/* TimerWheel.file: unless the wheel meets the timer in time. */
inline file()
{
    deadline = wanted[t];
    if
#ifdef FILE_RAISES
    :: deadline != NEVER -> enter(deadline)
#else
    :: deadline < filed[t] -> enter(deadline)
#endif
    :: else
    fi
}

/* Reads what a timer is armed for, which the wheel does not meet any more. */
inline unfile()
{
#ifdef READ_BEFORE_UNFILE
    deadline = wanted[t];
#endif
    filed[t] = NEVER;
    store(LOOP, FILED_AT(t), NEVER);
#ifndef NO_UNFILE_FENCE
    fence(LOOP);
#endif
#ifndef READ_BEFORE_UNFILE
    deadline = wanted[t];
#endif
}

/* Finds the first entry that counts, up to a key, and drops those before it that do not; if there is none, key is beyond. */
inline first_entry(limit)
{
    d_step {
        key = 1;
        t = 0;
        do
        :: key <= limit && t < TIMERS && IN_WHEEL(t, key) > 0 && filed[t] == key -> break
        :: key <= limit && t < TIMERS && IN_WHEEL(t, key) > 0 && filed[t] != key -> IN_WHEEL(t, key) = 0
        :: key <= limit && t < TIMERS && IN_WHEEL(t, key) == 0 -> t++
        :: key <= limit && t == TIMERS -> t = 0; key++
        :: key > limit -> break
        od
    }
}

/* TimerWheel.wakeAt: an entry of a timer that is not armed for it any more is dropped or moved. */
inline wake_at()
{
    do
    :: true ->
        first_entry(LAST);
        if
        :: key > LAST -> wake = NEVER; break
        :: key <= LAST && wanted[t] <= key -> wake = key + ACCURACY; break
        :: key <= LAST && wanted[t] > key ->
            unfile();
            if
            :: deadline == NEVER -> IN_WHEEL(t, key)--
            :: deadline != NEVER && deadline > key -> IN_WHEEL(t, key)--; enter(deadline)
            :: deadline <= key -> filed[t] = key; store(LOOP, FILED_AT(t), key)     /* armed a moment ago */
            fi
        fi
    od;
    atomic { key = 0; t = 0; deadline = 0 }
}

/* TimerQueue.accept */
inline accept()
{
    t = 0;
    do
    :: t < TIMERS ->
        end = queued[t];
        do
        :: end > 0 ->
            d_step { end--; queued[t]-- };
            if
            :: seen
#ifdef REACH_DUPLICATE
                -> assert(false)
#endif
            :: else ->
                seen = true;
#ifdef TAKEN_AFTER_WANTED
                d_step { DRAINED(LOOP); deadline = wanted[t] };
                store(LOOP, TAKEN(t), memory[TAKEN(t)] + 1);
#else
                store(LOOP, TAKEN(t), memory[TAKEN(t)] + 1);
#ifdef WANTED_PLAIN
                deadline = wanted[t];
#else
                d_step { DRAINED(LOOP); deadline = wanted[t] };
#endif
#endif
                if
                :: deadline < filed[t] -> file()
                :: else
                fi
            fi
        :: else -> seen = false; break
        od;
        t++
    :: else -> d_step { t = 0; deadline = 0 }; break
    od
}

/* TimerEntry.fire, then the callback */
inline fire()
{
    do
#ifdef RESUMER
    :: t == 0 && suspended -> break
    :: !(t == 0 && suspended) ->
#else
    :: true ->
#endif
        d_step { deadline = wanted[t]; call = armed_by[t] };
#ifdef FIRE_BY_KEY
        if
        :: deadline == NEVER -> break
#else
        if
        :: deadline > now -> break
#endif
        :: else ->
#ifdef PLAIN_FIRE
            wanted[t] = NEVER;
            fired = true;
            armed_by[t] = (armed_by[t] == call -> 0 : armed_by[t]);
#else
            d_step {
#ifndef FIRE_NO_FENCE
                DRAINED(LOOP);
#endif
                fired = (wanted[t] == deadline);
                wanted[t] = (fired -> NEVER : wanted[t]);
                armed_by[t] = (fired -> 0 : armed_by[t]);
            };
#endif
            if
            :: fired ->
#ifdef SAFE
                assert(deadline <= now);        /* never early */
#endif
                fired = false;
                has_fired = true;
#if SELF > 0
                if
                :: again > 0 ->
                    again--;
                    deadline = LAST;
                    d_step { wanted[t] = deadline; armed_by[t] = AT_HOME };
                    if
                    :: filed[t] > deadline -> file()
                    :: else
                    fi
                :: skip
                fi;
#endif
                break
            :: else
            fi
        fi
    od;
    call = 0
}

/* Filing.fires: the compare-and-set stands for the fence; where there was none, it fences and looks once more. */
inline fires()
{
    filed[t] = NEVER;
    store(LOOP, FILED_AT(t), NEVER);
    deadline = wanted[t];
    do
    :: true ->
        if
        :: deadline <= now ->
            fire();
            if
            :: has_fired || fenced -> break
            :: else
            fi
        :: deadline > now && fenced ->
            if
            :: deadline != NEVER -> enter(deadline)
            :: else
            fi;
            break
        :: deadline > now && !fenced
        fi;
        unfile();
        fenced = true
    od;
    atomic { has_fired = false; fenced = false }
}

/* TimerDriver.dispatch: each entry whose key has come. */
inline dispatch()
{
    if
    :: now < LAST -> now++
    :: true
    fi;
    do
    :: true ->
        first_entry(now);
        if
        :: key <= now ->
            IN_WHEEL(t, key)--;
            fires()
        :: else -> break
        fi
    od;
    atomic { key = 0; t = 0; deadline = 0 }
}

inline arm()
{
    store(LOOP, STATE, ARMED);
#ifndef NO_LOOP_FENCE
    fence(LOOP)
#endif
}

/* Waiting.block */
inline wait_for_work()
{
#ifdef LOOK_BEFORE_ARM
    found = ANY_QUEUED;
    arm();
#else
    arm();
#ifdef UNTIL_BEFORE_LOOK
    wake_at();
    store(LOOP, UNTIL, wake);
#endif
    found = ANY_QUEUED;
#endif
#ifdef RESET_LATE
    store(LOOP, UNTIL, ALWAYS);
#endif
    if
    :: found
#ifdef REACH_SECOND_LOOK
        -> assert(false)
#endif
    :: else ->
#ifndef UNTIL_BEFORE_LOOK
        wake_at();
#endif
        if
        :: wake <= now
        :: else ->
#ifndef UNTIL_BEFORE_LOOK
            store(LOOP, UNTIL, wake);
#endif
#ifdef SLEEPS_LONGER
            wake_at();
#endif
            atomic {
                sleeps_to = wake;
#ifdef SAFE
                assert(!PAST_ANY)
#endif
            };
            if
            :: atomic { doorbell -> sleeps_to = 0 }
            :: atomic { wake != NEVER -> sleeps_to = 0; now = (wake > LAST -> LAST : wake) }
            fi;
        fi
    fi;
#if !defined(NOT_RESET) && !defined(RESET_LATE)
    store(LOOP, UNTIL, ALWAYS);
#endif
    d_step { found = false; wake = 0 };
    d_step { DRAINED(LOOP); memory[STATE] = AWAKE };     /* disarm() */
    doorbell = false
}

proctype loop()
{
    byte wheel[TIMERS * (LAST + 1)];        /* entries, by timer and key */
    byte filed[TIMERS] = NEVER;             /* what it has stored in TimerEntry.filed */
    byte wake, now, key, t, end, deadline, call;
    bool found, seen, fired, has_fired, fenced;
#if SELF > 0
    byte again = SELF;
#endif
#ifdef FILED
    d_step { filed[0] = FILED; wheel[FILED] = 1 };
#endif
    do
    :: true ->
        wait_for_work();
        accept();
        dispatch()
    od
}

/* What a call that returned has armed has fired, or is armed for another call, or for none. */
#ifdef RESUMER
#define DONE ((LEFT & returned) == 0 || !RUNS(0))
#else
#define DONE ((LEFT & returned) == 0)
#endif

#ifdef NO_HANG
/* Nobody can move: the loop sleeps for ever. */
active proctype hang()
{
    timeout -> assert(DONE)
}
#endif

init
{
    atomic {
        byte i;
        memory[UNTIL] = ALWAYS;
        returned = AT_HOME;
        for (i : 0 .. TIMERS - 1) {
            memory[FILED_AT(i)] = NEVER;
            memory[PUSHED_AT(i)] = NEVER
        }
#ifdef FILED
        wanted[0] = FILED;
        armed_by[0] = AT_HOME;
        memory[FILED_AT(0)] = FILED;
#endif
        start_buffers();
        run loop();
        for (i : 1 .. NOTIFIERS) { run notifier(i) }
#ifdef RESUMER
        run resumer(NOTIFIERS + 1);
#endif
        i = 0
    }
}

/* In the end each timer has fired that a call has armed which returned. */
ltl fired_all { <> [] DONE }
