# The instance's own processes: database, agent, manager. Each is known by its pid, the time it started and the boot it
# started in, so that a pid which the kernel has given to another process since is never taken for ours.

# The parts that this command has started; `undo_starts` ends them when a later step fails.
STARTED=()

# The pid of a running part (db, agent, manager); nothing and 1 if it does not run.
pid_of() { noted_pid "$CLOISTER_RUN/$1.pid"; }

runs() { pid_of "$1" >/dev/null; }

# launch PART USER COMMAND...: starts a part in a session of its own, with a clean environment and its log on both
# outputs, and keeps it: it is started again when it ends by itself. As a user other than root it has no capabilities and
# can gain none.
launch() {
    local part=$1 user=$2 log=$CLOISTER_HOME/log/$1.log
    end_part "$part" # one that its keeper is about to start again
    rotate "$log"
    STARTED+=("$part")
    if has_systemd; then launch_unit "$@"; else launch_kept "$@"; fi
}

launch_kept() {
    local part=$1 user=$2 log=$CLOISTER_HOME/log/$1.log pid
    shift 2
    local as=()
    if [[ $user != root ]]; then
        as=(setpriv "--reuid=$user" "--regid=$user" --init-groups --inh-caps=-all --ambient-caps=-all
            --bounding-set=-all --no-new-privs)
    fi
    (
        cd /
        ulimit -c 0
        ulimit -n "$(ulimit -Hn)"
        exec env -i "${PART_ENVIRONMENT[@]}" setsid "$CLOISTER_HOME/libexec/keep" "$CLOISTER_RUN/$part.pid" \
            "${as[@]}" "$@" </dev/null >>"$log" 2>&1 {LOCK}<&-
    ) &
    pid=$!
    disown "$pid"
    note_pid "$CLOISTER_RUN/$part.keeper" "$pid"
    until_true 60 runs "$part" || true # or it would be taken for one that has ended
}

# What every part finds in its environment.
set_part_environment() {
    local name
    PART_ENVIRONMENT=(PATH=/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin LANG=C.UTF-8
        "JAVA_HOME=$JAVA_HOME")
    # debootstrap fetches through the same proxy as apt-get and Maven do.
    for name in "${SETTINGS[@]}" http_proxy https_proxy no_proxy; do
        [[ -z ${!name:-} ]] || PART_ENVIRONMENT+=("$name=${!name}")
    done
}

# A log is moved aside when its program starts and it is large; the one before it is dropped.
rotate() {
    if [[ -e $1 ]] && (($(stat -c %s "$1") > 16 * 1024 * 1024)); then mv -f "$1" "$1.1"; fi
    [[ -e $1 ]] || install -m 0640 /dev/null "$1"
}

# end PART SIGNAL SECONDS: asks the part to end and, after the time, kills it.
end() {
    local part=$1 signal=$2 seconds=$3 pid
    end_keeper "$part" # first: it may be starting the part just now
    pid=$(pid_of "$part") || pid=''
    if [[ -n $pid ]]; then
        kill "-$signal" "$pid" 2>/dev/null || true
        if ! until_true "$seconds" gone "$part"; then
            kill -KILL "$pid" 2>/dev/null || true
            until_true 60 gone "$part" || fail "the $part (process $pid) does not end, not even by SIGKILL"
            step "$part" "killed: it had not ended $seconds s after SIG$signal"
        else
            step "$part" 'stopped'
        fi
    fi
    rm -f "$CLOISTER_RUN/$part.pid"
}

gone() { ! runs "$1"; }

# What would start a part again: its keeper, or systemd, which ends the part as well.
end_keeper() {
    local file=$CLOISTER_RUN/$1.keeper pid
    if has_systemd && [[ -e $(unit_file "$1") ]]; then systemctl stop "$(unit_of "$1")" || true; fi
    if pid=$(noted_pid "$file"); then
        kill -TERM "$pid" 2>/dev/null || true
        until_true 30 keeper_gone "$file" || kill -KILL "$pid" 2>/dev/null || true
    fi
    rm -f "$file"
}

keeper_gone() { ! noted_pid "$1" >/dev/null; }

# await PART SECONDS COMMAND...: waits until the command succeeds; ends with the part's log where it does not.
await() {
    local part=$1 seconds=$2
    shift 2
    until_true "$seconds" answers_or_ended "$part" "$@" || true
    "$@" && return 0
    tail_of "$CLOISTER_HOME/log/$part.log"
    if runs "$part"; then fail "the $part is not ready after $seconds s; the end of its log stands above"; fi
    fail "the $part has ended; the end of its log stands above"
}

# Nothing to wait for any more: the part answers, or it is dead.
answers_or_ended() {
    local part=$1
    shift
    "$@" || gone "$part"
}

# In the order opposite to the one in which they were started.
undo_starts() {
    local i
    for ((i = ${#STARTED[@]} - 1; i >= 0; i--)); do end_part "${STARTED[i]}"; done
}

# SIGINT is PostgreSQL's fast shutdown: it ends sessions and writes everything out.
end_part() {
    case $1 in
        db) end db INT 60 ;;
        *) end "$1" TERM 20 ;;
    esac
}
