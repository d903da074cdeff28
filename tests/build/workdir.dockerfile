# Folders that are made, relative ones, links on the way; its owner is root.
FROM busybox
WORKDIR /a
WORKDIR b
WORKDIR ../c/./d
RUN pwd >/pwd; ln -s /a /link
WORKDIR /link/e
COPY a.txt .
COPY b.txt ./sub/
USER www
WORKDIR /f g
