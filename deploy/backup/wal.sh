#!/bin/sh
# Keep PostgreSQL's write-ahead log beside a base backup, and give it back to a server that recovers:
#   deploy/backup/wal.sh keep FOLDER %p %f      as archive_command
#   deploy/backup/wal.sh give FOLDER %f %p      as restore_command
# A segment is on the disk, whole and compressed, before `keep` succeeds, and none is ever written over.
set -eu
umask 077
what=${1:-}
folder=${2:-}

case "$what $#" in
"keep 4")
    kept="$folder/$4.gz"
    # After a crash the server may hand over once more what it has handed over: the same again is well.
    if [ -e "$kept" ]; then
        gzip -dc "$kept" | cmp -s - "$3" && exit 0
        echo "$kept holds something else; it is not written over" >&2
        exit 1
    fi
    gzip -c "$3" >"$kept.unfinished"
    sync "$kept.unfinished"
    mv "$kept.unfinished" "$kept"
    sync "$folder" ;;
"give 4")
    # A recovering server asks for what is not there, too, and takes a failure for that: the log is at its end. What is
    # there and cannot be read has to stop it instead, as a code above 125 does.
    [ -e "$folder/$3.gz" ] || exit 1
    gzip -dc "$folder/$3.gz" >"$4" || exit 200 ;;
*)
    sed -n 's/^#   //p' "$0" >&2
    exit 2 ;;
esac
