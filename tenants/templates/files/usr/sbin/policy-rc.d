#!/bin/sh
# policy-rc.d [--quiet] SERVICE ACTION RUNLEVEL: may a package start its service? Where no init is installed invoke-rc.d
# asks here, else it starts none. Yes; but an action in parentheses is one that update-rc.d has disabled.
for word; do
    case $word in '('*) exit 101 ;; esac
done
exit 0
