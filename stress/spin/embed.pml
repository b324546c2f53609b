/*
 * A wait that another makes: LentWait.java, and what surrounds it of Waiting.java, HookDriver.java, Wakeup.java and Inbox.java. The home
 * thread runs an outer loop, which calls prepare, polls one descriptor, and calls dispatch when that is readable; and a hook. NOTIFIERS
 * threads publish a piece of work each and ring. With RESUMER, one more thread resumes the hook, which is suspended at first. Each
 * prepare with the hook resumed counts as its call. With TIMER, the threads arm a timer instead of publishing work.
 *
 *   WITHOUT_TIME       (no bug) the outer loop takes no notice of the time that prepare tells: the descriptor alone suffices
 *   BETWEEN            (no bug) the outer loop's own callbacks publish a piece of work between prepare and the poll
 *   POLLS_BETWEEN      (no bug) and they poll the embedded loop themselves, which takes the wait back and then lends it again
 *   PREPARES_ONCE      (no bug) the outer loop calls prepare after dispatch only
 *   RESUMER            (no bug) somebody resumes the hook
 *   TIMER              (no bug) what is published is a timer: each thread arms it, for 1 or for 2 (embed_timer.pml)
 *   FILED=n            (no bug) the timer is armed for n when all begins, and in the wheel
 *   NEVER_RINGS_ITSELF prepare finds work, and does not ring its own doorbell
 *   LOOK_BEFORE_ARM    prepare looks for work, then arms
 *   NO_SECOND_LOOK     prepare arms, and the outer loop polls without a look
 *   DRAIN_AFTER_ARM    the doorbell is drained between the look and the poll
 *   NO_LOOP_FENCE      prepare arms without a fence
 *   BETWEEN_UNTOLD     the home thread's own work between prepare and the poll does not ring, as if the loop were awake
 *   NOT_LENT_AGAIN     after a poll between, the loop is not armed any more
 *   DRAIN_AFTER_WORK   dispatch drains the doorbell after it has taken the work
 *   HOOK_AFTER_LOOK    prepare calls the hook after its look for work
 *   REQUEST_FIRST      a resume requests the wake-up, then clears the suspension
 *   NO_REQUEST         a resume rings, and leaves no request
 *   ARM_IS_SILENT      a thread that arms the timer does not ring
 *   NO_LOOK_AT_TIMERS  prepare does not look whether other threads have armed the timer
 *   NO_TIMERFD         prepare does not set the timerfd
 *   NEVER_EARLIER      it does not set a timerfd that is set for later
 *   EXPIRED_STAYS      it leaves a timerfd that has expired as it is
 *   NOT_RESET          the end of a wait that is lent does not take back until when it lasts
 *   SLEEPS_LONGER      prepare asks the wheel once more, and sets the timerfd to that
 */
#ifndef NOTIFIERS
#define NOTIFIERS 2
#endif
#ifdef RESUMER
#define CPUS (NOTIFIERS + 2)
#else
#define CPUS (NOTIFIERS + 1)
#endif
#define LOOP 0

#define STATE     0
#define REQUESTED 1
#define WORK      2
#define RESUMED   3
#ifdef TIMER
#define UNTIL     4
#define FILED_AT  5     /* TimerEntry.filed */
#define VARS      6
#else
#define VARS      4
#endif
#define RELEASED  REQUESTED

#include "memory.pml"

#define CODE_BITS 2
#define CODE      3
#define AWAKE     0
#define ARMED     1
#define RUNG      2

/* A bit for each notifier, and one for the home thread itself. */
#define OWN (1 << NOTIFIERS)
#ifdef BETWEEN
#define ALL (2 * OWN - 1)
#else
#define ALL (OWN - 1)
#endif

bool doorbell;
byte served;
bool prepared;      /* the hook was called */
bool asleep;
bool did;           /* the home thread has published its own work */

/* Inbox.push, then Wakeup.ringAfterPush; any thread, the home thread between prepare and dispatch too */
inline ring(me)
{
    fence(me);
    s = memory[STATE];
    if
    :: (s & CODE) == ARMED ->
        doorbell = true;
        compare_and_set(me, STATE, s, s - ARMED + RUNG, won)
    :: else
    fi;
    s = 0; won = false
}

#ifdef TIMER
#include "embed_timer.pml"
#endif

proctype notifier(byte me)
{
    byte s;
    bool won;
#ifdef TIMER
    byte deadline;
    arm_timer(me, (1 << (me - 1)))
#else
    fetch_or(me, WORK, (1 << (me - 1)));
    ring(me)
#endif
}

#ifdef RESUMER
/* HookSource.resume */
proctype resumer(byte me)
{
    byte s;
    bool won;
#ifdef REQUEST_FIRST
    store_or_release(me, REQUESTED, 1);
    ring(me);
    store(me, RESUMED, 1)
#else
    store(me, RESUMED, 1);
#ifndef NO_REQUEST
    store_or_release(me, REQUESTED, 1);
#endif
    ring(me)
#endif
}
#endif

