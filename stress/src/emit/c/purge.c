/* Removes files with the first names of a crowd; how many were there. */
static long purge(const char *directory, enum crowd crowd, int count)
{
	int number, removed = 0;

	for (number = 0; number < count; number++) {
		if (unlink(crowd_path(directory, crowd, number)) == 0)
			removed++;
		else if (errno != ENOENT && errno != EISDIR)
			return -1;
	}
	return removed;
}
