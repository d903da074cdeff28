# a comment, so this is no directive:
# escape=`
   # one that is indented
FROM busybox
RUN echo one \
# between
   # between, and indented
      two \

      three >/out
run echo lower >/case
Run echo '# not a comment' >/hash # but this is the shell's
RUN echo "\
     hello\
     world" >/blanks
RUN echo trailing \   
  blanks >/trailing
RUN echo a\\ >/backslash
	  RUN echo tab >/tab
