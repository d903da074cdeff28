# A list that is no JSON is text for the shell.
FROM busybox
RUN ["/bin/sh", "-c", "echo exec >/exec"]
RUN [ "$(echo x)" = x ] && echo shell >/shell
RUN [ 'a' = a ] && echo quotes >/quotes
COPY ["a.txt", "/with blank/"]
COPY [ "b.txt", "c.md" , "/list/" ]
VOLUME ["/v 1", "/v2"]
VOLUME /v3 /v4
ENTRYPOINT ['/bin/echo', 'x']
CMD [ "a", "b", ]
