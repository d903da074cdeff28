# SHELL is for each RUN behind it, and for the text of CMD.
FROM busybox
RUN echo $0 >/before
SHELL ["/bin/ash", "-e", "-c"]
RUN echo $0 >/behind; false || echo not reached >>/behind
RUN ["sh", "-c", "echo $1 >/exec", "sh", "a b"]
