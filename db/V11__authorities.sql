-- Keys whose certificates log in to every tenant that they are made out to. A tenant's own authorities are keys of its
-- own with cert-authority before them.
create table authority (
    id          uuid        primary key,
    fingerprint text        not null unique check (fingerprint ~ '^SHA256:[A-Za-z0-9+/]{43}$'),
    type        text        not null check (length(type) <= 64),
    blob        text        not null check (blob ~ '^AAAA[A-Za-z0-9+/]+={0,2}$' and length(blob) <= 4096),
    comment     text        not null check (length(comment) <= 200),
    options     text        not null check (options ~ '^cert-authority' and length(options) <= 16384),
    created_at  timestamptz not null default now()
);
