# Settings of the machine that ops/harden changed. They are everybody's, so one file holds them for all instances: what
# it was before, who asked, and the line that sets it again at boot. The last one that asked puts it back.
readonly HARDENED=/etc/sysctl.d/99-zz-cloister.conf

# By key, from the file.
declare -A BEFORE=() ASKED=() WANTED=()

read_hardened() {
    local line rest
    BEFORE=() ASKED=() WANTED=()
    [[ -r $HARDENED ]] || return 0
    while IFS= read -r line; do
        rest=${line#\# * }
        case $line in
            '# before '*) BEFORE[${rest%% *}]=${rest#* } ;;
            '# for '*) ASKED[${rest%% *}]=${rest#* } ;;
            -*' = '*) rest=${line#-} && WANTED[${rest%% = *}]=${rest#* = } ;;
        esac
    done <"$HARDENED"
}

# Whole or not at all; none is left when nothing is in it. A setting that a kernel lacks at boot is passed over ("-").
write_hardened() {
    local key
    if [[ ${#WANTED[@]} -eq 0 ]]; then
        rm -f "$HARDENED"
        return 0
    fi
    {
        say '# Made by ops/harden; ops/harden --undo puts back what was there before.'
        for key in $(printf '%s\n' "${!WANTED[@]}" | sort); do
            say "# before $key ${BEFORE[$key]}"
            say "# for $key ${ASKED[$key]}"
            say "-$key = ${WANTED[$key]}"
        done
    } >"$HARDENED.new"
    sync "$HARDENED.new"
    mv -f "$HARDENED.new" "$HARDENED"
}

# What this instance asked for.
hardened_here() {
    local key
    for key in "${!WANTED[@]}"; do if asked_here "$key"; then say "$key"; fi; done | sort
}

asked_here() { [[ " ${ASKED[$1]:-} " == *" $CLOISTER_INSTANCE "* ]]; }

setting_file() { printf '/proc/sys/%s' "${1//./\/}"; }
setting_now() { cat "$(setting_file "$1")" 2>/dev/null; }
set_now() { printf '%s\n' "$2" 2>/dev/null >"$(setting_file "$1")" && [[ $(setting_now "$1") == "$2" ]]; }

# harden_setting KEY VALUE: now, and at every boot. What was there is on the disk before anything changes.
harden_setting() {
    local key=$1 value=$2
    read_hardened
    [[ -n ${WANTED[$key]:-} ]] || BEFORE[$key]=$(setting_now "$key")
    asked_here "$key" || ASKED[$key]="${ASKED[$key]:+${ASKED[$key]} }$CLOISTER_INSTANCE"
    WANTED[$key]=$value
    write_hardened
    if set_now "$key" "$value"; then
        say "$key is $value now; it was ${BEFORE[$key]}"
    else
        unharden_setting "$key" >/dev/null
        fail "$key cannot be set to $value; it is $(setting_now "$key")"
    fi
}

# unharden_setting KEY: puts back exactly what was there, unless another instance asked for it as well or somebody has
# changed it since.
unharden_setting() {
    local key=$1 others now
    read_hardened
    others=$(printf '%s\n' ${ASKED[$key]} | grep -vx "$CLOISTER_INSTANCE" | paste -sd' ') || true
    now=$(setting_now "$key")
    if [[ -n $others ]]; then
        ASKED[$key]=$others
        say "$key stays ${WANTED[$key]}: $others asked for it too"
    else
        if [[ $now == "${BEFORE[$key]}" ]]; then
            say "$key is $now"
        elif [[ $now != "${WANTED[$key]}" ]]; then
            say "$key is $now, which somebody else has set since; left alone"
        elif set_now "$key" "${BEFORE[$key]}"; then
            say "$key is ${BEFORE[$key]} again"
        else
            say "$key stays $now until the next boot; then it is what the machine's own files say"
        fi
        unset "BEFORE[$key]" "ASKED[$key]" "WANTED[$key]"
    fi
    write_hardened
}

unharden_all() {
    local key
    read_hardened
    for key in $(hardened_here); do unharden_setting "$key"; done
}
