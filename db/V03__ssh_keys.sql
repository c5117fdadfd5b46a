-- A public key that logs in to one tenant. The same key may log in to several: the name before the @ decides.
create table ssh_key (
    id          uuid        primary key,
    tenant_id   uuid        not null references tenant (id) on delete cascade,
    fingerprint text        not null check (fingerprint ~ '^SHA256:[A-Za-z0-9+/]{43}$'),
    type        text        not null check (length(type) <= 64),
    blob        text        not null check (blob ~ '^AAAA[A-Za-z0-9+/]+={0,2}$' and length(blob) <= 4096),
    comment     text        not null check (length(comment) <= 200),
    created_at  timestamptz not null default now(),
    constraint ssh_key_once_a_tenant unique (tenant_id, fingerprint)
);

create index ssh_key_by_fingerprint on ssh_key (fingerprint);
