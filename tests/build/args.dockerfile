# ARG in front of FROM, in a stage, in the next one; --build-arg is before its
# default, ENV is before both.
ARG TAG=latest
ARG BOTH=head OTHER=$BOTH-2
FROM busybox:$TAG AS one
ARG BOTH
ARG OTHER
ARG GIVEN=default NONE
ARG LATER=$GIVEN
RUN echo "$BOTH|$OTHER|$GIVEN|${NONE-unset}|$LATER|${TAG-unset}" >/one
ENV GIVEN=env
RUN echo "$GIVEN" >/two
ENV KEPT=$LATER
FROM one
RUN echo "$BOTH|$LATER" >/three
FROM busybox
ARG BOTH=stage
COPY --from=one /one /two /
COPY --from=1 /three /
RUN echo "$BOTH|${GIVEN-unset}|${KEPT-unset}" >/four
# args: --build-arg GIVEN=given
