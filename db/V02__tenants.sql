-- A tenant as it should be (desired, plan, limits, generation) and as it was last seen (state, failure).
-- Slot, uid range and addresses follow from one another; they are stored so that the database itself can refuse two
-- tenants that would overlap, whatever the program thinks.
create table tenant (
    id           uuid        primary key,
    name         text        not null,
    slot         integer     not null check (slot between 1 and 4093),
    plan         text        not null references plan (name),
    template     text        not null check (template ~ '^[a-z][a-z0-9-]{0,30}$'),
    desired      text        not null check (desired in ('RUNNING', 'STOPPED', 'FROZEN')),
    state        text        not null check (state in
                 ('CREATING', 'STOPPED', 'STARTING', 'RUNNING', 'STOPPING', 'FROZEN', 'FAILED', 'DELETING')),
    failure      text,
    generation   integer     not null default 0 check (generation >= 0),
    cpu_percent  integer     not null check (cpu_percent between 1 and 100000),
    memory_bytes bigint      not null check (memory_bytes between 16777216 and 70368744177664),
    pids         integer     not null check (pids between 16 and 4000000),
    disk_bytes   bigint      not null check (disk_bytes between 67108864 and 1125899906842624),
    uid_range    int8range   not null,
    address4     inet        not null check (family(address4) = 4 and masklen(address4) = 32),
    address6     inet        not null check (family(address6) = 6 and masklen(address6) = 128),
    created_at   timestamptz not null default now(),

    -- Names are lower case by this check, so that a plain unique constraint is a case-folded one.
    constraint tenant_name_is_a_label check (name ~ '^[a-z]([a-z0-9-]{0,29}[a-z0-9])?$'),
    constraint tenant_name_once unique (name),
    constraint tenant_slot_once unique (slot),
    constraint tenant_address4_once unique (address4),
    constraint tenant_address6_once unique (address6),
    constraint tenant_uid_range_whole check (upper(uid_range) - lower(uid_range) = 65536 and lower(uid_range) >= 1879048192),
    constraint tenant_uid_ranges_apart exclude using gist (uid_range with &&)
);
