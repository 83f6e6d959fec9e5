# The first names of a crowd, a line each.
crowd() { # short|long COUNT
	crowd_filling=$(head -c 240 /dev/zero | tr '\0' x)
	crowd_number=0
	while [ "$crowd_number" -lt "$2" ]; do
		if [ "$1" = long ]; then
			printf "%.$((40 + crowd_number * 37 % 201))s\n" "m$crowd_number-$crowd_filling"
		else
			echo "k$crowd_number"
		fi
		crowd_number=$((crowd_number + 1))
	done
}
