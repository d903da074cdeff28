# escape=`
FROM busybox
RUN echo one `
    two >/made
ENV A=x`
y B=`$A C="\n"
COPY a.txt `
     b.txt `
     /files/
RUN echo "$A|$B|$C" >/env
