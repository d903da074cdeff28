# The last CMD, ENTRYPOINT and HEALTHCHECK count.
FROM busybox
CMD first
CMD ["second", "\u0041\"\\"]
ENTRYPOINT ["/one"]
ENTRYPOINT ["/two", ""]
HEALTHCHECK CMD first
HEALTHCHECK --interval=1m30s --timeout=2s --start-period=500ms --retries=4 CMD second $X "y"
STOPSIGNAL SIGINT
STOPSIGNAL SIGRTMIN+3
MAINTAINER some body <x@y>
