# --chown by name and number, with and without a group; --chmod.
FROM busybox
COPY --chown=33:4 a.txt d /numbers/
COPY --chown=www:adm b.txt /names
COPY --chown=www b.txt /name
COPY --chown=7 b.txt /number
COPY --chown=www:9 b.txt /mixed
COPY --chmod=4711 a.txt /setuid
COPY --chmod=600 --chown=1:2 a.txt b.txt /both/
ADD --chown=33:4 --chmod=755 a.txt /add
