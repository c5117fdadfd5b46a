-- Passkeys (WebAuthn): the public half alone. The private one lies in somebody's authenticator and never leaves it.
create table passkey (
    id            uuid        primary key,
    account_id    uuid        not null references account on delete cascade,
    name          text        not null check (length(name) between 1 and 60),
    credential_id bytea       not null unique check (length(credential_id) between 1 and 1023),
    public_key    bytea       not null check (length(public_key) <= 4096),
    algorithm     integer     not null check (algorithm in (-7, -8, -257)),
    sign_count    bigint      not null check (sign_count between 0 and 4294967295),
    created_at    timestamptz not null default now(),
    used_at       timestamptz
);
create index on passkey (account_id);
