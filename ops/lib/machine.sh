# What the machine must be before anything is done to it. Each check is one line when it fails.

check_root() {
    ((EUID == 0)) || fail "must run as root: it makes users, mounts and namespaces (sudo ops/${0##*/})"
}

check_debian() {
    [[ -r /etc/os-release ]] || fail "this is no Debian: /etc/os-release is missing"
    (
        . /etc/os-release
        [[ ${ID:-} == debian ]] && ((${VERSION_ID:-0} >= 12))
    ) || fail "needs Debian 12 or newer, and this is $(. /etc/os-release && printf '%s' "${PRETTY_NAME:-something else}")"
}

# Before packages are installed: what no package can mend.
check_kernel() {
    local release major minor
    release=$(uname -r)
    IFS=. read -r major minor _ <<<"$release"
    minor=${minor%%[!0-9]*}
    ((major > 5 || (major == 5 && minor >= 19))) ||
        fail "the kernel is $release; 5.19 or newer is needed for id-mapped mounts and safe cgroup delegation"
    [[ $(cat /proc/sys/user/max_user_namespaces 2>/dev/null || echo 0) -gt 0 ]] ||
        fail "the kernel allows no user namespaces; sysctl user.max_user_namespaces=15000 mends it"
    unshare --user --pid --mount --net --ipc --uts --fork true 2>/dev/null ||
        fail "this root may not make namespaces (a container without privileges?); run it on the machine itself"
    grep -qw btrfs /proc/filesystems || modprobe btrfs 2>/dev/null ||
        fail "the kernel has no btrfs; the tenants' pool needs it (modprobe btrfs)"
    [[ -e /dev/loop-control ]] || modprobe loop 2>/dev/null ||
        fail "the kernel has no loop devices; the tenants' pool is a loop file (modprobe loop)"
}

# After packages are installed.
check_nft() {
    nft list tables >/dev/null 2>&1 || fail "nft does not work here; the kernel needs nf_tables (modprobe nf_tables)"
}

# The first build, the database and a template need room; the pool file itself grows as it is used.
check_room() {
    local place=$CLOISTER_HOME free
    while [[ ! -d $place ]]; do place=$(dirname "$place"); done
    free=$(df --output=avail -k "$place" | tail -n 1)
    ((free >= 4 * 1024 * 1024)) ||
        fail "$place has $((free / 1024)) MiB free; 4096 are needed at least (CLOISTER_HOME puts it elsewhere)"
}

# A directory that is ours, or empty, or not there.
check_home() {
    [[ -e $CLOISTER_HOME ]] || return 0
    [[ -d $CLOISTER_HOME ]] || fail "$CLOISTER_HOME is no directory"
    [[ -e $CLOISTER_HOME/instance.env || -z $(ls -A "$CLOISTER_HOME") ]] ||
        fail "$CLOISTER_HOME has files that are not Cloister's; set CLOISTER_HOME to another directory"
}

# /run is everybody's: a directory there that we did not make is another program's.
check_run() {
    [[ -z ${RECORDED[CLOISTER_RUN]:-} && -e $CLOISTER_RUN ]] || return 0
    [[ -z $(ls -A "$CLOISTER_RUN") ]] ||
        fail "$CLOISTER_RUN is another program's; set CLOISTER_INSTANCE to another name"
}

check_port_free() {
    local port
    port=$(port_of "${!1}")
    [[ -z $(ss -Hltn "sport = :$port") ]] ||
        fail "port $port is in use$(listener_on "$port"); set $1 to another address and port"
}

listener_on() {
    local user
    user=$(ss -Hltnp "sport = :$1" | sed -n 's/.*users:(("\([^"]*\)",pid=\([0-9]*\).*/ by \1 (process \2)/p' | head -n 1)
    printf '%s' "$user"
}

# One command of ops/ at a time for an instance. The lock is on the directory, so that it leaves no file behind.
take_lock() {
    exec {LOCK}<"$1"
    flock -n "$LOCK" || fail "another ops command is at work on $1"
}

# Two instances that are made at once must not choose the same ids, so /etc is locked meanwhile.
with_etc_locked() {
    local etc
    exec {etc}</etc
    flock "$etc"
    "$@"
    exec {etc}<&-
}
