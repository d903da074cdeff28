# What stands behind a variable's name.
FROM busybox
ENV SET=value EMPTY=
ENV A1=${SET:-w} A2=${EMPTY:-w} A3=${UNSET:-w} A4=${SET-w} A5=${EMPTY-w} A6=${UNSET-w}
ENV B1=${SET:+w} B2=${EMPTY:+w} B3=${UNSET:+w} B4=${SET+w} B5=${EMPTY+w} B6=${UNSET+w}
ENV C1=${SET:?no} C2=${SET?no} C3=${EMPTY?no} C4=${UNSET:-${SET}_in} C5=${UNSET:-$SET} C6="${UNSET:-a b}"
ENV PATTERN=foobarbaz
ENV D1=${PATTERN#f*b} D2=${PATTERN##f*b} D3=${PATTERN%b*} D4=${PATTERN%%b*}
ENV D5=${PATTERN/ba/fo} D6=${PATTERN//ba/fo} D7=${PATTERN#x} D8=${PATTERN/o?/_} D9=${PATTERN//b*/}
WORKDIR /w/${SET}
COPY ${UNSET:-a}.txt $SET-${EMPTY}x/
LABEL l.$SET="$SET" '$SET'=1
EXPOSE ${UNSET:-80} ${UNSET:-90}/udp
VOLUME /v/$SET
USER ${UNSET:-www}:${UNSET:-adm}
STOPSIGNAL SIG${UNSET:-INT}
