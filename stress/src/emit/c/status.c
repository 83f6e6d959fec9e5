static struct stat st;

static void show_status(void)
{
	const char *type = S_ISDIR(st.st_mode) ? "directory" :
			   S_ISREG(st.st_mode) ? "file" :
			   S_ISLNK(st.st_mode) ? "symlink" : "other";

	printf("   %s mode=%04o nlink=%ld size=%lld mtime=%lld.%09ld\n", type,
	       (unsigned)st.st_mode & 07777, (long)st.st_nlink, (long long)st.st_size,
	       (long long)st.st_mtim.tv_sec, st.st_mtim.tv_nsec);
}
