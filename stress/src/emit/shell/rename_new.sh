# mv -n says nothing where something is in the way.
rename_new() { # FROM TO
	mv -T -n -- "$1" "$2" || return
	if [ -e "$1" ] || [ -L "$1" ]; then
		echo 'mv: not moved: File exists'
		return 1
	fi
}
