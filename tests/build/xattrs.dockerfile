FROM busybox AS one
COPY c.md d /s/
RUN cp /s/c.md /plain && mv /s/c.md /s/moved && echo more >>/s/x.txt
FROM busybox
COPY --from=one /s /s
COPY --from=one --chown=33:4 /s/moved /owned
ADD src/main.c /m
RUN mkdir /d && ln /m /d/hard && chmod 600 /m
