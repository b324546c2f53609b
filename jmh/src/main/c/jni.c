/* The native methods of JniCalls.java. Memory comes as an address in a jlong. */
#include "baseline.h"
#include <fcntl.h>
#include <jni.h>
#include <poll.h>
#include <signal.h>
#include <sys/epoll.h>
#include <sys/eventfd.h>

#define AT(address) ((void *) (intptr_t) (address))
#define METHOD(type, name, ...)                                                                                        \
    JNIEXPORT type JNICALL Java_dev_aiocontext_jmh_calls_JniCalls_##name(                                              \
            JNIEnv *env __attribute__((unused)), jclass class __attribute__((unused)) __VA_OPT__(,) __VA_ARGS__)

METHOD(jint, cGettid)
{
    return (jint) syscall(SYS_gettid);
}

METHOD(jlong, cWrite, jint fd, jlong bytes, jlong length)
{
    return write(fd, AT(bytes), length);
}

METHOD(jlong, cRead, jint fd, jlong bytes, jlong length)
{
    return read(fd, AT(bytes), length);
}

METHOD(jint, cFcntl, jint fd, jint command, jint argument)
{
    return fcntl(fd, command, argument);
}

METHOD(jint, cPpoll, jlong fds, jlong count, jlong timeout)
{
    return ppoll(AT(fds), count, AT(timeout), NULL);
}

METHOD(jint, cEpollWait, jint epoll, jlong events, jint maximum, jint timeout)
{
    return epoll_wait(epoll, AT(events), maximum, timeout);
}

METHOD(jint, cEpollPwait2, jint epoll, jlong events, jint maximum, jlong timeout)
{
    return (jint) syscall(SYS_epoll_pwait2, epoll, AT(events), maximum, AT(timeout), NULL, 8);
}

METHOD(jint, cEpollCtl, jint epoll, jint operation, jint fd, jlong event)
{
    return epoll_ctl(epoll, operation, fd, AT(event));
}

METHOD(jint, cEventfd, jint initial, jint flags)
{
    return eventfd(initial, flags);
}

METHOD(jint, cPipe2, jlong fds, jint flags)
{
    return pipe2(AT(fds), flags);
}

METHOD(jint, cEpollCreate1, jint flags)
{
    return epoll_create1(flags);
}

METHOD(jint, cClose, jint fd)
{
    return close(fd);
}

METHOD(jint, cKill, jint pid, jint signal)
{
    return kill(pid, signal);
}

METHOD(jint, cTgkill, jint pid, jint tid, jint signal)
{
    return (jint) syscall(SYS_tgkill, pid, tid, signal);
}

METHOD(jint, cSigwait, jlong set, jlong signal)
{
    return sigwait(AT(set), AT(signal));
}
