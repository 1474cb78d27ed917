-- The roles and the database of one service, `:service`. deploy/postgresql/create.sh runs it once for each.
-- The owner runs the migrations, which give the application what each table allows, and nothing else.
set log_statement = 'none'; -- passwords are no matter for a log
\getenv owner_password OWNER_PASSWORD
\getenv app_password APP_PASSWORD

select format('create role %I', :'service' || kind)
  from unnest(array['_owner', '_app']) as kind
 where not exists (select from pg_roles where rolname = :'service' || kind) \gexec
select format('alter role %I login nosuperuser nocreaterole nocreatedb password %L', :'service' || kind, password)
  from unnest(array['_owner', '_app'], array[:'owner_password', :'app_password']) as given(kind, password) \gexec

-- Names and texts sort by code point, as they do in SQLite.
select format(
         'create database %I owner %I template template0 encoding ''UTF8'' lc_collate ''C'' lc_ctype ''C''',
         :'service', :'service' || '_owner')
 where not exists (select from pg_database where datname = :'service') \gexec
select format('revoke all on database %I from public', :'service') \gexec
select format('grant connect on database %I to %I', :'service', :'service' || kind)
  from unnest(array['_owner', '_app']) as kind \gexec
