-- Whether sessions on a terminal are recorded. A tenant takes a copy with its limits: a plan that changes moves nobody.
alter table plan add column recording boolean not null default false;
alter table tenant add column recording boolean not null default false;
