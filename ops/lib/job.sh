# Work that a command waits for and can end. A command that is killed clears up at once, while its child goes on (bash(1),
# "Signals"): what the child still held or made would be left behind.

JOB=''

# as_job COMMAND...: runs it, without input, in a process group of its own; its status.
as_job() {
    local status=0
    set -m
    "$@" </dev/null &
    JOB=$!
    set +m
    wait "$JOB" || status=$?
    JOB=''
    return "$status"
}

# clear_up_with COMMAND: runs it in the end, also after a signal, when the job and all that it started has ended.
clear_up_with() {
    trap "clear_up $1" EXIT
    trap 'exit 129' HUP
    trap 'exit 130' INT
    trap 'exit 143' TERM
}

clear_up() {
    local status=$?
    trap '' HUP INT TERM
    trap - EXIT
    end_job
    "$1" "$status"
}

end_job() {
    [[ -n $JOB ]] || return 0
    kill -TERM -- "-$JOB" 2>/dev/null || true
    until_true 30 job_ended || kill -KILL -- "-$JOB" 2>/dev/null || true
    JOB=''
}

job_ended() { ! kill -0 -- "-$JOB" 2>/dev/null; }
