#!/bin/sh
# Install the requirement files $2 … into the virtual environment $1. Silent unless it fails.
set -eu
venv=$1
shift

# A home that cannot be written to must not fill the screen with warnings, so pip goes without a cache there.
cache=${XDG_CACHE_HOME:-${HOME:-/nonexistent}/.cache}
if ! mkdir -p "$cache/pip" 2>/dev/null || ! [ -w "$cache/pip" ]; then
    PIP_NO_CACHE_DIR=1
    export PIP_NO_CACHE_DIR
fi

for file in "$@"; do
    set -- "$@" --requirement "$file"
    shift
done

log=$venv/install.log
echo "Installing pinned packages into $venv (once; half a minute, or as long as the downloads take)" >&2
# Wheels only: a machine without a compiler gets a clear line instead of a page of compiler errors.
if ! "$venv/bin/python" -m pip install --disable-pip-version-check --require-hashes \
    --only-binary :all: "$@" >"$log" 2>&1; then
    tail -n 20 "$log" >&2
    echo "The packages could not be installed; the whole output is in $log" >&2
    exit 1
fi
