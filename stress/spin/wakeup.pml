/*
 * The wake-up of the library: Wakeup.java, and what surrounds it of Inbox.java, Waiting.java, Arming.java, Loop.java and
 * RelayDriver.java. One home thread, whose callbacks may poll again (nested); NOTIFIERS threads that publish work, each
 * piece as a task (WorkQueue.push, then ringAfterPush) or as a bare wake-up (request); the queue is a set here, workqueue.pml
 * has the real one; a device that wakes the loop for another reason. Names are those of the Java code.
 *
 * Each -D below takes one line away, or puts it in the wrong place; verdicts.tsv says what comes of it.
 *
 *   NO_NOTIFIER_FENCE    ring() has no fence
 *   NO_LOOP_FENCE        arm() has no fence
 *   NO_SECOND_LOOK       the loop blocks after arming without looking for work again
 *   LOOK_BEFORE_ARM      the second look comes before the arming
 *   RING_BEFORE_PUBLISH  the notifier rings, then publishes
 *   PLAIN_WRITE_FOR_CAS  the notifier that sees ARMED rings and writes RUNG, without a compare-and-set
 *   PLAIN_DISARM         disarm() is a plain store
 *   DRAIN_BEFORE_WAIT    the doorbell is drained between the second look and the wait
 *   DRAIN_AFTER_WORK     the doorbell is drained after the work has run
 *   DRAIN_IF_RUNG        the doorbell is drained only when the state says that it was rung
 *   REQUEST_NOT_KEPT     a bare wake-up leaves no request behind
 *   OPAQUE_PUSH          the push does not order what the work holds before the work itself
 *   OPAQUE_REQUEST       nor does a bare wake-up what its notifier did before
 *   STOPS                (no bug) a call may stop between any two steps of a notifier, by an Error; only its own item is excused
 *   MARK_FIRST           the notifier marks the arming as RUNG, then rings
 *   GIVE_BACK            ... and if it cannot ring it gives the arming back, which may fail too
 *   GIVE_BACK_SURELY     ... which never fails
 *   TASKS                (no bug) no bare wake-ups
 *   PAYLOADS             (no bug) something is stored before each task is pushed and each bare wake-up requested
 *   LOSSY_DOORBELL       a write to the doorbell may be lost; what the relay is the insurance for
 *   CLOSER               (no bug) one more thread stops the loop, which then closes: no work is accepted any more, what was
 *                        accepted is run
 *   STOP_AFTER_REQUEST   the closer wakes the loop, then says that it is to stop
 *   RESCUE               (no bug) the loop judges which records of the relay are rescues
 *   JUDGED_EARLY         ... without a last look at the doorbell
 *   RELAY                (no bug) the SIGIO relay rings after the doorbell, as Doorbell.andThen has it
 */
#ifndef NOTIFIERS
#define NOTIFIERS 2
#endif
#ifndef ITEMS_OF_FIRST
#define ITEMS_OF_FIRST 1
#endif

#ifdef CLOSER
#define CPUS (NOTIFIERS + 2)
#else
#define CPUS (NOTIFIERS + 1)
#endif
#define LOOP 0

#define STATE     0
#define REQUESTED 1
#define WORK      2
#define PAYLOAD   3
#define STOP      3     /* with CLOSER, and then without PAYLOADS */
#define VARS      4
#define RELEASED  REQUESTED

#include "memory.pml"

/* The two low bits of the state; the others are the number of the arming. */
#define CODE_BITS 2
#define CODE      3
#define AWAKE     0
#define ARMED     1
#define RUNG      2

/* The first notifier has more items than one, if told so. Each item is a bit. */
#define ITEMS(notifier) (notifier == 1 -> ITEMS_OF_FIRST : 1)
#define FIRST(notifier) (notifier == 1 -> 1 : 1 << (ITEMS_OF_FIRST + notifier - 2))
#define ALL ((1 << (NOTIFIERS - 1 + ITEMS_OF_FIRST)) - 1)

