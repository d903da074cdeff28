# inspect.bats - rl inspect, and rl container inspect.
load ../lib/common
load containers

keep() { "$RL" run --network none "$@" </dev/null; }
about() { "$RL" inspect -f "$1" "$2"; }

@test "the whole of one that ended, as docker prints it" {
	load_busybox
	keep --name one busybox true
	id=$(id_of one)
	image=$("$RL" images -q --no-trunc)
	layer=$("$RL" image inspect -f '{{index .RootFS.Layers 0}}' busybox)
	layer=$(echo "$RL_ROOT"/layers/*/"${layer#sha256:}")
	"$RL" inspect one | jq '.[0] |
		.Created |= test("^20[0-9-]*T[0-9:]*\\.[0-9]{9}Z$") |
		.State.StartedAt |= test("^20[0-9-]*T[0-9:]*\\.[0-9]{9}Z$") |
		.State.FinishedAt |= test("^20[0-9-]*T[0-9:]*\\.[0-9]{9}Z$") |
		.Driver |= test("^(overlay|fuse-overlayfs|copy)$") |
		.GraphDriver.Name |= test("^(overlay|fuse-overlayfs|copy)$") |
		.HostConfig |= del(.MaskedPaths, .ReadonlyPaths)' >"$BATS_TEST_TMPDIR/got"
	dir=$RL_ROOT/containers/$id
	cat >"$BATS_TEST_TMPDIR/want" <<-END
	{
	  "Id": "$id", "Created": true, "Path": "true", "Args": [],
	  "State": {
	    "Status": "exited", "Running": false, "Paused": false,
	    "Restarting": false, "OOMKilled": false, "Dead": false, "Pid": 0,
	    "ExitCode": 0, "Error": "", "StartedAt": true, "FinishedAt": true
	  },
	  "Image": "$image", "ResolvConfPath": "", "HostnamePath": "",
	  "HostsPath": "", "LogPath": "$dir/container.log", "Name": "/one",
	  "RestartCount": 0, "Driver": true, "Platform": "linux",
	  "MountLabel": "", "ProcessLabel": "", "AppArmorProfile": "",
	  "ExecIDs": null,
	  "HostConfig": {
	    "Binds": null, "ContainerIDFile": "",
	    "LogConfig": {"Type": "json-file", "Config": {}},
	    "NetworkMode": "none", "PortBindings": {},
	    "RestartPolicy": {"Name": "no", "MaximumRetryCount": 0},
	    "AutoRemove": false, "VolumeDriver": "", "VolumesFrom": null,
	    "ConsoleSize": [0, 0], "CapAdd": null, "CapDrop": null,
	    "CgroupnsMode": "private", "Dns": [], "DnsOptions": [],
	    "DnsSearch": [], "ExtraHosts": null, "GroupAdd": null,
	    "IpcMode": "private", "Cgroup": "", "Links": null,
	    "OomScoreAdj": 0, "PidMode": "", "Privileged": false,
	    "PublishAllPorts": false, "ReadonlyRootfs": false,
	    "SecurityOpt": null, "UTSMode": "", "UsernsMode": "",
	    "ShmSize": 67108864, "Runtime": "rl", "Isolation": "",
	    "CpuShares": 0, "Memory": 0, "NanoCpus": 0, "CgroupParent": "",
	    "BlkioWeight": 0, "BlkioWeightDevice": [],
	    "BlkioDeviceReadBps": [], "BlkioDeviceWriteBps": [],
	    "BlkioDeviceReadIOps": [], "BlkioDeviceWriteIOps": [],
	    "CpuPeriod": 0, "CpuQuota": 0, "CpuRealtimePeriod": 0,
	    "CpuRealtimeRuntime": 0, "CpusetCpus": "", "CpusetMems": "",
	    "Devices": [], "DeviceCgroupRules": null, "DeviceRequests": null,
	    "MemoryReservation": 0, "MemorySwap": 0, "MemorySwappiness": null,
	    "OomKillDisable": null, "PidsLimit": null, "Ulimits": [],
	    "CpuCount": 0, "CpuPercent": 0, "IOMaximumIOps": 0,
	    "IOMaximumBandwidth": 0
	  },
	  "GraphDriver": {
	    "Data": {"LowerDir": "$layer", "UpperDir": "$dir/upper",
	             "WorkDir": "$dir/work"},
	    "Name": true
	  },
	  "Mounts": [],
	  "Config": {
	    "Hostname": "${id:0:12}", "Domainname": "", "User": "",
	    "AttachStdin": false, "AttachStdout": true, "AttachStderr": true,
	    "Tty": false, "OpenStdin": false, "StdinOnce": false,
	    "Env": ["PATH=/bin"], "Cmd": ["true"], "Image": "busybox",
	    "Volumes": null, "WorkingDir": "/", "Entrypoint": null,
	    "OnBuild": null, "Labels": {}, "StopSignal": "SIGTERM"
	  },
	  "NetworkSettings": {
	    "Bridge": "", "SandboxID": "", "SandboxKey": "", "Ports": {},
	    "HairpinMode": false, "LinkLocalIPv6Address": "",
	    "LinkLocalIPv6PrefixLen": 0, "SecondaryIPAddresses": null,
	    "SecondaryIPv6Addresses": null, "EndpointID": "", "Gateway": "",
	    "GlobalIPv6Address": "", "GlobalIPv6PrefixLen": 0,
	    "IPAddress": "", "IPPrefixLen": 0, "IPv6Gateway": "",
	    "MacAddress": "",
	    "Networks": {
	      "none": {
	        "IPAMConfig": null, "Links": null, "Aliases": null,
	        "MacAddress": "", "DriverOpts": null, "GwPriority": 0,
	        "NetworkID": "", "EndpointID": "", "Gateway": "",
	        "IPAddress": "", "IPPrefixLen": 0, "IPv6Gateway": "",
	        "GlobalIPv6Address": "", "GlobalIPv6PrefixLen": 0,
	        "DNSNames": null
	      }
	    }
	  }
	}
	END
	diff <(jq -S . "$BATS_TEST_TMPDIR/want") <(jq -S . "$BATS_TEST_TMPDIR/got")
	# and in docker's order
	[ "$(jq -r 'keys_unsorted | .[0:6] | join(" ")' \
		"$BATS_TEST_TMPDIR/got")" = "Id Created Path Args State Image" ]
	about '{{join .HostConfig.MaskedPaths " "}}' one | grep -q /proc/kcore
	about '{{join .HostConfig.ReadonlyPaths " "}}' one | grep -q /proc/sys
}

@test "one that runs: state, network, ports" {
	load_busybox
	"$RL" run -d --name web -p 127.0.0.1::80 --expose 81/udp \
		--network slirp:cidr=10.9.8.0/24 busybox sleep 1000
	pid=$(about '{{.State.Pid}}' web)
	[ -e /proc/$pid/ns/net ]
	[ "$(tr '\0' ' ' </proc/$pid/cmdline)" = "sleep 1000 " ]
	[ "$(about '{{.State.Status}} {{.State.Running}} {{.State.FinishedAt}}' web)" = \
	  "running true 0001-01-01T00:00:00Z" ]
	[ "$(about '{{.NetworkSettings.IPAddress}}/{{.NetworkSettings.IPPrefixLen}} {{.NetworkSettings.Gateway}}' web)" = "10.9.8.100/24 10.9.8.2" ]
	[ "$(about '{{range .NetworkSettings.Networks}}{{.IPAddress}}{{end}}' web)" = \
	  10.9.8.100 ]
	nsenter -t $pid -U --preserve-credentials \
		--net="$(about '{{.NetworkSettings.SandboxKey}}' web)" \
		cat /proc/net/dev >"$BATS_TEST_TMPDIR/dev"
	[ "$(wc -l <"$BATS_TEST_TMPDIR/dev")" -eq 4 ] # lo, the tap
	port=$(about '{{(index (index .NetworkSettings.Ports "80/tcp") 0).HostPort}}' web)
	[ "$port" -gt 1023 ]
	[ "$(about '{{json .NetworkSettings.Ports}}' web | jq -cS .)" = \
	  '{"80/tcp":[{"HostIp":"127.0.0.1","HostPort":"'$port'"}],"81/udp":null}' ]
	[ "$(about '{{json .HostConfig.PortBindings}}' web)" = \
	  '{"80/tcp":[{"HostIp":"127.0.0.1","HostPort":""}]}' ]
	[ "$(about '{{.Config.AttachStdout}}' web)" = false ]
	end_containers
	[ "$(about '{{.State.Status}} {{.State.ExitCode}} {{.State.Pid}} {{.NetworkSettings.IPAddress}}|' web)" = "exited 137 0 |" ]
}

@test "what options become in HostConfig and Config" {
	load_busybox
	touch "$BATS_TEST_TMPDIR/f"
	cd "$BATS_TEST_TMPDIR"
	keep --name src -v data:/s busybox true
	keep --name all -v ./f:/f:ro -v named:/n -v /anon \
		--mount type=bind,src=/tmp,dst=/m,ro --tmpfs /t:size=1m \
		--volumes-from src --cap-add SYS_TIME --cap-drop ALL \
		--dns 1.1.1.1 --dns-search x.y --dns-option ndots:1 \
		--add-host a:1.2.3.4 --group-add 7 --security-opt no-new-privileges \
		--shm-size 1m --sysctl net.ipv4.ip_forward=1 --ulimit nofile=500:600 \
		--init --ipc host --uts host --oom-score-adj 500 --read-only \
		--restart on-failure:2 --log-opt max-size=5m --log-opt max-file=2 \
		--device /dev/null:/dev/nil --stop-timeout 7 --stop-signal INT \
		-e A=1 -l x=y -u 0:0 -w /bin --entrypoint sh \
		--annotation an=no busybox -c true
	"$RL" inspect all | jq -e --arg f "$PWD/f" '.[0].HostConfig |
		.Binds == ["\($f):/f:ro", "named:/n"] and
		.Mounts == [{Type: "bind", Source: "/tmp", Target: "/m", ReadOnly: true}] and
		.Tmpfs == {"/t": "size=1m"} and .VolumesFrom == ["src"] and
		.CapAdd == ["SYS_TIME"] and .CapDrop == ["ALL"] and
		.Dns == ["1.1.1.1"] and .DnsSearch == ["x.y"] and
		.DnsOptions == ["ndots:1"] and .ExtraHosts == ["a:1.2.3.4"] and
		.GroupAdd == ["7"] and .SecurityOpt == ["no-new-privileges"] and
		.ShmSize == 1048576 and .Sysctls == {"net.ipv4.ip_forward": "1"} and
		.Ulimits == [{Name: "nofile", Hard: 600, Soft: 500}] and .Init and
		.IpcMode == "host" and .UTSMode == "host" and
		.OomScoreAdj == 500 and .ReadonlyRootfs and
		.RestartPolicy == {Name: "on-failure", MaximumRetryCount: 2} and
		.LogConfig == {Type: "json-file", Config: {"max-size": "5m", "max-file": "2"}} and
		.Devices == [{PathOnHost: "/dev/null", PathInContainer: "/dev/nil", CgroupPermissions: "rwm"}] and
		.Annotations == {an: "no"}'
	"$RL" inspect all | jq -e '.[0] | .Path == "sh" and .Args == ["-c", "true"] and
		(.Config | .Entrypoint == ["sh"] and .Cmd == ["-c", "true"] and
		.Volumes == {"/anon": {}} and .WorkingDir == "/bin" and
		.User == "0:0" and .StopSignal == "SIGINT" and .StopTimeout == 7 and
		(.Env | index("A=1")) and .Labels == {x: "y"}) and
		([.Mounts[].Destination] | sort) == ["/anon", "/f", "/m", "/n", "/s"]'
}

@test "the image's config is the container's" {
	load store_images
	store_image app:1 --clear config.env --config.env A=1 \
		--config.label from=image --clear config.cmd --config.cmd -x \
		--config.cmd -y --config.entrypoint echo --config.volume /v \
		--config.exposedports 80/tcp --config.stopsignal QUIT
	keep --name one app:1
	keep --name two app:1 z
	keep --name three --entrypoint '["sh","-c"]' app:1 true
	"$RL" inspect one | jq -e '.[0].Config | .Entrypoint == ["echo"] and
		.Cmd == ["-x", "-y"] and .Volumes == {"/v": {}} and
		.ExposedPorts == {"80/tcp": {}} and .StopSignal == "SIGQUIT" and
		.Labels == {from: "image"} and (.Env | index("A=1"))'
	[ "$(about '{{json .Config.Entrypoint}}{{json .Config.Cmd}}' two)" = \
	  '["echo"]["z"]' ]
	[ "$(about '{{json .Config.Entrypoint}}{{json .Config.Cmd}}' three)" = \
	  '["sh","-c"]["true"]' ]
}

@test "a container, then an image, then a volume; --type" {
	load_busybox
	"$RL" volume create thing >/dev/null
	"$RL" tag busybox thing
	keep --name thing busybox true
	[ "$(about '{{.Name}}' thing)" = /thing ]
	[ "$("$RL" inspect --type image -f '{{.RepoTags}}' thing)" = \
	  "$("$RL" image inspect -f '{{.RepoTags}}' thing)" ]
	[ "$("$RL" inspect --type volume -f '{{.Name}}' thing)" = thing ]
	[ "$("$RL" inspect --type container -f '{{.Name}}' thing)" = /thing ]
	[ "$(about '{{.Id}}' busybox)" = "$("$RL" images -q --no-trunc busybox)" ]
	"$RL" volume create -d local Upper_Case
	[ "$(about '{{.Driver}}' Upper_Case)" = local ]
	[ "$(about '{{.Name}}' "$(id_of thing | cut -c 1-9)")" = /thing ]
	run "$RL" inspect --type cat thing
	[ "$status" -eq 1 ]
	[[ $output == *"not a valid value for --type"* ]]
}

@test "what is not there is told, the others are shown, exit code 1" {
	load_busybox
	keep --name one busybox true
	run "$RL" inspect nope
	[ "$status" -eq 1 ]
	[ "$output" = "rl: No such object: nope
[]" ]
	run "$RL" inspect -f '{{.Id}}' nope one
	[ "$status" -eq 1 ]
	[ "$output" = "rl: No such object: nope
$(id_of one)" ]
	run "$RL" container inspect busybox
	[ "$status" -eq 1 ]
	[ "$output" = "rl: No such container: busybox
[]" ]
	[ "$("$RL" container inspect one)" = "$("$RL" inspect one)" ]
	[ "$("$RL" inspect one busybox | jq length)" = 2 ]
	[ "$("$RL" inspect -f json one | wc -l)" = 1 ]
}

@test "-s adds sizes" {
	load_busybox
	keep --name one busybox dd if=/dev/zero of=/big bs=1000000 count=1
	rw=$("$RL" inspect -sf '{{.SizeRw}}' one)
	[ "$rw" -ge 1000000 ]
	[ "$rw" -lt 1100000 ]
	[ "$("$RL" inspect -sf '{{.SizeRootFs}}' one)" -gt "$rw" ]
	refute "$RL" inspect -f '{{.SizeRw}}' one
	run "$RL" inspect -sf '{{.Id}}' busybox
	[ "${lines[0]}" = "rl: WARNING: --size ignored for images" ]
}

@test "a start that failed, and a network that died, say why" {
	load_busybox
	keep --name bad busybox /nope || true
	[ "$(about '{{.State.Status}} {{.State.ExitCode}}' bad)" = "created 127" ]
	[[ $(about '{{.State.Error}}' bad) == *'"/nope"'*"No such file"* ]]
	"$RL" run -d --name lost busybox sleep 1000
	slirp=$(pgrep -u "$(id -u)" -P "$(jq .Supervisor \
		"$RL_ROOT/containers/$(id_of lost)/state.json")" rl-slirp)
	kill -9 "$slirp"
	for i in $(seq 200); do
		[ -z "$(about '{{.State.Error}}' lost)" ] || break
		sleep 0.05
	done
	[[ $(about '{{.State.Error}}' lost) == "the container's network is dead: "* ]]
	[ "$(about '{{.State.Running}}' lost)" = true ]
}
