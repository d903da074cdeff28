# ENV in both forms, its quotes and escapes; one value throughout a line.
FROM busybox
ENV OLD  old form   keeps its  blanks
ENV OLDQ "in quotes" and 'others'
ENV A=a\ b B="c d" C='e $A' D= E=x"y z"'w'
ENV F=$A G=${A}_ H=$UNSET I="$B $C" J=\$A K=\\ L='it''s'
ENV abc=hello
ENV abc=bye def=$abc
ENV ghi=$abc
ENV M=a\
b
ENV N="a\"b" O="a\nb" P=a=b=c
RUN env | grep -E '^([A-P]|OLD|OLDQ|abc|def|ghi)=' | sort >/env
