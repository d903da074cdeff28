# syntax=docker/dockerfile:1
FROM busybox AS one
RUN mkdir /s && echo s >/s/f
FROM busybox
COPY --link a.txt /linked
COPY --link --from=one --chown=3:4 /s /linked-stage
COPY --exclude=*.md --exclude=sub d /less
COPY --parents d/sub/z.txt d/x.txt /par/
COPY --parents ./d/./sub/z.txt /pivot/
COPY --chmod=u=rwx,go=r a.txt /symbols
ADD --unpack=false d.tar.gz /kept.tar.gz
ADD --unpack=true d.tar.gz /unpacked/
