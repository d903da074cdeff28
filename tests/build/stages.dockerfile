# Stages by name in any case of letters, by number, as a base; one that nobody
# needs is not built.
ARG BASE=busybox
FROM ${BASE} AS First
RUN echo 1 >/one
FROM first as second
RUN echo 2 >/two
FROM $BASE AS unused
RUN exit 1
FROM scratch AS data
COPY a.txt /data/
FROM busybox
COPY --from=FIRST /one /a
COPY --from=1 /two /b
COPY --from=data /data /c
COPY --from=busybox /etc/group /d
