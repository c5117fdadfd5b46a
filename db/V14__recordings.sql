-- What a terminal showed. The text itself is a sealed file, recordings/TENANT/ID below the instance's home; both go with
-- their tenant. Whole: to the end of the session. Truncated: it grew too large, and the session went on without it.
-- Cut: the manager ended first.
create table recording (
    id          uuid        primary key,
    tenant_id   uuid        not null references tenant (id) on delete cascade,
    user_inside text        not null,
    fingerprint text        not null,
    address     text        not null,
    command     text,
    started_at  timestamptz not null,
    ended_at    timestamptz,
    ending      text        check (ending in ('WHOLE', 'TRUNCATED', 'CUT')),
    bytes       bigint      not null default 0 check (bytes >= 0),
    constraint recording_ended_has_an_ending check ((ended_at is null) = (ending is null))
);

create index recording_by_tenant on recording (tenant_id, started_at);
