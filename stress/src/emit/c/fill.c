/* Makes files of the first names of a crowd; how many were not there. */
static long fill(const char *directory, enum crowd crowd, int count)
{
	int number, made = 0;

	for (number = 0; number < count; number++) {
		const char *path = crowd_path(directory, crowd, number);
		int fd = open(path, O_CREAT | O_EXCL | O_WRONLY, 0644);

		if (fd < 0 && errno != EEXIST)
			return -1;
		if (fd >= 0) {
			close(fd);
			made++;
		}
	}
	return made;
}
