/* The calls that `fscan stress --operations create,rename,unlink` makes, and nothing else: files
 * made exclusively, renamed in the ways of renameat2(2), unlinked. As there, four of five are given
 * names that fit, of thirteen, and one is given any, so that as many succeed. What is remembered for
 * that is a bit a name; what the calls return is not looked at.
 *
 *     stress DIRECTORY OPERATIONS
 */
#define _GNU_SOURCE
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/stat.h>
#include <unistd.h>

enum { NAMES = 13 };

static unsigned long state = 88172645463325252UL;

/* xorshift64 */
static unsigned below(unsigned bound) {
    state ^= state << 13;
    state ^= state >> 7;
    state ^= state << 17;
    return (unsigned)((state >> 32) * bound >> 32);
}

/* Which names are there, if everything comes to what it should. */
static unsigned present;

static int is_there(unsigned name) { return present >> name & 1; }

/* The first name that is `there` from a random one on, and one time in five just that one. */
static unsigned choose(int there) {
    unsigned name = below(NAMES), tries = below(5) ? NAMES : 0;
    for (unsigned found = name; tries > 0; tries--, found = (found + 1) % NAMES)
        if (is_there(found) == there) return found;
    return name;
}

static void renamed(unsigned from, unsigned to, unsigned how) {
    if (!is_there(from) || from == to || how == RENAME_EXCHANGE) return;
    if (how == RENAME_NOREPLACE && is_there(to)) return;
    present = (present & ~(1u << from)) | 1u << to;
}

int main(int count, char **arguments) {
    static const unsigned flags[5] = {0, 0, 0, RENAME_NOREPLACE, RENAME_EXCHANGE};
    char names[NAMES][8];
    if (count != 3) return 2;
    int directory = open(arguments[1], O_RDONLY | O_DIRECTORY);
    if (directory < 0) return 2;
    for (int number = 0; number < NAMES; number++) snprintf(names[number], 8, "f%d", number);
    for (long left = atol(arguments[2]); left > 0; left--) {
        switch (below(3)) {
        case 0: {
            unsigned name = choose(0);
            int file = openat(directory, names[name], O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC, 0644);
            if (file >= 0) close(file);
            present |= 1u << name;
            break;
        }
        case 1: {
            unsigned how = flags[below(5)], from = choose(1), to = choose(how == RENAME_EXCHANGE);
            renameat2(directory, names[from], directory, names[to], how);
            renamed(from, to, how);
            break;
        }
        default: {
            unsigned name = choose(1);
            unlinkat(directory, names[name], 0);
            present &= ~(1u << name);
        }
        }
    }
    for (int number = 0; number < NAMES; number++) unlinkat(directory, names[number], 0);
    return 0;
}
