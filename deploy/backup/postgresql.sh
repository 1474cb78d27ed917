#!/bin/sh
# Save the three databases into a new folder, or restore them from one into empty databases:
#   deploy/backup/postgresql.sh save FOLDER
#   deploy/backup/postgresql.sh restore FOLDER [accounts|catalog|enrolment …]
# As a superuser whom psql's own variables (PGHOST, PGUSER …) name. Each database is saved as of one moment, while the
# services go on. Whoever follows is saved before whom it follows: restored, enrolment then knows nothing of the
# catalogue that the catalogue does not know itself.
set -eu
umask 077
what=${1:-}
folder=${2:-}
folder=${folder%/}
[ -n "$folder" ] || { echo "say: postgresql.sh save FOLDER, or: postgresql.sh restore FOLDER [SERVICE ...]" >&2; exit 2; }
export PGUSER="${PGUSER:-${POSTGRES_USER:-postgres}}"

case "$what" in
save)
    unfinished="$folder.unfinished"
    [ ! -e "$folder" ] || { echo "$folder exists; it is not written over" >&2; exit 1; }
    rm -rf "$unfinished"
    mkdir -p "$unfinished"
    for service in accounts enrolment catalog; do
        pg_dump --format=custom --file "$unfinished/$service.dump" --dbname "$service"
    done
    sync
    mv "$unfinished" "$folder" ;;
restore)
    shift 2
    [ $# -gt 0 ] || set -- accounts enrolment catalog
    # Everything is looked at before anything is restored: half a restore would be followed by the other half's past.
    for service in "$@"; do
        [ -r "$folder/$service.dump" ] || { echo "$folder/$service.dump is not there, or not readable; nothing was restored" >&2; exit 1; }
        held=$(psql --no-psqlrc --quiet --tuples-only --no-align --dbname "$service" \
            --command "select count(*) from pg_tables where schemaname = 'public'")
        [ "$held" = 0 ] || { echo "the database $service is not empty; nothing was restored. Drop it and make it anew (deploy/postgresql/create.sh), or name the others" >&2; exit 1; }
    done
    for service in "$@"; do
        pg_restore --exit-on-error --single-transaction --dbname "$service" "$folder/$service.dump"
        psql --no-psqlrc --quiet --dbname "$service" --command "analyze"
    done ;;
*)
    sed -n 's/^#   //p' "$0" >&2
    exit 2 ;;
esac
