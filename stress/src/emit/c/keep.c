/* Keeps a file open, in the place of what was open there; an error changes nothing. */
static void keep(int handle, int fd)
{
	if (fd < 0)
		return;
	if (file[handle] >= 0)
		close(file[handle]);
	file[handle] = fd;
	rows[handle].count = 0;
}
