/*
 * timed: runs one command and reports what it used.
 *
 *     cc -O2 -o timed timed.c
 *     timed FD COMMAND [ARGUMENT]...
 *
 * Writes one line to the open descriptor FD, which COMMAND does not inherit:
 * wall seconds, user seconds, system seconds, peak resident KiB, wait status.
 *
 * It is a program of its own because ru_maxrss outlives execve: a command
 * started by an interpreter is charged at least the interpreter's memory.
 */
#define _GNU_SOURCE
#include <errno.h>
#include <fcntl.h>
#include <spawn.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/resource.h>
#include <sys/wait.h>
#include <time.h>

extern char **environ;

static double now(void) {
    struct timespec t;
    clock_gettime(CLOCK_MONOTONIC, &t);
    return (double)t.tv_sec + (double)t.tv_nsec / 1e9;
}

static double seconds(struct timeval t) {
    return (double)t.tv_sec + (double)t.tv_usec / 1e6;
}

int main(int argc, char **argv) {
    if (argc < 3) {
        fputs("usage: timed FD COMMAND [ARGUMENT]...\n", stderr);
        return 2;
    }
    int report = atoi(argv[1]), status;
    struct rusage used;
    pid_t child;
    fcntl(report, F_SETFD, FD_CLOEXEC);

    double start = now();
    int error = posix_spawnp(&child, argv[2], NULL, NULL, argv + 2, environ);
    if (error != 0) {
        fprintf(stderr, "timed: %s: %s\n", argv[2], strerror(error));
        return 2;
    }
    while (wait4(child, &status, 0, &used) < 0) {
        if (errno != EINTR) {
            perror("timed: wait4");
            return 2;
        }
    }
    dprintf(report, "%.6f %.6f %.6f %ld %d\n", now() - start, seconds(used.ru_utime),
            seconds(used.ru_stime), used.ru_maxrss, status);
    return 0;
}
