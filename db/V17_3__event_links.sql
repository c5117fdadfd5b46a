-- Where an event is told in full: the path of a page.
alter table event add column link text check (link like '/%');
