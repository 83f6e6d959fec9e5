static int link_open_file(int fd, const char *to)
{
	char from[64];

	if (fd < 0) {
		errno = EBADF;
		return -1;
	}
	snprintf(from, sizeof from, "/proc/self/fd/%d", fd);
	return linkat(AT_FDCWD, from, AT_FDCWD, to, AT_SYMLINK_FOLLOW);
}
