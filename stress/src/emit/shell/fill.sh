fill() ( # DIRECTORY short|long COUNT
	ls -d -- "$1/." > /dev/null && cd -- "$1" || exit
	umask "$(printf '%o' "$((0022 | 0$(umask)))")"
	set -C
	crowd "$2" "$3" | while read -r name; do
		[ -e "$name" ] || [ -L "$name" ] || (: > "$name") || exit
	done
)
