/* Where what was read is zeros and where it is not, and a checksum (FNV-1a) of the latter. */
static void show_data(long length)
{
	long i, start;

	for (start = 0; start < length; start = i) {
		uint32_t sum = 2166136261u;

		for (i = start; i < length && !bytes[i] == !bytes[start]; i++)
			sum = (sum ^ bytes[i]) * 16777619u;
		if (bytes[start])
			printf("   %ld bytes of data, sum %08x\n", i - start, (unsigned)sum);
		else
			printf("   %ld zeros\n", i - start);
	}
}
