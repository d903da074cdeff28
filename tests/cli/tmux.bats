# tmux.bats - a real terminal: an editor in a container, resized and left.
load ../lib/common

t() { tmux -L "rl-$$-$BATS_TEST_NUMBER" "$@"; }

teardown() {
	t kill-server 2>/dev/null || :
	end_containers
	unshare -U --map-root-user --map-auto rm -rf "$RL_ROOT" 2>/dev/null ||
		unshare -U --map-root-user rm -rf "$RL_ROOT"
}

# until_screen REGEX - until a line of the screen fits.
until_screen() {
	local i
	for i in $(seq 100); do
		! t capture-pane -p | grep -qE "$1" || return 0
		sleep 0.1
	done
	t capture-pane -p
	return 1
}

@test "vi in a container: typed at, resized, detached, attached, written" {
	load_busybox
	t -f /dev/null new-session -d -x 90 -y 30 "bash --norc"
	t send-keys "export RL_ROOT=$RL_ROOT PS1='$ '; $RL run -it --name job --network none busybox vi /f" Enter
	until_screen '^- /f'
	t send-keys i "hello from vi" Escape
	until_screen '^hello from vi'
	[ "$(t capture-pane -p | grep -n '^- /f' | cut -d: -f1)" = 30 ]
	t resize-window -x 60 -y 20
	sleep 0.5
	t send-keys C-l
	until_screen '^- /f'
	[ "$(t capture-pane -p | grep -n '^- /f' | cut -d: -f1)" = 20 ]
	t send-keys C-p C-q
	until_screen '[$]$'
	t send-keys "clear; stty -a | grep -o ' icanon'" Enter
	until_screen '^ icanon'
	t send-keys "clear; $RL attach job" Enter
	sleep 0.5
	t send-keys C-l
	until_screen '^hello from vi'
	t send-keys ":wq" Enter
	until_state job exited
	[ "$(state job ExitCode)" = 0 ]
	[ "$("$RL" cp job:/f - | tar xO)" = "hello from vi" ]
}
