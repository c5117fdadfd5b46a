# The installed product: directories, build, keys, agent, manager, template.

make_directories() {
    local manager=$CLOISTER_INSTANCE
    install -d -m 0755 "$CLOISTER_HOME" "$CLOISTER_HOME/libexec"
    install -m 0755 ops/lib/keep "$CLOISTER_HOME/libexec/keep"
    install -m 0644 ops/lib/pid.sh "$CLOISTER_HOME/libexec/pid.sh"
    install -d -m 0755 "$CLOISTER_HOME" "$CLOISTER_HOME/keys" "$CLOISTER_HOME/tmp"
    install -d -m 0750 -g "$manager" "$CLOISTER_HOME/log"
    install -d -m 0700 "$CLOISTER_HOME/agent" "$CLOISTER_HOME/tmp/agent"
    install -d -m 0700 -o "$manager" -g "$manager" "$CLOISTER_HOME/keys/manager" "$CLOISTER_HOME/tmp/manager" \
        "$CLOISTER_HOME/recordings"
    install -d -m 0700 -o "$DB_USER" -g "$DB_USER" "$CLOISTER_HOME/db"
    install -d -m 0755 "$CLOISTER_RUN"
    install -d -m 0750 -g "$manager" "$CLOISTER_RUN/agent"
    install -d -m 0750 -o "$DB_USER" -g "$manager" "$CLOISTER_RUN/db"
}

