with_umask() ( # UMASK COMMAND...
	umask "$1"
	shift
	"$@"
)
