/* Copies until all is copied that is there at the beginning. */
static long copy(int from, loff_t at, int to, loff_t to_at, size_t length)
{
	struct stat now;
	size_t copied = 0;

	if (fstat(from, &now) != 0)
		return -1;
	if (at >= now.st_size)
		length = 0;
	else if (length > (size_t)(now.st_size - at))
		length = now.st_size - at;
	do {
		ssize_t more = copy_file_range(from, &at, to, &to_at, length - copied, 0);

		if (more < 0)
			return -1;
		if (more == 0)
			break;
		copied += more;
	} while (copied < length);
	return copied;
}
