# What RUN has for its own time only.
FROM busybox AS one
RUN echo stage >/stage
FROM busybox
RUN --mount=type=bind,source=d,target=/ctx cat /ctx/x.txt >/from-context
RUN --mount=target=/ctx,source=a.txt cat /ctx >/from-file
RUN --mount=type=bind,from=one,src=/stage,dst=/s cat /s >/from-stage
RUN --mount=type=tmpfs,target=/t echo x >/t/x && cat /t/x >/from-tmpfs
RUN --mount=type=cache,target=/c,id=one echo x >/c/x && cat /c/x >/from-cache
RUN --mount=type=secret,id=key cat /run/secrets/key | wc -c >/from-secret
RUN --mount=type=secret,id=key,target=/key,mode=0440 stat -c %a /key >/secret-mode
RUN rm -rf /ctx /s /t /c /key
# args: --secret id=key,src=a.txt
