/* The notifiers of wakeup.pml, which includes this and says what each -D does; and who stops the loop. */

inline ring_doorbell(arming)
{
#ifdef SAFE
    d_step {
        assert((rung & (1 << arming)) == 0);        /* one ring per arming */
        assert((unanswered & (1 << arming)) == 0);  /* none that disarm() knows nothing of */
        rung = rung | (1 << arming)
    };
#endif
#ifdef REACH_LATE_RING
    assert(memory[STATE] == (arming << CODE_BITS | RUNG));
#endif
#ifdef LOSSY_DOORBELL
    if
    :: doorbell = true
    :: true
#ifdef RESCUE
        -> lost = lost | (1 << arming)
#endif
    fi
#else
    doorbell = true
#endif
#ifdef RESCUE
    ; wanted = (arming > wanted -> arming : wanted)
#endif
#ifdef RELAY
    ; sigio = true
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

inline answer()
{
#ifdef PLAIN_WRITE_FOR_CAS
    store(me, STATE, s - ARMED + RUNG);
    won = true;
#else
    compare_and_set(me, STATE, s, s - ARMED + RUNG, won);
#endif
    if
    :: won ->
#ifdef THROWING_DOORBELL
        if
        :: !threw ->
            d_step {
                threw = true;
#ifdef RELAY
                sigio = true;
#endif
                excused = excused | (FIRST(me) << n)
            };
#ifndef KEEP_RUNG
            compare_and_set(me, STATE, s - ARMED + RUNG, s, won);
#endif
#ifdef EXCUSE_CONCURRENT
            excused = excused | begun
#endif
        :: ring_doorbell((s >> CODE_BITS))
        fi
#else
        ring_doorbell((s >> CODE_BITS))
#endif
    :: else
#ifdef REACH_LOST_CAS
        -> assert(false)
#endif
    fi
}

inline ring()
{
#ifndef NO_NOTIFIER_FENCE
    fence(me);
#endif
    if
    :: early
    :: else -> s = memory[STATE]
    fi;
    if
    :: (s & CODE) == ARMED -> answer()
    :: else
    fi;
    d_step { s = 0; won = false; early = false }
}

#ifdef THROWING_DOORBELL
bool threw;         /* the doorbell has failed, and will not again */
byte excused;       /* items that may be left when the loop sleeps for ever */
byte begun;         /* items whose notifier has begun */
#else
#define excused 0
#endif

#ifdef REQUEST_NOT_KEPT
byte wanted_bare;   /* what is wanted, in nobody's memory: nobody can look for it */
#endif

proctype notifier(byte me)
{
    byte n, s;
    bool won, bare, early;
    for (n : 0 .. ITEMS(me) - 1) {
#ifdef EXCUSE_CONCURRENT
        begun = begun | (FIRST(me) << n);
#endif
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
