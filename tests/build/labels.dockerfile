# LABEL in both forms; the last of a name counts.
FROM busybox
LABEL old old form of it
LABEL a=1 b="two words" "quoted key"="x" c=x\ y
LABEL a=2 multi="line \
continued"
LABEL "com.example.x"=$PATH
