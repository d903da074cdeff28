# Archives of the context are unpacked, whatever they are called; what is only
# compressed is not.
FROM busybox
ADD d.tar.gz /unpacked/
ADD d.tar.gz a.txt /mixed/
ADD archive /by-content/
ADD plain.gz /plain/
ADD d /folder
ADD *.txt /pattern/
