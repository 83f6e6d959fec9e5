set_attribute() { # NAME LETTER LENGTH FILE
	setfattr -h -n "$1" -v "$(head -c "$3" /dev/zero | tr '\0' "$2")" -- "$4"
}

get_attribute() { # NAME FILE
	getfattr -h --only-values -n "$1" -- "$2" > /dev/null || return
	getfattr -h --only-values -n "$1" -- "$2" | od -A d -c
}
