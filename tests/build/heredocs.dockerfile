# Scripts and files that stand in the Dockerfile.
FROM busybox
ARG V=value
RUN <<EOT
echo "one $V"  >/one
# a comment of the shell, not of the file
echo two \
  lines >>/one
EOT
RUN <<'EOT' cat >/quoted; echo behind >>/quoted
$V stays
EOT
RUN <<A cat >/a && cat <<B >/b
in a
A
in b
B
RUN <<-EOT
	echo tabs >/tabs
	EOT
RUN <<EOT
#!/bin/ash
echo script $V >/script
EOT
COPY <<EOT /copied
$V "$V" \$V ${UNSET:-word}
EOT
COPY <<"RAW" <<-TABS a.txt /files/
$V stays
RAW
	$V tabs go
	TABS
COPY --chmod=750 --chown=3:4 <<run.sh /bin-new/
#!/bin/sh
run.sh
ADD <<EOT /added
added
EOT
CMD echo '<<EOT'
