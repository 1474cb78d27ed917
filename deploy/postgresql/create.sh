#!/bin/sh
# Make the two roles and the database of each service, where they are missing, and set the roles' passwords.
# Run as a superuser of PostgreSQL 15 or newer, whom psql's own variables (PGHOST, PGUSER …) name, with what
# deploy/env/postgresql.env.example lists in the environment:
#   set -a; . /etc/balai/postgresql.env; set +a; sh deploy/postgresql/create.sh
set -eu
here=$(dirname "$0")

# In the container postgres:17 runs this file when it makes the server, and names its superuser so.
export PGUSER="${PGUSER:-${POSTGRES_USER:-postgres}}"

for service in accounts catalog enrolment; do
    upper=$(echo "$service" | tr a-z A-Z)
    OWNER_PASSWORD=$(printenv "${upper}_OWNER_PASSWORD") \
    APP_PASSWORD=$(printenv "${upper}_APP_PASSWORD") \
        psql --quiet --no-psqlrc --dbname postgres --set ON_ERROR_STOP=1 --set service="$service" \
        --file "${SERVICE_SQL:-$here/service.sql}"
done
