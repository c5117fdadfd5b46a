-- What stands before a key, as in authorized_keys, in the one order in which the program writes it; empty for none.
-- What the program cannot read again lets nobody in.
alter table ssh_key add column options text not null default '' check (length(options) <= 16384);
