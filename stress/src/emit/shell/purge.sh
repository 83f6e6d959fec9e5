purge() ( # DIRECTORY short|long COUNT
	ls -d -- "$1/." > /dev/null && cd -- "$1" || exit
	crowd "$2" "$3" | xargs -r rm -f --
)
