-- Signed-in browsers and one-time links. Only the SHA-256 of a token is kept: a copy of this table signs nobody in.
create table web_session (
    id           uuid        primary key,
    token_sha256 text        not null unique check (token_sha256 ~ '^[0-9a-f]{64}$'),
    account      text        not null,
    created_at   timestamptz not null default now(),
    expires_at   timestamptz not null
);

create table sign_in_link (
    id          uuid        primary key,
    code_sha256 text        not null unique check (code_sha256 ~ '^[0-9a-f]{64}$'),
    account     text        not null,
    created_at  timestamptz not null default now(),
    expires_at  timestamptz not null,
    used_at     timestamptz
);
