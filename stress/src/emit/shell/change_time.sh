# touch -c says nothing where there is no file.
change_time() { # TIME FILE
	stat -L -- "$2" > /dev/null && touch -m -c -d "$1" -- "$2"
}
