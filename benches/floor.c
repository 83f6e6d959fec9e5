/*
 * floor: the system-call floor of a metadata scan.
 *
 *     cc -O2 -pthread -o floor floor.c
 *     floor [--open | --content] THREADS PATH
 *
 * Walks the tree at PATH with the calls that no scanner can do without, and
 * does nothing else: openat of a directory relative to its parent's
 * descriptor, getdents64, statx of every entry relative to its directory's
 * descriptor. It stays on one filesystem and follows no symbolic link.
 *
 * With --open every regular file is also opened and asked for its extents
 * (FIEMAP) and the names of its extended attributes (flistxattr). With --content
 * it is read to its end as well, without a look at the bytes, and asked once more
 * for its times (statx), which tell whether it changed meanwhile.
 *
 * The sums that it prints keep the work from being optimised away and show
 * that two runs saw the same tree. PATH itself is counted as a directory.
 *
 * Each thread owns a stack of directories still to be read: it takes the
 * newest, so that few descriptors are open at once, and an idle thread steals
 * the oldest, which is likely to be the largest subtree.
 *
 * Exit code: 0, 1 if some entry could not be examined, 2 for usage.
 */
#define _GNU_SOURCE
#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <linux/fiemap.h>
#include <linux/fs.h>
#include <pthread.h>
#include <sched.h>
#include <stdatomic.h>
#include <stdbool.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/resource.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <sys/sysmacros.h>
#include <unistd.h>

/* One getdents64 call reads a usual directory whole, and the buffer stays in
 * the processor's second-level cache. */
enum { DIRENT_BUFFER = 64 * 1024 };
enum { EXTENTS_A_CALL = 64, XATTR_BUFFER = 4096, CONTENT_BUFFER = 256 * 1024 };
/* Looks at the other stacks before an idle thread gives up its time slice. */
enum { SPINS_BEFORE_YIELD = 64 };
enum { CACHE_LINE = 64, MAX_THREADS = 1024 };

#define INLINED static inline __attribute__((always_inline))

/* A directory that is open because subdirectories must be opened from it. */
struct parent {
    atomic_uint waiting; /* subdirectories not opened yet */
    int fd;
    char names[]; /* theirs, each ended by NUL */
};

/* A directory still to be read. */
struct pending {
    struct parent *parent;
    const char *name; /* inside parent->names */
};

struct sums {
    uint64_t entries, directories, bytes, links, extents, attribute_bytes, bytes_read, errors;
};

struct worker {
    _Alignas(CACHE_LINE) atomic_bool locked; /* guards the stack */
    atomic_size_t oldest, newest;            /* work is stack[oldest..newest] */
    size_t capacity;
    struct pending *stack;

    _Alignas(CACHE_LINE) struct sums sums;
    /* Subdirectories of the directory being read: their names, end to end. */
    char *found;
    size_t found_bytes, found_capacity, found_count;
    char *dirents, *content;
    pthread_t thread;
};

static struct worker *workers;
static unsigned worker_count;
static atomic_uint idle_workers;
static bool open_files, read_content;
static int no_atime; /* O_NOATIME where it is allowed for any file */
static dev_t device;

static void *checked(void *memory) {
    if (!memory) {
        perror("floor: memory");
        exit(2);
    }
    return memory;
}

/* System calls */

/*
 * Inlined, because a return instruction right after a system call is dear where
 * the kernel's mitigations empty the processor's return predictions. On an AMD
 * EPYC with "Safe RET" a walk takes 17 % longer with libc's wrappers, and as
 * long with this function out of line. -DFLOOR_LIBC measures the former.
 * Gives the result or a negative errno.
 */
INLINED long
system_call(long number, long a, long b, long c, long d, long e) {
#if defined(__x86_64__) && !defined(FLOOR_LIBC)
    long result;
    register long r10 __asm__("r10") = d;
    register long r8 __asm__("r8") = e;
    __asm__ volatile("syscall"
                     : "=a"(result)
                     : "0"(number), "D"(a), "S"(b), "d"(c), "r"(r10), "r"(r8)
                     : "rcx", "r11", "memory");
    return result;
#elif defined(__aarch64__) && !defined(FLOOR_LIBC)
    register long x8 __asm__("x8") = number;
    register long x0 __asm__("x0") = a;
    register long x1 __asm__("x1") = b;
    register long x2 __asm__("x2") = c;
    register long x3 __asm__("x3") = d;
    register long x4 __asm__("x4") = e;
    __asm__ volatile("svc 0"
                     : "+r"(x0)
                     : "r"(x8), "r"(x1), "r"(x2), "r"(x3), "r"(x4)
                     : "memory");
    return x0;
#else
    long result = syscall(number, a, b, c, d, e);
    return result < 0 ? -errno : result;
#endif
}

