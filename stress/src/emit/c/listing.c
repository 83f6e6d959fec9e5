/* A row as getdents64(2) gives it. */
struct row {
	uint64_t d_ino;
	int64_t d_off;
	unsigned short d_reclen;
	unsigned char d_type;
	char d_name[];
};

/* Shows what was read, and remembers where rows end if the directory is kept open. */
static long show_rows(int handle, long length)
{
	const struct row *row;
	long at;

	for (at = 0; at < length; at += row->d_reclen) {
		row = (const struct row *)(bytes + at);
		printf("   type=%d ino=%llu off=%lld ", row->d_type,
		       (unsigned long long)row->d_ino, (long long)row->d_off);
		show_name(row->d_name, strlen(row->d_name));
		if (handle >= 0) {
			size_t size = (rows[handle].count + 1) * sizeof(int64_t);

			rows[handle].end = realloc(rows[handle].end, size);
			if (!rows[handle].end) {
				perror("realloc");
				exit(2);
			}
			rows[handle].end[rows[handle].count++] = row->d_off;
		}
	}
	return length;
}
