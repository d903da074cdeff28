# Nothing but what is copied, and no step but COPY.
FROM scratch
COPY a.txt d/x.txt /files/
COPY --chown=5:6 b.txt /owned
ENV A=1
CMD ["/files/a.txt"]