INLINED int
open_at(int directory, const char *name, int flags) {
    return (int)system_call(SYS_openat, directory, (long)name, flags | O_CLOEXEC, 0, 0);
}

INLINED void close_descriptor(int fd) {
    system_call(SYS_close, fd, 0, 0, 0, 0);
}

INLINED long
read_dirents(int fd, char *buffer, size_t size) {
    return system_call(SYS_getdents64, fd, (long)buffer, (long)size, 0, 0);
}

INLINED long
stat_at(int directory, const char *name, struct statx *facts) {
    return system_call(SYS_statx, directory, (long)name, AT_SYMLINK_NOFOLLOW | AT_NO_AUTOMOUNT,
                       STATX_BASIC_STATS, (long)facts);
}

INLINED long stat_open(int fd, struct statx *facts) {
    return system_call(SYS_statx, fd, (long)"", AT_EMPTY_PATH, STATX_BASIC_STATS, (long)facts);
}

INLINED long read_at(int fd, char *buffer, size_t size, uint64_t offset) {
    return system_call(SYS_pread64, fd, (long)buffer, (long)size, (long)offset, 0);
}

INLINED long fiemap(int fd, struct fiemap *map) {
    return system_call(SYS_ioctl, fd, FS_IOC_FIEMAP, (long)map, 0, 0);
}

INLINED long
list_attributes(int fd, char *names, size_t size) {
    return system_call(SYS_flistxattr, fd, (long)names, (long)size, 0, 0);
}

/* The stacks */

static inline void relax(void) {
#if defined(__x86_64__) || defined(__i386__)
    __builtin_ia32_pause();
#elif defined(__aarch64__)
    __asm__ volatile("yield");
#endif
}

static void lock(struct worker *w) {
    while (atomic_exchange_explicit(&w->locked, true, memory_order_acquire))
        relax();
}

static void unlock(struct worker *w) {
    atomic_store_explicit(&w->locked, false, memory_order_release);
}

static size_t stack_size(struct worker *w) {
    return atomic_load_explicit(&w->newest, memory_order_relaxed) -
           atomic_load_explicit(&w->oldest, memory_order_relaxed);
}

/* Makes room for `more` entries; the caller holds the lock. */
static void reserve(struct worker *w, size_t more) {
    size_t size = stack_size(w);
    if (w->newest + more <= w->capacity)
        return;
    if (w->oldest > 0) {
        memmove(w->stack, w->stack + w->oldest, size * sizeof *w->stack);
        w->oldest = 0;
        w->newest = size;
    }
    if (size + more > w->capacity) {
        w->capacity = 2 * (size + more);
        w->stack = checked(realloc(w->stack, w->capacity * sizeof *w->stack));
    }
}

/* Pushes every subdirectory that `names` lists. */
static void push(struct worker *w, struct parent *parent, size_t count) {
    lock(w);
    reserve(w, count);
    const char *name = parent->names;
    size_t at = w->newest;
    for (size_t i = 0; i < count; i++) {
        w->stack[at++] = (struct pending){parent, name};
        name += strlen(name) + 1;
    }
    atomic_store_explicit(&w->newest, at, memory_order_relaxed);
    unlock(w);
}

static bool take_newest(struct worker *w, struct pending *out) {
    if (stack_size(w) == 0)
        return false;
    lock(w);
    bool any = stack_size(w) > 0;
    if (any)
        *out = w->stack[--w->newest];
    unlock(w);
    return any;
}

static bool steal_oldest(struct worker *victim, struct pending *out) {
    if (stack_size(victim) == 0)
        return false;
    lock(victim);
    bool any = stack_size(victim) > 0;
    if (any)
        *out = victim->stack[victim->oldest++];
    unlock(victim);
    return any;
}

/* The walk */

/* One subdirectory less to open; the last one closes the parent. */
static void release(struct parent *parent) {
    if (atomic_fetch_sub_explicit(&parent->waiting, 1, memory_order_acq_rel) == 1) {
        close_descriptor(parent->fd);
        free(parent);
    }
}

