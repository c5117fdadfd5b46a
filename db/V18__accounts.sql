-- People and programs that call. No password, code or token is kept, only what checks it; a second factor's secret lies
-- here sealed with a key that the database does not have.
create table account (
    id          uuid        primary key,
    name        text        not null unique check (name ~ '^[a-z][a-z0-9._-]{0,30}$'),
    role        text        not null check (role in ('admin', 'auditor', 'tenant')),
    tenant_id   uuid        references tenant on delete cascade,
    password    text        check (password like '$argon2id$%'),
    factor      bytea,
    factor_step bigint      not null default 0,
    created_at  timestamptz not null default now(),
    check ((role = 'tenant') = (tenant_id is not null)),
    check (name <> 'admin' or role = 'admin')
);

-- Whoever is root on the machine: the token in keys/admin.token and the links of ops/up are its.
insert into account (id, name, role) values (gen_random_uuid(), 'admin', 'admin');

create table recovery_code (
    account_id  uuid        not null references account on delete cascade,
    code_sha256 text        not null check (code_sha256 ~ '^[0-9a-f]{64}$'),
    primary key (account_id, code_sha256)
);

create table api_token (
    id           uuid        primary key,
    account_id   uuid        not null references account on delete cascade,
    name         text        not null check (length(name) between 1 and 60),
    scope        text        not null check (scope in ('all', 'read')),
    token_sha256 text        not null unique check (token_sha256 ~ '^[0-9a-f]{64}$'),
    created_at   timestamptz not null default now(),
    expires_at   timestamptz not null,
    used_at      timestamptz
);
create index on api_token (account_id);

-- Who is signed in now signs in again.
delete from web_session;
alter table web_session
    drop column account,
    add column account_id uuid        not null references account on delete cascade,
    add column address    text        not null,
    add column browser    text        not null,
    add column seen_at    timestamptz not null default now();
create index on web_session (account_id);

delete from sign_in_link;
alter table sign_in_link
    drop column account,
    add column account_id uuid not null references account on delete cascade;
