/* Where a write(2) begins: with O_APPEND at the end. */
static uint64_t place_of_write(int fd, uint64_t at)
{
	return fcntl(fd, F_GETFL) & O_APPEND ? (uint64_t)lseek(fd, 0, SEEK_END) : at;
}
