# The private PostgreSQL cluster: Debian's server, a system user of its own, a unix socket and no TCP port. With
# CLOISTER_DB_URL set there is none, and the database is its owner's business.

own_database() { [[ -z ${CLOISTER_DB_URL:-} ]]; }

# Sets DB_DIR and DB_BIN: the cluster that is there, or the one to make with the newest server installed.
find_database() {
    local made installed
    made=$(made_version)
    installed=$(compgen -G '/usr/lib/postgresql/*/bin/postgres' | cut -d/ -f5 | sort -n | tail -n 1)
    DB_BIN=/usr/lib/postgresql/${made:-$installed}/bin
    DB_DIR=$CLOISTER_HOME/db/${made:-$installed}
    [[ -x $DB_BIN/postgres ]] ||
        fail "the database was made by PostgreSQL $made, and ${installed:-no server} is installed: install" \
            "postgresql-$made, or move it to the newer one (pg_dump with the old server, ops/down, ops/up, psql)"
}

# The major version of the cluster on disk, or nothing. What lies below db/ is its user's to write: root reads names
# there, and has everything else done by that user.
made_version() {
    local file version
    for file in "$CLOISTER_HOME"/db/*/PG_VERSION; do
        version=$(basename "$(dirname "$file")")
        if [[ -e $file && $version =~ ^[0-9]+$ ]]; then say "$version"; fi
    done | sort -n | tail -n 1
}

make_database() {
    [[ -e $DB_DIR/PG_VERSION ]] && return 0
    step database "making a cluster, PostgreSQL ${DB_DIR##*/}"
    # initdb leaves a half made directory when it is killed: make it beside, and move it when it is whole.
    as_db_user rm -rf "$DB_DIR.new"
    as_db_user "$DB_BIN/initdb" --pgdata="$DB_DIR.new" --username=postgres --auth=reject --encoding=UTF8 \
        --locale=C.UTF-8 --no-instructions --data-checksums >"$CLOISTER_HOME/log/build.log" 2>&1 || {
        tail_of "$CLOISTER_HOME/log/build.log"
        fail "initdb failed; see above"
    }
    as_db_user mv -T "$DB_DIR.new" "$DB_DIR"
}

as_db_user() {
    (cd / && exec setpriv "--reuid=$DB_USER" "--regid=$DB_USER" --init-groups --bounding-set=-all env -i \
        PATH=/usr/sbin:/usr/bin:/sbin:/bin LANG=C.UTF-8 "$@")
}

# Written at each start: a setting of ours that is newer than the cluster comes into force.
configure_database() {
    write_as_db_user "$DB_DIR/postgresql.conf" <<CONF
# Written by ops/up at each start. Reachable by the socket alone; durable; small.
listen_addresses = ''
unix_socket_directories = '$CLOISTER_RUN/db'
unix_socket_permissions = 0777     # the directory, 0750, decides who gets here
max_connections = 40
superuser_reserved_connections = 3
shared_buffers = 48MB
work_mem = 4MB
maintenance_work_mem = 32MB
max_parallel_workers_per_gather = 0
max_worker_processes = 4
autovacuum_max_workers = 2
max_wal_size = 256MB
jit = off
fsync = on
full_page_writes = on
synchronous_commit = on
log_line_prefix = '%m [%p] %u '
log_timezone = 'UTC'
timezone = 'UTC'
CONF
    write_as_db_user "$DB_DIR/pg_hba.conf" <<CONF
# The kernel says who is at the other end of the socket; nobody has a password.
local cloister cloister peer map=cloister
local all postgres peer map=cloister
CONF
    write_as_db_user "$DB_DIR/pg_ident.conf" <<CONF
cloister $CLOISTER_INSTANCE cloister
cloister root cloister
cloister root postgres
cloister $DB_USER postgres
CONF
}

# Standard input becomes the file.
write_as_db_user() { as_db_user sh -c 'umask 077 && cat >"$1.new" && mv -T "$1.new" "$1"' sh "$1"; }

start_database() {
    own_database || return 0
    if runs db; then
        find_database
        await db 300 database_answers
        return 0
    fi
    end_part db # its keeper may be about to start it
    find_database
    make_database
    configure_database
    step database "starting PostgreSQL ${DB_DIR##*/}"
    until_true 20 no_old_postmaster || true
    launch db "$DB_USER" "$DB_BIN/postgres" -D "$DB_DIR"
    await db 300 database_answers
    make_schema_owner
}

# A killed server leaves its pid file, and refuses to start while that pid exists: as a child that its parent has not
# asked for its status yet, or until its last sessions have noticed.
no_old_postmaster() {
    local pid=''
    read -r pid 2>/dev/null <"$DB_DIR/postmaster.pid" || true
    [[ -z $pid || $(cat "/proc/$pid/comm" 2>/dev/null) != postgres ]] &&
        ! pgrep -u "$DB_USER" -x postgres >/dev/null
}

# The database and its owner; the tables are the manager's business.
make_schema_owner() {
    if [[ -z $(sql postgres "select 1 from pg_database where datname = 'cloister'") ]]; then
        sql postgres 'do $$ begin create role cloister login; exception when duplicate_object then null; end $$' >/dev/null
        sql postgres 'create database cloister owner cloister' >/dev/null
    fi
}

# sql ROLE STATEMENT
sql() {
    as_db_user "$DB_BIN/psql" -X -q -A -t -v ON_ERROR_STOP=1 -h "$CLOISTER_RUN/db" \
        -U "$1" -d postgres -c "$2"
}

database_answers() { sql postgres 'select 1' >/dev/null 2>&1; }
