# Proxies need no ARG, and are in no image.
FROM busybox
RUN echo "$HTTP_PROXY|$no_proxy" >/out
# args: --build-arg HTTP_PROXY=http://proxy.example:1 --build-arg no_proxy=.x
