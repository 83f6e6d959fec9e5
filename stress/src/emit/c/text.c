/* A name, whatever bytes it has. */
static void show_name(const char *name, size_t length)
{
	size_t i;

	for (i = 0; i < length; i++) {
		unsigned char c = name[i];

		if (c < ' ' || c >= 127 || c == '\\')
			printf("\\%03o", (unsigned)c);
		else
			putchar(c);
	}
	putchar('\n');
}
