# Owners, modes and links of a stage stay; --chown is over them.
FROM busybox AS one
RUN mkdir -p /out/in && echo 1 >/out/f && echo 2 >/out/in/g && chown -R 33:4 /out/in && chmod 2750 /out/in && ln -s f /out/l && ln -s /nowhere /out/broken && chmod 1777 /out
FROM busybox
COPY --from=one /out /kept
COPY --from=one --chown=5:6 /out /owned
COPY --from=one /out/in/* /glob/
COPY --from=one out/f relative
