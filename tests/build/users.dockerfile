# USER for RUN by name, number and group.
FROM busybox
RUN mkdir -m 777 /open
USER www
RUN id -u >/open/a; id -g >>/open/a
USER www:adm
RUN id -g >/open/b
USER 12:34
RUN id -u >/open/c; id -g >>/open/c
USER 12
RUN id -g >/open/d
USER root
RUN rm -rf /open/a
