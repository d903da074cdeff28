# Triggers of a stage that is a base, in order, in front of its instructions,
# with the variables of the stage that they run in; and those that stay.
FROM busybox AS base
ONBUILD ARG V=trigger
ONBUILD COPY a.txt /on
ONBUILD RUN cat /on >/on2; echo $V >>/on2
ONBUILD WORKDIR /w
ONBUILD ENV E=1
FROM base
RUN pwd >/pwd; echo $E >>/pwd
ONBUILD RUN ["echo", "x"]
ONBUILD CMD stays
