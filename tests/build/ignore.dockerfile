# The ignore file of this name.
FROM busybox
COPY . /all/
COPY d /d/
