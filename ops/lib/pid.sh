# A process that no other one can be taken for: its pid, when it started, and the boot it started in. Installed beside
# `keep` as well, so it needs nothing of its neighbours.

start_time() {
    local stat
    stat=$(cat "/proc/$1/stat" 2>/dev/null) || return 1
    # The second field is the command's name in parentheses and may hold spaces: count from after the last one.
    local fields
    read -ra fields <<<"${stat##*) }"
    [[ ${fields[0]} != Z ]] || return 1
    printf '%s' "${fields[19]}"
}

boot_id() { cat /proc/sys/kernel/random/boot_id; }

# note_pid FILE PID: in one step, for others read it meanwhile.
note_pid() {
    printf '%s %s %s\n' "$2" "$(start_time "$2")" "$(boot_id)" >"$1.new"
    mv -f "$1.new" "$1"
}

# The pid that a file notes, if that process runs; nothing and 1 if not.
noted_pid() {
    local pid started boot
    read -r pid started boot 2>/dev/null <"$1" || return 1
    [[ $boot == "$(boot_id)" && $(start_time "$pid") == "$started" ]] || return 1
    printf '%s' "$pid"
}