# Copies target/app to app-<hash> and points `app` at it. A build that runs stays until nothing runs from it.
install_build() {
    local build old
    build=app-$(build_hash)
    if [[ ! -e $CLOISTER_HOME/$build ]]; then
        rm -rf "$CLOISTER_HOME/app.new"
        cp -r --preserve=mode,timestamps target/app "$CLOISTER_HOME/app.new"
        chown -R root:root "$CLOISTER_HOME/app.new"
        chmod -R u=rwX,go=rX "$CLOISTER_HOME/app.new"
        mv -T "$CLOISTER_HOME/app.new" "$CLOISTER_HOME/$build"
    fi
    ln -sfn "$build" "$CLOISTER_HOME/app.link"
    mv -T "$CLOISTER_HOME/app.link" "$CLOISTER_HOME/app"
    for old in "$CLOISTER_HOME"/app-*; do
        [[ ${old##*/} == "$build" || " $(build_of agent) $(build_of manager) " == *" ${old##*/} "* ]] || rm -rf "$old"
    done
}

installed_build() { readlink "$CLOISTER_HOME/app"; }

# The build that a running part was started from; nothing if it does not run.
build_of() {
    local pid
    pid=$(pid_of "$1") || return 0
    tr '\0' '\n' <"/proc/$pid/cmdline" | sed -n "s|.*$CLOISTER_HOME/\(app-[0-9a-f]*\)/.*|\1|p" | head -n 1
}

# Agent and manager of one build speak the same protocol: a part that is started beside a running one takes its build.
build_to_start() {
    local running
    running=$(build_of agent)$(build_of manager)
    running=${running:0:16} # "app-" and twelve digits, of the agent where both run
    if [[ -n $running ]]; then printf '%s' "$running"; else installed_build; fi
}

# The first admin's token: made once, the text for root alone, its hash for the manager.
make_token() {
    local keys=$CLOISTER_HOME/keys
    if [[ ! -s $keys/admin.token ]]; then
        (umask 077 && head -c 32 /dev/urandom | od -An -v -tx1 | tr -d ' \n' >"$keys/admin.token.new")
        mv -f "$keys/admin.token.new" "$keys/admin.token"
    fi
    (umask 077 && tr -d '\n' <"$keys/admin.token" | sha256sum | cut -d' ' -f1 | tr -d '\n' >"$keys/admin.token.sha256.new")
    chgrp "$CLOISTER_INSTANCE" "$keys/admin.token.sha256.new"
    chmod 0640 "$keys/admin.token.sha256.new"
    mv -f "$keys/admin.token.sha256.new" "$keys/admin.token.sha256"
}

# Sets AGENT_COMMAND: the agent of a build, before its arguments.
set_agent_command() {
    AGENT_COMMAND=("$JAVA_HOME/bin/java" -Xmx256m -XX:MaxHeapFreeRatio=40 -XX:+UseSerialGC -XX:TieredStopAtLevel=1 -XX:-UsePerfData
        --enable-native-access=ALL-UNNAMED "-Djava.io.tmpdir=$CLOISTER_HOME/tmp/agent"
        -cp "$CLOISTER_HOME/$1/agent/*" org.cloister.agent.Agent)
}

start_agent() {
    if ! runs agent; then
        step agent 'starting'
        set_agent_command "$(build_to_start)"
        if has_systemd; then launch_unit tenants root "${AGENT_COMMAND[@]}" --stop-tenants; fi
        launch agent root "${AGENT_COMMAND[@]}"
    fi
    await agent 300 agent_answers
}

# The agent's own work without a running agent: --purge or --stop-tenants.
run_agent() {
    local log=$CLOISTER_HOME/log/agent.log
    set_agent_command "$(installed_build)"
    (cd / && exec env -i "${PART_ENVIRONMENT[@]}" "${AGENT_COMMAND[@]}" "$1" </dev/null >>"$log" 2>&1 {LOCK}<&-) && return 0
    tail_of "$log"
    return 1
}

# ask_agent JSON: the agent's reply to a request; 1 if it does not answer. A frame is a 4-byte big-endian length and that
# many bytes of JSON.
ask_agent() {
    perl -MIO::Socket::UNIX -e '
        alarm 10;
        my $agent = IO::Socket::UNIX->new(Peer => $ARGV[0]) or exit 1;
        print $agent pack("N/a*", $ARGV[1]);
        $agent->flush;
        read($agent, my $length, 4) == 4 or exit 1;
        read($agent, my $reply, unpack("N", $length));
        print $reply;' "$CLOISTER_RUN/agent/agent.sock" "$1" 2>/dev/null
}

agent_answers() { [[ $(ask_agent '{"ask":"host"}') == *'"kernel"'* ]]; }

start_manager() {
    if ! runs manager; then
        step manager 'starting'
        launch manager "$CLOISTER_INSTANCE" "$JAVA_HOME/bin/java" -Xmx256m -XX:+UseSerialGC \
            -XX:+ExitOnOutOfMemoryError -XX:-UsePerfData --enable-native-access=ALL-UNNAMED \
            "-Djava.io.tmpdir=$CLOISTER_HOME/tmp/manager" -jar "$CLOISTER_HOME/$(build_to_start)/manager/quarkus-run.jar"
    fi
    await manager 300 manager_answers
}

manager_answers() { curl -fsS -o /dev/null --max-time 5 "$(url)/q/health/ready" 2>/dev/null; }

# api METHOD PATH [JSON [HEADER]]: a request as admin; the token stands in no process's arguments.
api() {
    local body=()
    if [[ -n ${3:-} ]]; then body=(--json "$3"); fi
    if [[ -n ${4:-} ]]; then body+=(--header "$4"); fi
    curl -sS --fail-with-body --max-time 60 -X "$1" "${body[@]}" \
        --config <(printf 'header = "Authorization: Bearer %s"\n' "$(cat "$CLOISTER_HOME/keys/admin.token")") \
        "$(url)/api/v1$2"
}

# One line; the page Machine and ops/harden say more.
posture_in_words() {
    api GET /host/posture | jq -r '
        if .open + .weak == 0 then "all \(.good) checks are good"
        else "\(.open) open and \(.weak) weak of \(.open + .weak + .good) checks; ops/harden lists them, and can mend most"
        end' || say 'could not be looked at'
}

# Builds the template of the host's own suite and shows how far it is.
build_template() {
    local suite operation current
    suite=$(host_suite)
    [[ -n $suite ]] || return 0
    current=$(api GET /templates | jq -r --arg suite "$suite" '.[] | select(.suite == $suite) | .current')
    if [[ $current == false ]]; then
        step template "$suite was built by an earlier recipe; the page Templates builds it anew"
    fi
    [[ -z $current ]] || return 0
    operation=$(api POST /templates "$(jq -n --arg suite "$suite" '{$suite}')") ||
        fail "the template could not be begun: $(jq -r '.detail // .' <<<"$operation" 2>/dev/null || echo "$operation")"
    follow_operation "$(jq -r .id <<<"$operation")" template
}

# follow_operation ID WORD: shows an operation's progress until it ends; fails with its sentence if it failed.
follow_operation() {
    local operation='' line last='' problem
    until [[ $(jq .done <<<"${operation:-null}") == true ]]; do
        sleep 0.3
        operation=$(api GET "/operations/$1") || fail "the progress of the $2 cannot be read: $operation"
        line=$(jq -r '"\(.percent)% \(.phase): \(.message)"' <<<"$operation")
        if [[ $line != "$last" ]]; then show_progress "$2" "$line"; fi
        last=$line
    done
    end_progress
    problem=$(jq -r '.problem // empty' <<<"$operation")
    [[ -z $problem ]] || fail "everything runs, but the $2 could not be built: $problem"
}

# On a terminal one line that changes; elsewhere a line for each phase, so that a log stays short.
show_progress() {
    local phase=${2%%:*}
    phase=${phase#*% }
    if [[ -t 1 ]]; then
        printf '\r\033[K%-10s %.68s' "$1" "$2"
    elif [[ ${LAST_PHASE:-} != "$phase" ]]; then
        step "$1" "$2"
    fi
    LAST_PHASE=$phase
}

end_progress() { if [[ -t 1 ]]; then printf '\n'; fi; }
