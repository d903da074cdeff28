# HEALTHCHECK NONE takes an earlier one away.
FROM busybox
HEALTHCHECK CMD true
HEALTHCHECK NONE
RUN echo 1 >/one