/* HookDriver.prepare */
inline call_hook()
{
    if
    :: memory[RESUMED] != 0 -> prepared = true
    :: else
    fi
}

inline look()
{
    found = (memory[WORK] != 0);
    if
    :: !found -> found = (memory[REQUESTED] != 0)
    :: else
    fi;
#ifdef TIMER
    if
    :: !found -> look_at_timer()
    :: else
    fi
#endif
}

inline disarm()
{
#if defined(TIMER) && !defined(NOT_RESET)
    store(LOOP, UNTIL, ALWAYS);
#endif
    exchange(LOOP, STATE, (armings << CODE_BITS | AWAKE), was);
    was = 0; lent = false
}

/* LentWait.prepare */
inline prepare()
{
    if
    :: lent -> disarm()
    :: else
    fi;
#ifndef HOOK_AFTER_LOOK
    call_hook();
#endif
    lent = true;
    armings = (armings < 15 -> armings + 1 : 1);
#ifdef LOOK_BEFORE_ARM
    look();
#endif
    store(LOOP, STATE, (armings << CODE_BITS | ARMED));
#ifndef NO_LOOP_FENCE
    fence(LOOP);
#endif
#if !defined(LOOK_BEFORE_ARM) && !defined(NO_SECOND_LOOK)
    look();
#endif
#ifdef TIMER
    publish_until();
#endif
#ifdef DRAIN_AFTER_ARM
    doorbell = false;
#endif
#ifdef HOOK_AFTER_LOOK
    call_hook();
#endif
#ifndef NEVER_RINGS_ITSELF
    if
    :: found -> doorbell = true
    :: else
    fi;
#endif
#ifdef TIMER
    set_timerfd()
#else
    skip
#endif
}

/* Loop.turn(0): a wait that is lent is over */
inline turn()
{
    if
    :: lent -> disarm()
    :: else -> call_hook()
    fi;
#ifndef DRAIN_AFTER_WORK
    doorbell = false;
#endif
    if
    :: memory[REQUESTED] != 0 -> exchange(LOOP, REQUESTED, 0, got); got = 0
    :: else
    fi;
    exchange(LOOP, WORK, 0, got);
    d_step { served = served | got; got = 0 };
#ifdef TIMER
    accept_and_fire();
#endif
#ifdef DRAIN_AFTER_WORK
    doorbell = false
#else
    skip
#endif
}

proctype loop()
{
    byte s, armings, was, got;
    bool found, lent, won;
#ifdef TIMER
    byte filed = NEVER;     /* what it has stored in TimerEntry.filed */
    byte deadline, at, wake;
#endif
#ifdef FILED
    filed = FILED;
#endif
#ifdef PREPARES_ONCE
    prepare();
#endif
    do
    :: true ->
#ifndef PREPARES_ONCE
        prepare();
#endif
#ifdef BETWEEN
        if
        :: !did ->
            did = true;
#if defined(TIMER) && defined(BETWEEN_UNTOLD)
            arm_timer_at_home()
#elif defined(TIMER)
            arm_timer(LOOP, OWN)
#else
            fetch_or(LOOP, WORK, OWN);
#ifndef BETWEEN_UNTOLD
            ring(LOOP)
#endif
#endif
        :: true
        fi;
#endif
#ifdef POLLS_BETWEEN
        if
        :: true ->                          /* LentWait.poll */
            disarm();
            turn();
#ifndef NOT_LENT_AGAIN
            prepare()
#endif
        :: true
        fi;
#endif
#ifdef WITHOUT_TIME
        found = false;
#endif
        if
        :: found
#ifdef TIMER
        :: else -> sleep()
        fi;
        d_step { found = false; wake = 0 };
#else
        :: else -> asleep = true; d_step { doorbell; asleep = false }
        fi;
        found = false;
#endif
        turn();
#ifdef PREPARES_ONCE
        prepare();
#endif
    od
}

init
{
    atomic {
        byte i;
#ifdef TIMER
        memory[UNTIL] = ALWAYS;
        memory[FILED_AT] = NEVER;
#endif
#ifdef FILED
        wanted = FILED;
        armed_by = OWN;
        memory[FILED_AT] = FILED;
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

#if defined(TIMER)
#define DONE ((armed_by & returned) == 0)
#elif defined(RESUMER)
#define DONE ((served | OWN) == (ALL | OWN) && prepared)
#else
#define DONE ((served | OWN) == (ALL | OWN))
#endif

#ifdef NO_HANG
active proctype hang()
{
#ifdef TIMER
    timeout -> assert(DONE)
#else
    timeout -> assert(DONE && (!did || (served & OWN) != 0))
#endif
}
#endif

/* Every piece of work is dealt with, and the hook that was resumed is called; what the timer is armed for has fired. */
#ifdef TIMER
ltl served_all { <> [] DONE }
#else
ltl served_all { <> DONE }
#endif

/* In the end the outer loop sleeps: the descriptor does not stay readable for nothing. */
ltl quiet { <> [] asleep }
