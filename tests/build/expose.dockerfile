# Ports, protocols in any case, ranges; one twice is one.
FROM busybox
EXPOSE 80 443/tcp 53/UDP
EXPOSE 8000-8003 9000-9001/udp
EXPOSE 80/tcp
