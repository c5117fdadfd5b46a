# Where an instance lives and how it is configured. A setting comes from the environment, else from what the last
# ops/up wrote to $CLOISTER_HOME/instance.env, else from its default.

# In the order in which instance.env lists them. CLOISTER_INSTANCE and CLOISTER_HOME say where to look for the rest.
readonly SETTINGS=(CLOISTER_INSTANCE CLOISTER_HOME CLOISTER_RUN CLOISTER_HTTP CLOISTER_SSH CLOISTER_SLOTS
    CLOISTER_POOL_SIZE CLOISTER_DB_URL CLOISTER_DB_USER CLOISTER_DB_PASSWORD CLOISTER_MIRROR
    CLOISTER_OPEN CLOISTER_PUBLIC_URL CLOISTER_AUDIT_EVERY CLOISTER_AUDIT_ON_CHANGE CLOISTER_ANCHOR CLOISTER_WEBHOOK
    CLOISTER_WEBHOOK_EVENTS)

# The uid range of slot S begins at FIRST_UID + S * IDS, as in org.cloister.protocol.Slot.
readonly FIRST_UID=$((0x70000000)) IDS=65536 LAST_SLOT=4093

read_settings() {
    CLOISTER_INSTANCE=${CLOISTER_INSTANCE:-cloister}
    [[ $CLOISTER_INSTANCE =~ ^[a-z][a-z0-9]{0,15}$ ]] ||
        fail "CLOISTER_INSTANCE is \"$CLOISTER_INSTANCE\"; it must be 1 to 16 of a-z and 0-9, first a letter"
    CLOISTER_HOME=${CLOISTER_HOME:-/var/lib/$CLOISTER_INSTANCE}
    [[ $CLOISTER_HOME =~ ^(/[A-Za-z0-9_.-]+){2,}$ && ! $CLOISTER_HOME =~ /\.\.?(/|$) ]] ||
        fail "CLOISTER_HOME is \"$CLOISTER_HOME\"; it must be an absolute path, two levels deep or more, without spaces"
    read_recorded_settings

    CLOISTER_RUN=${CLOISTER_RUN:-/run/$CLOISTER_INSTANCE}
    [[ $CLOISTER_RUN =~ ^/(var/)?run/[A-Za-z0-9_.-]+$ ]] ||
        fail "CLOISTER_RUN is \"$CLOISTER_RUN\"; it must be a directory in /run"
    CLOISTER_HTTP=${CLOISTER_HTTP:-127.0.0.1:8080}
    CLOISTER_SSH=${CLOISTER_SSH:-0.0.0.0:2222}
    check_address CLOISTER_HTTP
    check_address CLOISTER_SSH
    if [[ -z ${CLOISTER_SLOTS:-} && $CLOISTER_INSTANCE == cloister ]]; then CLOISTER_SLOTS=1-2047; fi
    if [[ -n ${CLOISTER_SLOTS:-} ]]; then check_slots; fi
    [[ ${CLOISTER_PUBLIC_URL:-none} =~ ^(none|(https://[A-Za-z0-9-]+(\.[A-Za-z0-9-]+)*\.[A-Za-z][A-Za-z0-9-]*|https?://localhost)(:[0-9]{1,5})?/?)$ ]] ||
        fail "CLOISTER_PUBLIC_URL is \"$CLOISTER_PUBLIC_URL\"; it must be https and the name of a host, such as https://cloister.example.org, or none"
    [[ ${CLOISTER_AUDIT_EVERY:-never} =~ ^(never|[0-9]{1,4}h([0-9]{1,2}m)?|[0-9]{1,4}m)$ ]] ||
        fail "CLOISTER_AUDIT_EVERY is \"$CLOISTER_AUDIT_EVERY\"; it must be a time such as 24h or 30m, or never"
    [[ -z ${CLOISTER_ANCHOR:-} || $CLOISTER_ANCHOR =~ ^(/[A-Za-z0-9_.-]+)+$ && ! $CLOISTER_ANCHOR =~ /\.\.?(/|$) ]] ||
        fail "CLOISTER_ANCHOR is \"$CLOISTER_ANCHOR\"; it must be the absolute path of a file, without spaces"
    [[ ${CLOISTER_AUDIT_ON_CHANGE:-yes} =~ ^(yes|no)$ ]] ||
        fail "CLOISTER_AUDIT_ON_CHANGE is \"$CLOISTER_AUDIT_ON_CHANGE\"; it must be yes or no"
    # The address is often a secret, so it is not repeated.
    [[ ${CLOISTER_WEBHOOK:-none} =~ ^(none|https://[^/@#[:space:]]+(/[^#[:space:]]*)?|http://(127\.0\.0\.1|localhost|\[::1\])(:[0-9]+)?(/[^#[:space:]]*)?)$ ]] ||
        fail "CLOISTER_WEBHOOK must be an address such as https://example.org/hook, without a user or a # in it, or none; http is for this machine itself"
    [[ ${CLOISTER_WEBHOOK_EVENTS:-*} =~ ^(\*|[a-z.-]+(\.\*)?)(,(\*|[a-z.-]+(\.\*)?))*$ ]] ||
        fail "CLOISTER_WEBHOOK_EVENTS is \"$CLOISTER_WEBHOOK_EVENTS\"; it must be kinds of events with commas between, such as audit.failed,limit.*"

    DB_USER=$CLOISTER_INSTANCE-db
    IDS_USER=$CLOISTER_INSTANCE-ids
    readonly DB_USER IDS_USER
}

# What instance.env says, and which of it the environment now says otherwise.
declare -A RECORDED=()
CHANGED=()

# A line of instance.env is NAME=value; the value is everything after the first =.
read_recorded_settings() {
    local file=$CLOISTER_HOME/instance.env name value
    [[ -r $file ]] || return 0
    while IFS='=' read -r name value; do
        is_setting "$name" || continue
        RECORDED[$name]=$value
        if [[ -z ${!name:-} ]]; then
            printf -v "$name" '%s' "$value"
        elif [[ ${!name} != "$value" ]]; then
            CHANGED+=("$name")
        fi
    done <"$file"
    [[ ${RECORDED[CLOISTER_INSTANCE]:-} == "$CLOISTER_INSTANCE" ]] ||
        fail "$CLOISTER_HOME belongs to the instance \"${RECORDED[CLOISTER_INSTANCE]:-}\"; set CLOISTER_INSTANCE"
    [[ ${RECORDED[CLOISTER_RUN]:-} == "${CLOISTER_RUN:-}" ]] ||
        fail "CLOISTER_RUN was ${RECORDED[CLOISTER_RUN]:-} when the instance was made, and cannot change"
}

is_changed() { [[ " ${CHANGED[*]:-} " == *" $1 "* ]]; }

# Back to what the running parts were started with.
keep_recorded_settings() {
    local name
    for name in "${CHANGED[@]}"; do printf -v "$name" '%s' "${RECORDED[$name]}"; done
    CHANGED=()
}

is_setting() {
    local setting
    for setting in "${SETTINGS[@]}"; do [[ $setting == "$1" ]] && return 0; done
    return 1
}

# Readable by root alone: a database password may be in it.
write_settings() {
    local name
    (
        umask 077
        for name in "${SETTINGS[@]}"; do
            [[ -z ${!name:-} ]] || printf '%s=%s\n' "$name" "${!name}"
        done >"$CLOISTER_HOME/instance.env.new"
    )
    mv -f "$CLOISTER_HOME/instance.env.new" "$CLOISTER_HOME/instance.env"
}

check_address() {
    local port
    port=$(port_of "${!1}")
    [[ ${!1} =~ ^(\[[0-9a-fA-F:.]+\]|[A-Za-z0-9.-]+):[0-9]{1,5}$ ]] && ((10#$port >= 1 && 10#$port <= 65535)) ||
        fail "$1 is \"${!1}\"; it must be an address and a port such as 127.0.0.1:8080"
    ((10#$port >= 1024)) ||
        fail "$1 is \"${!1}\"; the manager runs without privileges and cannot bind a port below 1024"
}

check_slots() {
    [[ $CLOISTER_SLOTS =~ ^([0-9]{1,4})-([0-9]{1,4})$ ]] &&
        ((10#${BASH_REMATCH[1]} >= 1 && 10#${BASH_REMATCH[1]} <= 10#${BASH_REMATCH[2]} &&
            10#${BASH_REMATCH[2]} <= LAST_SLOT)) ||
        fail "CLOISTER_SLOTS is \"$CLOISTER_SLOTS\"; it must be two numbers such as 1-2047, between 1 and $LAST_SLOT"
}

port_of() { printf '%s' "${1##*:}"; }

# The address that this machine reaches a listening address by.
url() {
    local host=${CLOISTER_HTTP%:*}
    case $host in 0.0.0.0) host=127.0.0.1 ;; '[::]') host='[::1]' ;; esac
    printf 'http://%s:%s' "$host" "$(port_of "$CLOISTER_HTTP")"
}

first_slot() { printf '%d' "$((10#${CLOISTER_SLOTS%-*}))"; }
last_slot() { printf '%d' "$((10#${CLOISTER_SLOTS#*-}))"; }

# The suite whose template the tenants of this machine are made from by default.
host_suite() { (. /etc/os-release && printf '%s' "${VERSION_CODENAME:-}"); }
