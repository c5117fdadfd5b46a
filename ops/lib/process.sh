# The instance's own processes: database, agent, manager. Each is known by its pid, the time it started and the boot it
# started in, so that a pid which the kernel has given to another process since is never taken for ours.

# The parts that this command has started; `undo_starts` ends them when a later step fails.
STARTED=()

start_time() {
    local stat
    stat=$(cat "/proc/$1/stat" 2>/dev/null) || return 1
    # The second field is the command's name in parentheses and may hold spaces: count from after the last one.
    local fields
    read -ra fields <<<"${stat##*) }"
    [[ ${fields[0]} != Z ]] || return 1
    printf '%s' "${fields[19]}"
}

# The pid of a running part (db, agent, manager); nothing and 1 if it does not run.
pid_of() {
    local pid started boot
    read -r pid started boot 2>/dev/null <"$CLOISTER_RUN/$1.pid" || return 1
    [[ $boot == "$(cat /proc/sys/kernel/random/boot_id)" && $(start_time "$pid") == "$started" ]] || return 1
    printf '%s' "$pid"
}

runs() { pid_of "$1" >/dev/null; }

# launch PART USER COMMAND...: starts a part in a session of its own, with a clean environment and its log on both
# outputs. As a user other than root it has no capabilities and can gain none.
launch() {
    local part=$1 user=$2 log=$CLOISTER_HOME/log/$1.log pid
    shift 2
    local as=()
    if [[ $user != root ]]; then
        as=(setpriv "--reuid=$user" "--regid=$user" --init-groups --inh-caps=-all --ambient-caps=-all
            --bounding-set=-all --no-new-privs)
    fi
    rotate "$log"
    (
        cd /
        ulimit -c 0
        ulimit -n "$(ulimit -Hn)"
        exec env -i "${PART_ENVIRONMENT[@]}" setsid "${as[@]}" "$@" </dev/null >>"$log" 2>&1 {LOCK}<&-
    ) &
    pid=$!
    disown "$pid"
    STARTED+=("$part")
    printf '%s %s %s\n' "$pid" "$(start_time "$pid")" "$(cat /proc/sys/kernel/random/boot_id)" >"$CLOISTER_RUN/$part.pid"
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
    if pid=$(pid_of "$part"); then
        kill "-$signal" "$pid" 2>/dev/null || true
        if ! until_true "$seconds" gone "$part"; then
            kill -KILL "$pid" 2>/dev/null || true
            until_true 10 gone "$part" || fail "the $part (process $pid) does not end, not even by SIGKILL"
            step "$part" "killed: it had not ended $seconds s after SIG$signal"
        else
            step "$part" 'stopped'
        fi
    fi
    rm -f "$CLOISTER_RUN/$part.pid"
}

gone() { ! runs "$1"; }

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
