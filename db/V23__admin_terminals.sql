-- Whether admins may open terminals in the tenant's name. Only the tenant's own people say so.
alter table tenant add column admin_terminals boolean not null default false;