static void remember(struct worker *w, const char *name) {
    size_t length = strlen(name) + 1;
    if (w->found_bytes + length > w->found_capacity) {
        w->found_capacity = 2 * (w->found_bytes + length);
        w->found = checked(realloc(w->found, w->found_capacity));
    }
    memcpy(w->found + w->found_bytes, name, length);
    w->found_bytes += length;
    w->found_count++;
}

INLINED void count_extents(struct worker *w, int fd) {
    union {
        struct fiemap map;
        char room[sizeof(struct fiemap) + EXTENTS_A_CALL * sizeof(struct fiemap_extent)];
    } ask;
    uint64_t start = 0;
    for (;;) {
        memset(&ask.map, 0, sizeof ask.map);
        ask.map.fm_start = start;
        ask.map.fm_length = FIEMAP_MAX_OFFSET - start;
        ask.map.fm_extent_count = EXTENTS_A_CALL;
        long error = fiemap(fd, &ask.map);
        if (error != 0) {
            w->sums.errors += error != -EOPNOTSUPP && error != -ENOTTY;
            return;
        }
        unsigned mapped = ask.map.fm_mapped_extents;
        w->sums.extents += mapped;
        if (mapped < EXTENTS_A_CALL)
            return;
        struct fiemap_extent *last = &ask.map.fm_extents[mapped - 1];
        if (last->fe_flags & FIEMAP_EXTENT_LAST)
            return;
        start = last->fe_logical + last->fe_length;
    }
}

INLINED void read_whole(struct worker *w, int fd, uint64_t size) {
    uint64_t at = 0;
    while (at < size) {
        long length = read_at(fd, w->content, CONTENT_BUFFER, at);
        if (length <= 0) {
            w->sums.errors += length < 0;
            break;
        }
        at += (uint64_t)length;
    }
    w->sums.bytes_read += at;
    struct statx facts;
    w->sums.errors += stat_open(fd, &facts) != 0;
}

INLINED void look_inside(struct worker *w, int directory, const char *name, uint64_t size) {
    int fd = open_at(directory, name, O_RDONLY | O_NOFOLLOW | O_NONBLOCK | no_atime);
    if (fd < 0) {
        w->sums.errors++;
        return;
    }
    count_extents(w, fd);
    char names[XATTR_BUFFER];
    long length = list_attributes(fd, names, sizeof names);
    if (length >= 0)
        w->sums.attribute_bytes += (uint64_t)length;
    else
        w->sums.errors += length != -EOPNOTSUPP;
    if (read_content)
        read_whole(w, fd, size);
    close_descriptor(fd);
}

INLINED void examine(struct worker *w, int directory, const char *name) {
    struct statx facts;
    w->sums.entries++;
    if (stat_at(directory, name, &facts) != 0) {
        w->sums.errors++;
        return;
    }
    w->sums.bytes += facts.stx_size;
    w->sums.links += facts.stx_nlink;
    if (S_ISDIR(facts.stx_mode)) {
        if (makedev(facts.stx_dev_major, facts.stx_dev_minor) == device)
            remember(w, name);
    } else if (open_files && S_ISREG(facts.stx_mode)) {
        look_inside(w, directory, name, facts.stx_size);
    }
}

INLINED bool is_dot_or_dot_dot(const char *name) {
    return name[0] == '.' && (name[1] == 0 || (name[1] == '.' && name[2] == 0));
}

/* Reads the directory and closes it, now or when its last subdirectory is open. */
INLINED void read_directory(struct worker *w, int fd) {
    w->sums.directories++;
    w->found_bytes = w->found_count = 0;
    long length;
    while ((length = read_dirents(fd, w->dirents, DIRENT_BUFFER)) > 0) {
        for (long at = 0; at < length;) {
            struct dirent64 *entry = (struct dirent64 *)(w->dirents + at);
            at += entry->d_reclen;
            if (!is_dot_or_dot_dot(entry->d_name))
                examine(w, fd, entry->d_name);
        }
    }
    w->sums.errors += length < 0;
    if (w->found_count == 0) {
        close_descriptor(fd);
        return;
    }
    struct parent *parent = checked(malloc(sizeof *parent + w->found_bytes));
    atomic_init(&parent->waiting, (unsigned)w->found_count);
    parent->fd = fd;
    memcpy(parent->names, w->found, w->found_bytes);
    push(w, parent, w->found_count);
}

INLINED void read_pending(struct worker *w, struct pending next) {
    int fd = open_at(next.parent->fd, next.name, O_RDONLY | O_DIRECTORY | O_NOFOLLOW | no_atime);
    release(next.parent);
    if (fd >= 0)
        read_directory(w, fd);
    else
        w->sums.errors++;
}

