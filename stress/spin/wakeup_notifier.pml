/* The notifiers of wakeup.pml, which includes this and says what each -D does; and who stops the loop. */

#ifdef STOPS
#define MAY_STOP if :: goto stopped :: skip fi
#else
#define MAY_STOP skip
#endif

#if defined(ANSWERS) || defined(REACH_SECOND_RING)
/* Notes of an arming, while it lasts, that it was rung, or answered. */
inline note(what, arming)
{
    d_step { what = (memory[STATE] >> CODE_BITS == arming && (memory[STATE] & CODE) != AWAKE -> arming : what) }
}
#endif

/* Doorbell.ring, and the relay's after it */
inline ring_doorbell(arming)
{
#ifdef REACH_LATE_RING
    assert(memory[STATE] == (arming << CODE_BITS | ARMED));
#endif
#ifdef REACH_SECOND_RING
    assert(rung != arming);         /* two notifiers overlap */
    note(rung, arming);
#endif
    atomic {
        MAY_STOP;
#ifdef ANSWERS
        note(rung, arming);
#endif
#ifdef LOSSY_DOORBELL
        if
        :: doorbell = true
        :: true
#ifdef RESCUE
            -> lost = (memory[STATE] >> CODE_BITS == arming -> arming : lost)
#endif
        fi
#else
        doorbell = true
#endif
    }
#ifdef RESCUE
    ; atomic { MAY_STOP; wanted = (arming > wanted -> arming : wanted) }
#endif
#ifdef RELAY
    ; atomic { MAY_STOP; sigio = true }
#endif
}

/* WorkQueue.push(work), or requested = true */
inline publish(item)
{
#ifdef PAYLOADS
    store_or(me, PAYLOAD, item);
#endif
    if
    :: bare ->
#ifdef REQUEST_NOT_KEPT
        wanted_bare = wanted_bare | item
#else
#ifdef OPAQUE_REQUEST
        store_or(me, REQUESTED, item)
#else
        store_or_release(me, REQUESTED, item)
#endif
#endif
    :: else ->
#ifdef CLOSER
        d_step {
            DRAINED(me);
            served = (memory[WORK] & REFUSES -> served | item : served);    /* its pusher is told, and that is that */
            memory[WORK] = (memory[WORK] & REFUSES -> REFUSES : memory[WORK] | item)
        }
#else
#ifdef OPAQUE_PUSH
        store_or(me, WORK, item)
#else
        fetch_or(me, WORK, item)
#endif
#endif
    fi
}

/* The state says RUNG. */
inline mark()
{
#ifdef PLAIN_WRITE_FOR_CAS
    store(me, STATE, s - ARMED + RUNG)
#else
    compare_and_set(me, STATE, s, s - ARMED + RUNG, won)
#ifdef ANSWERS
    ; assert(!won || unanswered != s >> CODE_BITS)   /* none that disarm() knows nothing of */
#endif
#endif
}

/* Wakeup.answer */
inline answer()
{
#ifdef MARK_FIRST
    mark();
    if
    :: won ->
#if defined(GIVE_BACK) || defined(GIVE_BACK_SURELY)
        if
        :: ring_doorbell((s >> CODE_BITS))
        :: true ->                                  /* ring() throws: the finally */
#ifdef GIVE_BACK
            MAY_STOP;
#endif
            compare_and_set(me, STATE, s - ARMED + RUNG, s, won);
            goto stopped
        fi
#else
        ring_doorbell((s >> CODE_BITS))
#endif
    :: else
    fi
#else
    ring_doorbell((s >> CODE_BITS));
    atomic { MAY_STOP; mark() }
#ifdef REACH_LOST_CAS
    ; assert(won)
#endif
#endif
#ifdef ANSWERS
    ; note(answered, (s >> CODE_BITS))
#endif
}

inline ring()
{
#ifndef NO_NOTIFIER_FENCE
    fence(me);
#endif
    if
    :: early
    :: else ->
        atomic {
            MAY_STOP;
            s = memory[STATE];
#ifdef ANSWERS
            assert((s & CODE) != ARMED || answered != s >> CODE_BITS);     /* nobody is back from answering */
            assert((s & CODE) != RUNG || rung == s >> CODE_BITS)            /* somebody has rung */
#endif
        }
    fi;
    if
    :: (s & CODE) == ARMED -> answer()
    :: else
    fi
}

#ifdef STOPS
byte excused = ALL; /* items whose notifier's call has not returned; who is stopped goes on with its next call */
#endif

#ifdef REQUEST_NOT_KEPT
byte wanted_bare;   /* what is wanted, in nobody's memory: nobody can look for it */
#endif

proctype notifier(byte me)
{
    byte n, s;
    bool won, bare, early;
    for (n : 0 .. ITEMS(me) - 1) {
#ifndef TASKS
        if
        :: bare = true
        :: bare = false
        fi;
#endif
#if defined(NO_NOTIFIER_FENCE) && defined(WEAK)
        /* Nothing keeps the load of the state after the publishing: on aarch64 it may pass the store of a CAS too. */
        if
        :: early = true; s = memory[STATE]
        :: skip
        fi;
#endif
#ifdef RING_BEFORE_PUBLISH
        ring();
        publish((FIRST(me) << n))
#else
        publish((FIRST(me) << n));
        ring()
#endif
#ifdef STOPS
        atomic { MAY_STOP; excused = excused & ~(FIRST(me) << n) };
stopped: skip
#endif
        ;
        d_step { s = 0; won = false; early = false }
    }
}

#ifdef CLOSER
/* AioContext.stop() */
proctype closer(byte me)
{
    byte s;
    bool won, early;
#ifdef STOP_AFTER_REQUEST
    store_or_release(me, REQUESTED, 1);
    ring();
    store(me, STOP, 1)
#else
    store(me, STOP, 1);
    store_or_release(me, REQUESTED, 1);
    ring()
#endif
}
#endif
