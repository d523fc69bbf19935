# Three databases, each with an owner who migrates, a role that serves, a role of the relay and, where events may lie in quarantine, a role
# of the people who look after it; nobody enters another's.
for database in project program gateway; do
  password() { cat "/etc/interlock/passwords/${database}_$1"; }
  psql --no-psqlrc --quiet --set ON_ERROR_STOP=1 --set database="$database" \
    --set owner="$(password owner)" --set app="$(password app)" --set relay="$(password relay)" <<'SQL'
CREATE ROLE :database LOGIN PASSWORD :'owner' NOSUPERUSER NOBYPASSRLS NOCREATEDB NOCREATEROLE;
SELECT :'database' || '_app' AS app_role, :'database' || '_relay' AS relay_role \gset
CREATE ROLE :app_role LOGIN PASSWORD :'app' NOSUPERUSER NOBYPASSRLS NOCREATEDB NOCREATEROLE;
CREATE ROLE :relay_role LOGIN PASSWORD :'relay' NOSUPERUSER NOBYPASSRLS NOCREATEDB NOCREATEROLE;
CREATE DATABASE :database OWNER :database;
REVOKE CONNECT ON DATABASE :database FROM PUBLIC;
GRANT CONNECT ON DATABASE :database TO :app_role, :relay_role;
SQL
done
for database in project program; do
  psql --no-psqlrc --quiet --set ON_ERROR_STOP=1 --set database="$database" --set role="${database}_operator" \
    --set password="$(cat "/etc/interlock/passwords/${database}_operator")" <<'SQL'
CREATE ROLE :role LOGIN PASSWORD :'password' NOSUPERUSER NOBYPASSRLS NOCREATEDB NOCREATEROLE;
GRANT CONNECT ON DATABASE :database TO :role;
SQL
done