/* Waits for something to steal. False: every stack is empty and every thread
 * is here, so nothing can be pushed any more. A thread counts as busy while
 * it steals. */
static bool wait_for_work(struct worker *self, struct pending *out) {
    size_t own = (size_t)(self - workers);
    atomic_fetch_add(&idle_workers, 1);
    for (unsigned spins = 0; atomic_load(&idle_workers) < worker_count; spins++) {
        for (size_t i = 1; i < worker_count; i++) {
            struct worker *victim = &workers[(own + i) % worker_count];
            if (stack_size(victim) == 0)
                continue;
            atomic_fetch_sub(&idle_workers, 1);
            if (steal_oldest(victim, out))
                return true;
            atomic_fetch_add(&idle_workers, 1);
        }
        if (spins % SPINS_BEFORE_YIELD == SPINS_BEFORE_YIELD - 1)
            sched_yield();
        else
            relax();
    }
    return false;
}

static void *work(void *argument) {
    struct worker *self = argument;
    struct pending next;
    self->dirents = checked(aligned_alloc(4096, DIRENT_BUFFER));
    if (read_content)
        self->content = checked(aligned_alloc(4096, CONTENT_BUFFER));
    while (take_newest(self, &next) || wait_for_work(self, &next))
        read_pending(self, next);
    return NULL;
}

/* The program */

static void allow_many_descriptors(void) {
    struct rlimit limit;
    if (getrlimit(RLIMIT_NOFILE, &limit) == 0) {
        limit.rlim_cur = limit.rlim_max;
        setrlimit(RLIMIT_NOFILE, &limit);
    }
}

static int usage(void) {
    fputs("usage: floor [--open | --content] THREADS PATH\n", stderr);
    return 2;
}

/* The root is pushed like any other directory; PATH may be a link or ".". */
static void push_root(const char *path) {
    struct stat root;
    int fd = open(path, O_RDONLY | O_DIRECTORY | O_CLOEXEC);
    if (fd < 0 || fstat(fd, &root) != 0) {
        fprintf(stderr, "floor: %s: %s\n", path, strerror(errno));
        exit(2);
    }
    device = root.st_dev;
    struct parent *parent = checked(malloc(sizeof *parent + sizeof "."));
    atomic_init(&parent->waiting, 1);
    parent->fd = fd;
    strcpy(parent->names, ".");
    push(&workers[0], parent, 1);
}

static int print_sums(void) {
    struct sums all = {0};
    for (unsigned i = 0; i < worker_count; i++) {
        struct sums *one = &workers[i].sums;
        all.entries += one->entries;
        all.directories += one->directories;
        all.bytes += one->bytes;
        all.links += one->links;
        all.extents += one->extents;
        all.attribute_bytes += one->attribute_bytes;
        all.bytes_read += one->bytes_read;
        all.errors += one->errors;
    }
    printf("%lu entries, %lu directories, %lu bytes, %lu links", all.entries, all.directories,
           all.bytes, all.links);
    if (open_files)
        printf(", %lu extents, %lu bytes of attribute names", all.extents, all.attribute_bytes);
    if (read_content)
        printf(", %lu bytes read", all.bytes_read);
    printf(", %lu errors\n", all.errors);
    return all.errors > 0;
}

int main(int argc, char **argv) {
    if (argc > 1 && (strcmp(argv[1], "--open") == 0 || strcmp(argv[1], "--content") == 0)) {
        open_files = true;
        read_content = argv[1][2] == 'c';
        argv++, argc--;
    }
    if (argc != 3)
        return usage();
    int threads = atoi(argv[1]);
    if (threads < 1 || threads > MAX_THREADS)
        return usage();
    worker_count = (unsigned)threads;
    no_atime = geteuid() == 0 ? O_NOATIME : 0;
    allow_many_descriptors();

    workers = checked(aligned_alloc(CACHE_LINE, worker_count * sizeof *workers));
    memset(workers, 0, worker_count * sizeof *workers);
    push_root(argv[2]);
    for (unsigned i = 1; i < worker_count; i++) {
        if (pthread_create(&workers[i].thread, NULL, work, &workers[i]) != 0) {
            perror("floor: pthread_create");
            return 2;
        }
    }
    work(&workers[0]);
    for (unsigned i = 1; i < worker_count; i++)
        pthread_join(workers[i].thread, NULL);
    return print_sums();
}
