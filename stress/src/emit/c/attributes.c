static void show_attributes(long length)
{
	const char *name = (const char *)bytes;
	const char *end = name + length;

	for (; name < end; name += strlen(name) + 1) {
		printf("   ");
		show_name(name, strlen(name));
	}
}
