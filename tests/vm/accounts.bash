# accounts.bash - where in the tree of cgroups a command starts.

# ready USER - its service manager answers.
ready() {
	local uid i
	uid=$(id -u "$1")
	for ((i = 0; i < 600; i++)); do
		[ ! -S "/run/user/$uid/systemd/private" ] || return 0
		sleep 0.1
	done
	echo "the service manager of $1 does not answer"
	return 1
}

# in_session USER COMMAND... - a login session's scope, nobody's to divide.
in_session() {
	local uid
	uid=$(id -u "$1")
	su -l "$1" -c "export XDG_RUNTIME_DIR=/run/user/$uid \
		DBUS_SESSION_BUS_ADDRESS=unix:path=/run/user/$uid/bus \
		RL=$RL; cd /work && exec $(printf '%q ' "${@:2}")" </dev/null
}

# in_scope USER COMMAND... - a scope of the user's own, delegated.
in_scope() {
	in_session "$1" systemd-run --user --scope --quiet -p Delegate=yes \
		-- "${@:2}"
}

# in_service USER COMMAND... - what a batch system or a CI runner gives: a
# delegated group, and no service manager of the user.
in_service() {
	systemd-run --quiet --pipe --wait --collect -p User="$1" \
		-p Delegate=yes -p WorkingDirectory=/work -E RL="$RL" \
		-E HOME="/home/$1" -- "${@:2}"
}

# alone USER COMMAND... - neither a group of its own nor a manager.
alone() {
	systemd-run --quiet --pipe --wait --collect -p User="$1" \
		-p WorkingDirectory=/work -E RL="$RL" -E HOME="/home/$1" \
		-- "${@:2}"
}
