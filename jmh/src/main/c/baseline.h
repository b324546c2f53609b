/*
 * What the programs here share. Each measures one thing that the library does in Java, done in C with nothing around it:
 * the limit that the benchmarks compare with. CLibrary.java compiles them into one shared library.
 */
#ifndef BASELINE_H
#define BASELINE_H

#define _GNU_SOURCE
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <unistd.h>
#include <sys/syscall.h>

/* A call of the baseline that fails makes its figures worthless: say which, and stop. */
#define CHECK(call)                                                                                                    \
    ({                                                                                                                 \
        long check_result = (long) (call);                                                                             \
        if (check_result < 0) {                                                                                        \
            perror(#call);                                                                                             \
            abort();                                                                                                   \
        }                                                                                                              \
        check_result;                                                                                                  \
    })

static inline void spin_pause(void)
{
#if defined(__x86_64__)
    __builtin_ia32_pause();
#elif defined(__aarch64__)
    __asm__ volatile("yield");
#endif
}

#endif
