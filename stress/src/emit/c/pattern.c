/* Bytes of which none is zero, and that tell where in which file they belong. */
static void *pattern(unsigned fill, uint64_t at, size_t length)
{
	unsigned char *into = buffer(length);
	size_t i;

	for (i = 0; i < length; i++) {
		uint64_t offset = at + i;
		unsigned low = (offset & 0xff) * 167;
		unsigned high = ((offset >> 8) & 0xff) * 29;

		high ^= offset >> 16 & 0xff;
		into[i] = (((low ^ high) + fill * 59) & 0xff) | 1;
	}
	return into;
}
