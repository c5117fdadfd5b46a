# What an instance has left on the machine, looked for from outside and by name: a line for each thing.

# Kept before the users are removed, for afterwards nobody knows their numbers. A file that is older than the instance
# is not its own, even if its owner's number is the same: numbers are given again.
note_uids() {
    local user token=$CLOISTER_HOME/keys/admin.token
    UIDS=()
    BORN=$(if [[ -e $token ]]; then stat -c %Y "$token"; else date +%s; fi)
    for user in "$CLOISTER_INSTANCE" "$DB_USER" "$IDS_USER"; do
        if getent passwd "$user" >/dev/null; then UIDS+=("$(id -u "$user")"); fi
    done
}

remains() {
    remaining_processes
    remaining_mounts
    remaining_loops
    remaining_cgroups
    remaining_links
    remaining_rules
    remaining_tables
    remaining_accounts
    remaining_settings
    remaining_files
}

remaining_processes() {
    local uids=${UIDS[*]:-}
    ps -eo pid=,uid=,stat=,args= | awk -v uids=" $uids " -v home="$CLOISTER_HOME/app-" \
        -v keep="$CLOISTER_HOME/libexec/keep" -v first="$(range_start)" -v last="$(range_end)" '
        $3 ~ /^Z/ { next } # ended, and not yet asked for its status by its parent
        index(uids, " " $2 " ") || $4 ~ /java$/ && index($0, home) || $4 ~ /bash$/ && $5 == keep || $2 >= first && $2 <= last {
            pid = $1; $1 = $2 = $3 = ""; print "process " pid ":" $0 }'
}

remaining_mounts() { awk -v home="$CLOISTER_HOME/" -v run="$CLOISTER_RUN/" \
    'index($5 "/", home) == 1 || index($5 "/", run) == 1 { print "mount " $5 }' /proc/self/mountinfo; }

remaining_loops() { losetup --list --noheadings --output NAME,BACK-FILE | awk -v home="$CLOISTER_HOME/" \
    'index($2, home) == 1 { print "loop device " $1 }'; }

remaining_cgroups() { find /sys/fs/cgroup -maxdepth 3 -type d -name "$CLOISTER_INSTANCE" -printf 'cgroup %p\n'; }

remaining_links() {
    [[ -n ${CLOISTER_SLOTS:-} ]] || return 0
    ip -o link show | awk -v first="$(first_slot)" -v last="$(last_slot)" '
        { name = $2; sub(/[@:].*/, "", name) }
        name ~ /^ct(gate)?[0-9]+$/ { slot = name; gsub(/[a-z]/, "", slot); if (slot + 0 >= first && slot + 0 <= last) print "link " name }'
}

remaining_rules() {
    local family
    [[ -n ${CLOISTER_SLOTS:-} ]] || return 0
    for family in -4 -6; do ip "$family" rule show | grep "iif ctgate$(first_slot) " | sed 's/^/routing rule /' || true; done
    find /run/cloister-links -mindepth 3 -name "$CLOISTER_INSTANCE" -printf 'forwarding %h\n' 2>/dev/null || true
}

remaining_tables() { nft list tables 2>/dev/null | awk -v name="$CLOISTER_INSTANCE" '$3 == name { print "nft " $0 }'; }

remaining_accounts() {
    local user
    for user in "$CLOISTER_INSTANCE" "$DB_USER" "$IDS_USER"; do
        if getent passwd "$user" >/dev/null; then echo "user $user"; fi
        if getent group "$user" >/dev/null; then echo "group $user"; fi
    done
    grep -H "^$IDS_USER:" /etc/subuid /etc/subgid 2>/dev/null || true
}

remaining_settings() {
    local key
    read_hardened
    for key in $(hardened_here); do echo "setting $key in $HARDENED"; done
}

remaining_files() {
    local directory uid
    for directory in "$CLOISTER_HOME" "$CLOISTER_RUN"; do
        if [[ -e $directory ]]; then echo "directory $directory"; fi
    done
    compgen -G "/etc/systemd/system/$CLOISTER_INSTANCE-*.service" || true
    for uid in "${UIDS[@]:-}"; do
        [[ -n $uid ]] || continue
        find /tmp /var/tmp /dev/shm /run -xdev -uid "$uid" -newermt "@$BORN" -printf 'file %p\n' -prune 2>/dev/null || true
    done
}

range_start() { if [[ -n ${CLOISTER_SLOTS:-} ]]; then first_id; else echo -1; fi; }
range_end() { if [[ -n ${CLOISTER_SLOTS:-} ]]; then echo $(($(first_id) + $(id_count) - 1)); else echo -2; fi; }
