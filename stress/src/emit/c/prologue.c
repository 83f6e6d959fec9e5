#define _GNU_SOURCE
#define _FILE_OFFSET_BITS 64
#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mount.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <sys/xattr.h>
#include <unistd.h>

static int step;

static const char *errno_name(int number)
{
	static char other[32];

#define NAME(e) case e: return #e
	switch (number) {
	NAME(EPERM); NAME(ENOENT); NAME(EINTR); NAME(EIO); NAME(ENXIO); NAME(E2BIG);
	NAME(EBADF); NAME(EAGAIN); NAME(ENOMEM); NAME(EACCES); NAME(EFAULT); NAME(EBUSY);
	NAME(EEXIST); NAME(EXDEV); NAME(ENODEV); NAME(ENOTDIR); NAME(EISDIR); NAME(EINVAL);
	NAME(ENFILE); NAME(EMFILE); NAME(ENOTTY); NAME(ETXTBSY); NAME(EFBIG); NAME(ENOSPC);
	NAME(ESPIPE); NAME(EROFS); NAME(EMLINK); NAME(ERANGE); NAME(EDEADLK);
	NAME(ENAMETOOLONG); NAME(ENOLCK); NAME(ENOSYS); NAME(ENOTEMPTY); NAME(ELOOP);
	NAME(ENODATA); NAME(EOVERFLOW); NAME(EBADMSG); NAME(EOPNOTSUPP); NAME(ESTALE);
	NAME(EUCLEAN); NAME(EDQUOT); NAME(EREMOTEIO);
	}
#undef NAME
	snprintf(other, sizeof other, "errno %d", number);
	return other;
}

/* Prints a call as it is written, and what it gave. */
#define CALL(call) result(#call, call)

static long result(const char *call, long value)
{
	if (value < 0)
		printf("%d: %s = -1 %s\n", step, call, errno_name(errno));
	else
		printf("%d: %s = %ld\n", step, call, value);
	return value;
}

/* What is done here makes and removes names: nothing else may be here. */
static void need_empty_directory(void)
{
	struct dirent *entry;
	DIR *here = opendir(".");

	while (here && (entry = readdir(here))) {
		if (strcmp(entry->d_name, ".") != 0 && strcmp(entry->d_name, "..") != 0) {
			fprintf(stderr, "This directory is not empty: run this in an empty one.\n");
			exit(2);
		}
	}
	if (!here || closedir(here) != 0) {
		perror(".");
		exit(2);
	}
}
