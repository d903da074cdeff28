# Files, folders and patterns, to files and folders.
FROM busybox
COPY a.txt /name
COPY a.txt /folder/
COPY a.txt b.txt /two/
COPY d /d
COPY d/ /dslash/
COPY d /dd/
COPY d/sub empty /merged/
COPY ./d/../a.txt /dots
COPY /a.txt /root-is-the-context
COPY *.txt /star/
COPY d/?.txt /one/
COPY [a-b].txt [^a-b]*.md /class/
COPY */sub /deep/
COPY d/link /link
COPY d/. /dot/
COPY empty /empty
