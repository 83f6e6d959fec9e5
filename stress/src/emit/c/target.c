static void show_target(long length)
{
	if (length >= 0) {
		printf("   ");
		show_name((const char *)bytes, length);
	}
}
