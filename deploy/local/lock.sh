#!/bin/sh
# Write requirements/{run,local,dev}.txt from the .in files: newest versions, pinned, with every file's hash.
# Each later file is constrained by the earlier ones, so that all three install together.
set -eu
venv=$1
tools=$(mktemp -d)
trap 'rm -rf "$tools"' EXIT INT TERM

"$venv/bin/python" -m venv "$tools"
"$tools/bin/python" -m pip install --quiet --disable-pip-version-check pip-tools==7.6.2

cd requirements
for name in run local dev; do
    # No header and no index address: the files must read the same whoever made them, from whatever index.
    "$tools/bin/pip-compile" --quiet --upgrade --generate-hashes --strip-extras --annotation-style=line \
        --no-header --no-emit-index-url --no-emit-trusted-host --no-emit-find-links --no-emit-options \
        "$name.in" --output-file "$name.txt"
done
