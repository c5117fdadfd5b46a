# Everything that the commands in ops/ share. The checkout is the working directory.
umask 022
# A command that fails inside $(…) is a failure too.
shopt -s inherit_errexit
for library in say job settings machine packages java accounts pid units process database build product harden remains; do
    . "ops/lib/$library.sh"
done
unset library