bool doorbell;      /* the eventfd is readable */
bool device;        /* some other descriptor is readable */
bool sigio;         /* the relay's signal is pending */
bool relay_pipe;    /* the relay's pipe is readable */

/* What only the model knows. */
byte served;        /* the items that the loop has dealt with */
bool asleep;        /* the loop is in its wait */
#ifdef CLOSER
bool closed;        /* the loop has closed, and run what was accepted */
#define REFUSES 128 /* in WORK: CLOSED */
#endif
#ifdef RESCUE
byte wanted;        /* RelayRequests.Channel.wanted */
byte record;        /* the latest arming in the relay's pipe */
byte lost;          /* the arming, if a write to the doorbell for it was lost */
#endif
#if defined(SAFE) && !defined(RESCUE)
#define ANSWERS
#endif
#if defined(ANSWERS) || defined(REACH_SECOND_RING)
byte rung;          /* the arming, if it was rung */
byte answered;      /* the arming, if a notifier is back from answering it */
byte unanswered;    /* the arming, if it was not RUNG when the loop disarmed */
#endif

#include "wakeup_notifier.pml"

/* Waiting.timeout() == 0 */
inline look(found)
{
    found = (taken != 0 || memory[WORK] != 0);
    if
    :: !found -> found = (memory[REQUESTED] != 0)
    :: else
    fi
}

inline arm()
{
    armings++;
#ifdef SAFE
    assert(armings < 31);       /* they fit the state's byte */
#endif
    store(LOOP, STATE, (armings << CODE_BITS | ARMED));
#ifndef NO_LOOP_FENCE
    fence(LOOP)
#endif
}

inline disarm()
{
#ifdef PLAIN_DISARM
    was = memory[STATE];
    store(LOOP, STATE, (armings << CODE_BITS | AWAKE));
#else
    exchange(LOOP, STATE, (armings << CODE_BITS | AWAKE), was);
#endif
#ifdef ANSWERS
    d_step { unanswered = ((was & CODE) == RUNG -> 0 : armings); rung = 0; answered = 0 }
#else
    skip
#endif
}

#ifdef RESCUE
#define DRAINED_NOW drained = armings
#else
#define DRAINED_NOW skip
#endif

inline drain()
{
    if
    :: seen -> d_step { doorbell = false; seen = false; DRAINED_NOW }
    :: else
    fi
}

/* RelayDriver.relayed(signal, answered) */
inline judge()
{
    if
    :: told == armings && (memory[WORK] != 0 || memory[REQUESTED] != 0) && drained != armings ->
#ifdef JUDGED_EARLY
        assert(lost == armings);
#else
        d_step { rescue = !doorbell; doorbell = false; drained = (rescue -> drained : armings) };
        if
        :: rescue ->
#ifdef REACH_RESCUE
            assert(false);
#endif
#ifdef SAFE
            assert(lost == armings);        /* a rescue is one */
#endif
            rescue = false
        :: else
        fi
#endif
    :: else
    fi;
    told = 0
}

/* Waiting.await, with the timeout that was found. */
inline await()
{
    look(found);
    if
    :: found
    :: else ->
#ifdef LOOK_BEFORE_ARM
        look(found);
        arm();
#else
        arm();
#ifndef NO_SECOND_LOOK
        look(found);
#endif
#endif
#ifdef DRAIN_BEFORE_WAIT
        doorbell = false;
#endif
        if
        :: found ->
#ifdef REACH_SECOND_LOOK
            assert(false);
#endif
            seen = doorbell
        :: else ->
            asleep = true;
            d_step {
                doorbell || device || relay_pipe;
                asleep = false; seen = doorbell; device = false; piped = relay_pipe
            }
        fi;
        disarm()
    fi;
    found = false
}

