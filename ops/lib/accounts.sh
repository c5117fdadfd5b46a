# The users of an instance, and the ids that its tenants have on the host.

make_identity() {
    choose_slots
    check_ids
    make_accounts
    reserve_ids
}

make_accounts() {
    local user
    for user in "$CLOISTER_INSTANCE" "$DB_USER" "$IDS_USER"; do
        getent passwd "$user" >/dev/null && continue
        getent group "$user" >/dev/null && fail "there is a group $user, and no user; remove it or set CLOISTER_INSTANCE"
        useradd --system --user-group --no-create-home --home-dir /nonexistent --shell /usr/sbin/nologin \
            --comment "Cloister" "$user"
    done
}

# A name that somebody else's user has is refused: ours have no shell, no home and a comment of ours.
check_accounts() {
    local user entry
    for user in "$CLOISTER_INSTANCE" "$DB_USER" "$IDS_USER"; do
        entry=$(getent passwd "$user") || continue
        [[ $entry == *:Cloister:/nonexistent:/usr/sbin/nologin ]] ||
            fail "a user $user exists that is not Cloister's; set CLOISTER_INSTANCE to another name"
    done
}

remove_accounts() {
    local user
    if getent passwd "$DB_USER" >/dev/null; then remove_shared_memory; fi
    for user in "$CLOISTER_INSTANCE" "$DB_USER" "$IDS_USER"; do
        if getent passwd "$user" >/dev/null; then userdel "$user"; fi
        if getent group "$user" >/dev/null; then groupdel "$user"; fi
    done
    sed -i "/^$IDS_USER:/d" /etc/subuid /etc/subgid
}

# A database that was killed leaves what its next start would remove.
remove_shared_memory() { find /dev/shm -xdev -maxdepth 1 -type f -name 'PostgreSQL.*' -user "$DB_USER" -delete; }

# An instance beside the first one takes 64 slots that nobody has reserved, unless it is told which.
choose_slots() {
    [[ -z ${CLOISTER_SLOTS:-} ]] || return 0
    local slot
    for ((slot = 2048; slot + 63 <= LAST_SLOT; slot += 64)); do
        CLOISTER_SLOTS=$slot-$((slot + 63))
        [[ -n $(id_conflict) ]] || return 0
    done
    fail "every block of 64 slots from 2048 up is reserved in /etc/subuid; set CLOISTER_SLOTS"
}

first_id() { printf '%d' "$((FIRST_UID + $(first_slot) * IDS))"; }
id_count() { printf '%d' "$((($(last_slot) - $(first_slot) + 1) * IDS))"; }

# Who else has an id of our range: a sentence, or nothing.
id_conflict() {
    local first count
    first=$(first_id)
    count=$(id_count)
    awk -F: -v ours="$IDS_USER" -v first="$first" -v count="$count" '
        $1 != ours && NF >= 3 && $2 < first + count && first < $2 + $3 {
            printf "%s gives %s the ids %d-%d", FILENAME, $1, $2, $2 + $3 - 1; exit
        }' /etc/subuid /etc/subgid 2>/dev/null
    getent passwd | awk -F: -v first="$first" -v count="$count" '
        $3 >= first && $3 < first + count { printf "the user %s has the id %d", $1, $3; exit }'
    getent group | awk -F: -v first="$first" -v count="$count" '
        $3 >= first && $3 < first + count { printf "the group %s has the id %d", $1, $3; exit }'
}

check_ids() {
    local conflict reserved
    conflict=$(id_conflict)
    [[ -z $conflict ]] ||
        fail "the ids $(first_id)-$(($(first_id) + $(id_count) - 1)) of slots $CLOISTER_SLOTS are not free: $conflict;" \
            "set CLOISTER_SLOTS"
    reserved=$(reserved_ids)
    [[ -z $reserved || $reserved == "$(first_id):$(id_count)" ]] ||
        fail "this instance has the ids $reserved in /etc/subuid, and slots $CLOISTER_SLOTS would need" \
            "$(first_id):$(id_count); tenants keep their ids, so the slots cannot change"
}

reserved_ids() { sed -n "s/^$IDS_USER://p" /etc/subuid 2>/dev/null; }

reserve_ids() {
    [[ -z $(reserved_ids) ]] || return 0
    local range
    range=$(first_id)-$(($(first_id) + $(id_count) - 1))
    usermod --add-subuids "$range" --add-subgids "$range" "$IDS_USER"
}
