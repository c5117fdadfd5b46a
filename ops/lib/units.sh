# systemd's units of an instance, where systemd is pid 1: rendered from ops/systemd/ when a part is launched, so that a boot
# and a crash start exactly what ops/up started.

has_systemd() { [[ -d /run/systemd/system ]]; }

unit_of() { printf '%s-%s.service' "$CLOISTER_INSTANCE" "$1"; }
unit_file() { printf '/etc/systemd/system/%s' "$(unit_of "$1")"; }
boot_directories() { printf '/etc/tmpfiles.d/%s.conf' "$CLOISTER_INSTANCE"; }
readonly UNITS=(manager agent tenants db)

# render_unit PART USER COMMAND...: the unit's text.
render_unit() {
    local part=$1 user=$2 text
    shift 2
    text=$(<"ops/systemd/$part.service")
    text=${text//@CONFINED@/"$(<ops/systemd/confined.part)"}
    text=${text//@NOTE@/"/bin/bash -c '. $CLOISTER_HOME/libexec/pid.sh; note_pid $CLOISTER_RUN/$part.pid \$MAINPID'"}
    text=${text//@COMMAND@/"$(unit_words "$@")"}
    text=${text//@ENVIRONMENT@/"$CLOISTER_HOME/$part.environment"}
    text=${text//@INSTANCE@/"$CLOISTER_INSTANCE"}
    text=${text//@HOME@/"$CLOISTER_HOME"}
    text=${text//@RUN@/"$CLOISTER_RUN"}
    text=${text//@PART@/"$part"}
    text=${text//@USER@/"$user"}
    printf '%s\n' "$text"
}

# Arguments as systemd reads them back (systemd.service(5), "Command Lines").
unit_words() {
    local word line=''
    for word in "$@"; do
        word=${word//\\/\\\\} word=${word//\"/\\\"} word=${word//%/%%} word=${word//\$/\$\$}
        line+=" \"$word\""
    done
    printf '%s' "${line# }"
}

# NAME="value" lines for root alone: a database password may be among them.
write_environment() {
    local entry value
    (
        umask 077
        for entry in "${PART_ENVIRONMENT[@]}"; do
            value=${entry#*=} value=${value//\\/\\\\} value=${value//\"/\\\"} value=${value//\$/\\\$}
            say "${entry%%=*}=\"${value//\`/\\\`}\""
        done >"$1.new"
    )
    mv -f "$1.new" "$1"
}

# What make_directories makes in /run, again at boot.
write_boot_directories() {
    cat >"$(boot_directories)" <<CONF
d $CLOISTER_RUN 0755 root root
d $CLOISTER_RUN/agent 0750 root $CLOISTER_INSTANCE
d $CLOISTER_RUN/db 0750 $DB_USER $CLOISTER_INSTANCE
CONF
}

# install_unit PART USER COMMAND...: for every boot from now on; started by the caller.
install_unit() {
    write_environment "$CLOISTER_HOME/$1.environment"
    write_boot_directories
    render_unit "$@" >"$(unit_file "$1")"
    systemctl daemon-reload
    systemctl enable --quiet "$(unit_of "$1")"
}

launch_unit() {
    install_unit "$@"
    systemctl start "$(unit_of "$1")" || {
        tail_of "$CLOISTER_HOME/log/$1.log"
        fail "systemd cannot start the $1: journalctl -u $(unit_of "$1") says why"
    }
}

# No boot starts them any more. Without systemd there are none, or some of an earlier one.
remove_units() {
    local part
    for part in "${UNITS[@]}"; do
        [[ -e $(unit_file "$part") ]] || continue
        if has_systemd; then systemctl --quiet disable --now "$(unit_of "$part")"; fi
        rm -f "$(unit_file "$part")"
    done
    rm -f "$(boot_directories)"
    if has_systemd; then systemctl daemon-reload; fi
}
