set -u
export LC_ALL=C
unset CDPATH

if ! there=$(ls -Ab .) || [ -n "$there" ]; then
	echo 'This directory is not empty: run this in an empty one.' >&2
	exit 2
fi

need() { # COMMAND PACKAGE
	if ! command -v "$1" > /dev/null; then
		echo "$1 is needed, of the package $2." >&2
		exit 2
	fi
}

step=0

# Shows the operation, what the command that does it prints, and its exit status.
run() { # OPERATION COMMAND...
	step=$((step + 1))
	printf '%d: %s\n' "$step" "$1"
	shift
	"$@" 2>&1
	printf '   status %d\n' "$?"
}
