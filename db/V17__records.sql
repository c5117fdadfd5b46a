-- Records of the agent's chain beside audits, byte for byte as they were sealed. Append-only, as events are.
create table sealed_record (
    id        uuid        primary key,
    sequence  bigint      not null unique check (sequence > 0),
    kind      text        not null check (kind ~ '^[a-z]+$' and kind <> 'audit'),
    sha256    text        not null check (sha256 ~ '^[0-9a-f]{64}$'),
    at        timestamptz not null,
    document  bytea       not null,
    signature text        not null
);

create function record_is_append_only() returns trigger language plpgsql as $$
begin
    raise exception 'records are append-only: % is refused', tg_op using errcode = 'restrict_violation';
end $$;

create trigger sealed_record_stays before update or delete on sealed_record
    for each row execute function record_is_append_only();

create trigger sealed_record_stays_whole before truncate on sealed_record
    for each statement execute function record_is_append_only();

-- The whole chain: audits keep their documents where their reports are.
create view chain as
    select sequence, 'audit' as kind, id, sha256, finished_at as at, document, signature
      from audit_report where sequence is not null
    union all
    select sequence, kind, id, sha256, at, document, signature from sealed_record;