/* Loop.accept */
inline accept_wakeup()
{
#ifdef DRAIN_IF_RUNG
    seen = seen && (was & CODE) == RUNG;
#endif
#ifndef DRAIN_AFTER_WORK
    drain();
#endif
    was = 0;
    if
#ifdef RESCUE
    :: piped -> d_step { relay_pipe = false; piped = false; told = record; record = 0 }; judge()
#else
    :: piped -> relay_pipe = false; piped = false
#endif
    :: else
    fi;
    if
    :: memory[REQUESTED] != 0 ->
        exchange(LOOP, REQUESTED, 0, got);
#ifdef PAYLOADS
        assert((got & ~memory[PAYLOAD]) == 0);      /* what the notifier stored before the request is there */
#endif
        d_step { served = served | got; got = 0 }
    :: else
    fi
#ifdef REQUEST_NOT_KEPT
    ; d_step { served = served | wanted_bare; wanted_bare = 0 }
#endif
}

inline take_work()
{
    if
    :: memory[WORK] != 0 ->
        exchange(LOOP, WORK, 0, got);
        d_step { taken = taken | got; got = 0 }
    :: else
    fi
}

/* The callback of the first notifier's first item may poll until the last notifier's first item was served. */
#define NESTING 1
#define AWAITED (1 << (ITEMS_OF_FIRST + NOTIFIERS - 2))

proctype loop()
{
    byte armings, was, got, taken, item;
    bool found, seen, piped, nested;
#ifdef RESCUE
    byte drained, told;
    bool rescue;
#endif
iterate:
    await();
    accept_wakeup();
    take_work();
run_taken:
    do
    :: taken != 0 ->
        d_step { item = taken & (255 - (taken - 1)); taken = taken & (255 - item) }
#ifdef PAYLOADS
        assert((memory[PAYLOAD] & item) != 0);      /* what the notifier stored before the push is there */
#endif
        if
        :: item == NESTING && !(served & AWAITED) ->
            d_step { nested = true; item = 0 };
            goto iterate
        :: d_step { served = served | item; item = 0 }
        fi
    :: else -> break
    od;
#ifdef DRAIN_AFTER_WORK
    drain();
#endif
    if
    :: nested && (served & AWAITED) ->
#ifdef REACH_NESTED
        assert(armings < 3);    /* the nested poll slept as well */
#endif
        d_step { nested = false; served = served | NESTING };
        goto run_taken
#ifdef CLOSER
    :: !nested && memory[STOP] ->                       /* AioContext.run returns, close */
        exchange(LOOP, WORK, REFUSES, got);
        d_step { served = served | got; got = 0; closed = true }
#endif
    :: else -> goto iterate
    fi
}

proctype other_device()
{
    device = true
}

#ifdef CLOSER
#define DONE (served == ALL && closed)
#elif defined(STOPS)
/* The callback that waits for work of a call that was stopped may wait for ever. */
#define DONE ((served | excused | ((excused & AWAITED) != 0)) == ALL)        /* NESTING is 1 */
#else
#define DONE (served == ALL)
#endif

#ifdef NO_HANG
/* Nobody can move: then no work may be left. Finds a hang in far fewer states than served_all, but no busy loop. */
active proctype hang()
{
    timeout -> assert(DONE)
}
#endif

#ifdef RELAY
/* relay.pml has the whole of it. */
proctype relay()
{
end:
    do
#ifdef RESCUE
    :: sigio -> sigio = false; d_step { record = (wanted > record -> wanted : record); wanted = 0; relay_pipe = true }
#else
    :: sigio -> sigio = false; relay_pipe = true
#endif
    od
}
#endif

init
{
    atomic {
        byte i;
        start_buffers();
        run loop();
        run other_device();
#ifdef RELAY
        run relay();
#endif
        for (i : 1 .. NOTIFIERS) { run notifier(i) }
#ifdef CLOSER
        run closer(NOTIFIERS + 1);
#endif
        i = 0
    }
}

/* Every piece of work is dealt with: none waits for ever while the loop sleeps. */
ltl served_all { <> DONE }

/* In the end the loop sleeps: no doorbell keeps it turning for nothing. */
ltl quiet { <> [] asleep }
