#!/bin/sh
# The one way in which everything that runs is started: by the image, systemd, the Procfile and Kubernetes alike.
#   start.sh web accounts|catalog|enrolment|gateway
#   start.sh worker accounts|catalog|enrolment
#   start.sh migrate accounts|catalog|enrolment
#   start.sh register clients             the services' own credentials, in accounts; again and again does no harm
#   start.sh python -m …                  any other command of the product
# Settings come from the environment: deploy/env/*.env.example. `python` is the one that PATH finds first.
set -eu
cd "$(dirname "$0")/.."

case "${1:-} ${2:-}" in
"web gateway")
    exec python -m gunicorn -c deploy/gunicorn.conf.py 'gateway.app:create_app()' ;;
"web accounts" | "web catalog" | "web enrolment")
    exec python -m gunicorn -c deploy/gunicorn.conf.py "services.$2.app:create_app()" ;;
"worker accounts" | "worker catalog" | "worker enrolment")
    exec python -m "services.$2.worker" ;;
"migrate accounts" | "migrate catalog" | "migrate enrolment")
    exec python -m chassis.migrations "services.$2" ;;
"register clients")
    python -m services.accounts.register system --name "the catalogue's worker" \
        --client-id service-catalog --secret-from-env CATALOG_CLIENT_SECRET
    exec python -m services.accounts.register system --name "enrolment's worker" \
        --client-id service-enrolment --secret-from-env ENROLMENT_CLIENT_SECRET ;;
"python "*)
    exec "$@" ;;
*)
    sed -n 's/^#   //p' deploy/start.sh >&2
    exit 2 ;;
esac
