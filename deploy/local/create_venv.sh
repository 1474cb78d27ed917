#!/bin/sh
# Create the virtual environment $1 with the first Python here that is new enough.
# PYTHON names the interpreter to use instead of looking for one.
set -eu
venv=$1

fail() {
    echo "$1" >&2
    exit 1
}

# Version managers leave names on PATH that only print an error: believe an interpreter that ran.
runs() { "$1" -c "$2" >/dev/null 2>&1; }
new_enough='import sys; raise SystemExit(sys.version_info < (3, 11))'

if [ -n "${PYTHON:-}" ]; then
    command -v "$PYTHON" >/dev/null || fail "PYTHON=$PYTHON: there is no such program"
    runs "$PYTHON" "$new_enough" || fail "PYTHON=$PYTHON is not Python 3.11 or newer: $("$PYTHON" --version 2>&1 | head -n 1)"
else
    for candidate in python3 python3.13 python3.12 python3.11 python3.14; do
        if runs "$candidate" "$new_enough"; then
            PYTHON=$candidate
            break
        fi
    done
    [ -n "${PYTHON:-}" ] || fail "Python 3.11 or newer is needed, found: $(python3 --version 2>&1 | head -n 1). Install one, or name it with PYTHON=/path/to/python3"
fi

# Debian and Ubuntu package pip's installer apart from Python itself.
runs "$PYTHON" 'import venv, ensurepip' ||
    fail "$PYTHON has no venv module. On Debian or Ubuntu: apt-get install $("$PYTHON" -c 'import sys; print("python%d.%d-venv" % sys.version_info[:2])')"

echo "Creating $venv with $("$PYTHON" --version 2>&1)" >&2
rm -rf "$venv"
"$PYTHON" -m venv "$venv"
