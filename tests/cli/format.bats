# format.bats - --format as scripts use it, on real commands.
load ../lib/common
load store_images

inspect() {
	"$RL" image inspect -f "$1" busybox
}

@test "templates of docker scripts on image inspect" {
	store_image busybox:latest --clear config.env --config.env A=1 \
		--config.env B=2 --config.label x=one --config.label y=two \
		--clear config.cmd --config.cmd sh --config.cmd -c
	[ "$(inspect '{{.Os}}/{{.Architecture}}')" = linux/amd64 ] ||
		[ "$(inspect '{{.Os}}')" = linux ]
	[ "$(inspect '{{json .Config.Cmd}}')" = '["sh","-c"]' ]
	[ "$(inspect '{{index .Config.Labels "x"}}')" = one ]
	[ "$(inspect '{{index .Config.Labels "none"}}')" = "" ]
	[ "$(inspect '{{range .Config.Env}}{{println .}}{{end}}')" = \
	  $'A=1\nB=2' ]
	[ "$(inspect '{{range $k, $v := .Config.Labels}}{{$k}}={{$v}} {{end}}')" \
	  = "x=one y=two " ]
	[ "$(inspect '{{join .Config.Cmd " "}}')" = "sh -c" ]
	[ "$(inspect '{{len .RootFS.Layers}}')" = 1 ]
	[ "$(inspect '{{if .Config.Entrypoint}}e{{else}}none{{end}}')" = none ]
	[ "$(inspect '{{with .Config.Labels}}{{.x | upper}}{{end}}')" = ONE ]
	[ "$(inspect '{{slice .Id 7 19}}')" = "$("$RL" images -q)" ]
}

@test "json is one object a line" {
	store_image a:1 --config.label which=a
	store_image b:1 --config.label which=b
	[ "$("$RL" images --format json | jq -r .Repository | sort)" = \
	  $'a\nb' ]
	[ "$("$RL" images --format json | wc -l)" -eq 2 ]
	[ "$("$RL" images --format '{{json .}}')" = \
	  "$("$RL" images --format json)" ]
	[ "$("$RL" image inspect -f json a:1 b:1 | wc -l)" -eq 2 ]
}

@test "table TEMPLATE has headers and aligned columns" {
	store_image busybox:latest
	run "$RL" images --format 'table {{.ID}}\t{{.Repository}}'
	[ "$status" -eq 0 ]
	[ "${lines[0]}" = "IMAGE ID       REPOSITORY" ]
	[ "${lines[1]}" = "$("$RL" images -q)   busybox" ]
	run "$RL" images --format 'table {{upper .Repository}}'
	[ "${lines[0]}" = REPOSITORY ]
	[ "${lines[1]}" = BUSYBOX ]
}

@test "a wrong template is a usage error that names the place" {
	run "$RL" images --format '{{.ID'
	[ "$status" -eq 125 ]
	[[ $output == *"line 1, column 6: an action has no end"* ]]
	run "$RL" images --format '{{uper .ID}}'
	[ "$status" -eq 125 ]
	[[ $output == *"column 3: unknown function 'uper'; did you mean 'upper'?"* ]]
}

@test "a member that is not there is an error that names the nearest" {
	store_image busybox:latest
	run "$RL" images --format '{{.Repo}}'
	[ "$status" -eq 1 ]
	[[ $output == *"there is no member .Repo; did you mean .Repository?"* ]]
	run "$RL" image inspect -f '{{.Confg}}' busybox
	[ "$status" -eq 1 ]
	[[ $output == *"did you mean .Config?"* ]]
}

@test "hostile labels are data, never templates" {
	store_image busybox:latest --config.label 'x={{.Id}}%s%n'
	[ "$(inspect '{{.Config.Labels.x}}')" = '{{.Id}}%s%n' ]
	[ "$(inspect '{{printf "%s" .Config.Labels.x}}')" = '{{.Id}}%s%n' ]
}
