static unsigned char *bytes;

/* Room for so many bytes; what was in it is lost. */
static void *buffer(size_t size)
{
	free(bytes);
	bytes = calloc(size + 1, 1);
	if (!bytes) {
		perror("calloc");
		exit(2);
	}
	return bytes;
}
