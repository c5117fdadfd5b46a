-- A session came with a key over SSH, or from a page, opened by an account.
alter table recording
    alter column fingerprint drop not null,
    add column account text,
    add constraint recording_by_key_or_account check (num_nonnulls(fingerprint, account) = 1);
