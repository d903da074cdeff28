# lines that end as on Windows
FROM busybox
RUN echo a \
  b >/out
COPY a.txt \
  /a
ENV A=1
CMD ["x"]
