/* The calls that `fscan stress --operations create,rename,unlink` makes, and nothing else: files
 * made exclusively, renamed in the ways of renameat2(2), unlinked, by names chosen at random of a
 * few, so that about half of the calls succeed. What they return is not looked at.
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

int main(int count, char **arguments) {
    static const unsigned flags[5] = {0, 0, 0, RENAME_NOREPLACE, RENAME_EXCHANGE};
    char names[NAMES][8];
    if (count != 3) return 2;
    int directory = open(arguments[1], O_RDONLY | O_DIRECTORY);
    if (directory < 0) return 2;
    for (int number = 0; number < NAMES; number++) snprintf(names[number], 8, "f%d", number);
    for (long left = atol(arguments[2]); left > 0; left--) {
        const char *name = names[below(NAMES)];
        switch (below(3)) {
        case 0: {
            int file = openat(directory, name, O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC, 0644);
            if (file >= 0) close(file);
            break;
        }
        case 1:
            renameat2(directory, name, directory, names[below(NAMES)], flags[below(5)]);
            break;
        default:
            unlinkat(directory, name, 0);
        }
    }
    for (int number = 0; number < NAMES; number++) unlinkat(directory, names[number], 0);
    return 0;
}
