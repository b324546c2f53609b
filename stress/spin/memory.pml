/*
 * Memory of a machine that delays stores. Included by the models; needs CPUS and VARS (at most 8).
 *
 *   -DSC    every store is seen at once by all
 *   -DTSO   each processor has a queue of its stores; what leaves the queue is seen by all; first in, first out (x86)
 *   -DWEAK  as TSO, but stores to different variables leave the queue in any order (nearer to aarch64); where a model
 *           says so, a load may also be done early
 *
 * A fence waits until the processor's own queue is empty. An atomic read-modify-write does too, and then acts on
 * memory at once. A load looks at memory only: no model loads what is still in the loader's own queue.
 */
#if defined(SC) + defined(TSO) + defined(WEAK) != 1
#error one of SC, TSO and WEAK
#endif

byte memory[VARS];

#ifdef SC
inline store(cpu, variable, value) { memory[variable] = value }
inline store_or(cpu, variable, bits) { memory[variable] = memory[variable] | bits }
inline store_bits(cpu, variable, keep, bits) { memory[variable] = (memory[variable] & (keep)) | (bits) }
#define store_bits_release(cpu, variable, keep, bits) store_bits(cpu, variable, keep, bits)
inline fence(cpu) { skip }
#define DRAINED(cpu) true
#else

#define DRAINED(cpu) empty(queue[cpu])

/* Variable, bits to keep, bits to set. */
chan queue[CPUS] = [2] of { byte, byte, byte };

inline store(cpu, variable, value) { queue[cpu]!variable, 0, value }

/* Stores a bit of a variable whose other bits belong to others: how a model tells apart who stored the same "true". */
inline store_or(cpu, variable, bits) { queue[cpu]!variable, 255, bits }

/* Stores some bits of a variable whose other bits are stored by others. */
inline store_bits(cpu, variable, keep, bits) { queue[cpu]!variable, keep, bits }

/*
 * The same as a release store: it leaves the queue after all that came before it. For the one variable of a model that is
 * defined as RELEASED.
 */
#ifdef TSO
#define store_bits_release(cpu, variable, keep, bits) store_bits(cpu, variable, keep, bits)
#else
#define RELEASE 255
inline store_bits_release(cpu, variable, keep, bits) { queue[cpu]!RELEASE, keep, bits }
#endif

inline fence(cpu) { empty(queue[cpu]) }

/* Lets the stores of one processor out, sooner or later. */
proctype buffer(byte cpu)
{
    byte variable, keep, set;
end:
    do
#ifdef TSO
    :: d_step { queue[cpu]?variable, keep, set; memory[variable] = (memory[variable] & keep) | set; set = 0; keep = 0; variable = 0 }
#else
    :: d_step { queue[cpu]??0, keep, set; memory[0] = (memory[0] & keep) | set; set = 0; keep = 0 }
#ifdef RELEASED
    :: d_step { queue[cpu]?RELEASE, keep, set; memory[RELEASED] = (memory[RELEASED] & keep) | set; set = 0; keep = 0 }
#endif
#if VARS > 1
    :: d_step { queue[cpu]??1, keep, set; memory[1] = (memory[1] & keep) | set; set = 0; keep = 0 }
#endif
#if VARS > 2
    :: d_step { queue[cpu]??2, keep, set; memory[2] = (memory[2] & keep) | set; set = 0; keep = 0 }
#endif
#if VARS > 3
    :: d_step { queue[cpu]??3, keep, set; memory[3] = (memory[3] & keep) | set; set = 0; keep = 0 }
#endif
#if VARS > 4
    :: d_step { queue[cpu]??4, keep, set; memory[4] = (memory[4] & keep) | set; set = 0; keep = 0 }
#endif
#if VARS > 5
    :: d_step { queue[cpu]??5, keep, set; memory[5] = (memory[5] & keep) | set; set = 0; keep = 0 }
#endif
#if VARS > 6
    :: d_step { queue[cpu]??6, keep, set; memory[6] = (memory[6] & keep) | set; set = 0; keep = 0 }
#endif
#if VARS > 7
    :: d_step { queue[cpu]??7, keep, set; memory[7] = (memory[7] & keep) | set; set = 0; keep = 0 }
#endif
#endif
    od
}
#endif

#define store_or_release(cpu, variable, bits) store_bits_release(cpu, variable, 255, bits)

/* getAndSet */
inline exchange(cpu, variable, value, old)
{
    d_step { DRAINED(cpu); old = memory[variable]; memory[variable] = value }
}

/* compareAndSet */
inline compare_and_set(cpu, variable, expected, value, won)
{
    d_step {
        DRAINED(cpu);
        won = (memory[variable] == expected);
        memory[variable] = (won -> value : memory[variable])
    }
}

/* getAndBitwiseOr, and what else sets a bit by an atomic read-modify-write */
inline fetch_or(cpu, variable, bits)
{
    d_step { DRAINED(cpu); memory[variable] = memory[variable] | bits }
}

#ifdef SC
inline start_buffers() { skip }
#else
inline start_buffers()
{
    byte cpu_started;
    for (cpu_started : 0 .. CPUS - 1) { run buffer(cpu_started) }
    cpu_started = 0
}
#endif
