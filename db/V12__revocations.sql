-- Certificates that no longer log in, by their number or by what their authority calls them. The authority need not be
-- known any more: should it come back, they stay out.
create table revocation (
    id         uuid        primary key,
    authority  text        not null check (authority ~ '^SHA256:[A-Za-z0-9+/]{43}$'),
    serial     numeric(20) check (serial between 0 and 18446744073709551615),
    key_id     text        check (length(key_id) between 1 and 1024),
    created_at timestamptz not null default now(),
    constraint revocation_of_one check ((serial is null) <> (key_id is null)),
    constraint revocation_once unique nulls not distinct (authority, serial, key_id)
);
