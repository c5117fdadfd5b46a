# A locale that the client asked for and this Debian lacks makes programs complain and databases come up in ASCII.
case $(LC_ALL=$LC_ALL locale 2>&1 >/dev/null) in
    *annot*)
        unset LC_ALL LC_CTYPE LC_COLLATE LC_MESSAGES LC_MONETARY LC_NUMERIC LC_TIME
        export LANG=C.UTF-8
        ;;
esac

# The greeting: for a person who has just logged in, not for su and scripts.
if [ "$PPID" = 1 ] && [ -t 1 ] && [ ! -e "$HOME/.hushlogin" ]; then
    cat /etc/motd
    limits -s 2>/dev/null || :
fi
