/* Back to behind one of the rows that were read; what came after it may come again. */
static long seek_behind(int handle, size_t row)
{
	size_t count = rows[handle].count;

	if (count == 0) {
		errno = EINVAL;
		return -1;
	}
	rows[handle].count = row % count + 1;
	return lseek(file[handle], rows[handle].end[row % count], SEEK_SET);
}
