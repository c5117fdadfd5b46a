# What the commands say. Ordinary lines go to standard output; a failure is one line on standard error and exit 1.

say() { printf '%s\n' "$*"; }

# A line that names what is being done: `step database 'starting'`.
step() { printf '%-10s %s\n' "$1" "$2"; }

fail() {
    printf 'ops/%s: %s\n' "${0##*/}" "$*" >&2
    exit 1
}

# The end of a log on standard error, for a failure whose reason stands there.
tail_of() {
    [[ -s $1 ]] || return 0
    printf -- '--- the last lines of %s\n' "$1" >&2
    tail -n "${2:-25}" "$1" >&2
    printf -- '---\n' >&2
}

# until_true SECONDS COMMAND...: runs the command again and again until it succeeds; 1 when the time is over.
until_true() {
    local end=$((SECONDS + $1))
    shift
    until "$@"; do
        ((SECONDS < end)) || return 1
        sleep 0.2
    done
}
