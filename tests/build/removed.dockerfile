# What a step takes away, replaces, and makes again.
FROM busybox
RUN mkdir -p /a/b && echo 1 >/a/b/f && echo 2 >/a/g && ln /a/g /a/hard
RUN rm -r /a/b && mkdir /a/b && echo 3 >/a/b/new
RUN rm /a/g && ln -s hard /a/g
RUN rm -r /root && echo file >/root
COPY a.txt /a/b
RUN mkfifo /fifo && chmod 1777 /a && chmod 4755 /a/hard
