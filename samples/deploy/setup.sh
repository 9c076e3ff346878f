#!/usr/bin/env bash
# Makes the secrets and brings the deployment up: PostgreSQL, Forgejo with an account and an empty repository, the checkpoint server.
#
#   setup.sh [compose]      with `docker compose` (or EDEN_COMPOSE, for example "podman compose")
#   setup.sh kubernetes     with kubectl, in its current context and namespace; the image must be where the cluster finds it
#
# May be run again: what is there stays as it is. Secrets are kept in .env beside this file (mode 0600) and stand in no process argument.
set -euo pipefail
umask 077
cd "$(dirname "${BASH_SOURCE[0]}")"

mode=${1:-compose}
patience=${EDEN_SETUP_PATIENCE:-180}
read -ra compose <<<"${EDEN_COMPOSE:-docker compose}"
forgejo=http://127.0.0.1:3000
forward=
secrets=$(mktemp -d)

finish() {
    local status=$?
    trap - EXIT
    if [ -n "$forward" ]; then
        kill "$forward" 2>/dev/null || true
    fi
    rm -rf "$secrets"
    exit "$status"
}
trap finish EXIT
trap 'exit 130' INT
trap 'exit 143' TERM HUP

say() { echo "setup.sh: $*"; }

fail() {
    echo "setup.sh: $*" >&2
    exit 1
}

await() {
    local what=$1 deadline=$((SECONDS + patience))
    shift
    until "$@" >/dev/null 2>&1; do
        [ "$SECONDS" -lt "$deadline" ] || fail "$what was not ready within $patience s"
        sleep 2
    done
}

read_setting() { sed -n "s/^$1=//p" .env; }

# Adds a setting that .env does not have yet; printf and the redirection are the shell's own.
add_setting() {
    if [ -z "$(read_setting "$1")" ]; then
        printf '%s=%s\n' "$1" "$2" >>.env
    fi
}

make_settings() {
    touch .env
    chmod 600 .env
    add_setting EDEN_POSTGRES_PASSWORD "$(od -An -N24 -tx1 /dev/urandom | tr -d ' \n')"
    add_setting EDEN_ADMIN_TOKEN "$(od -An -N32 -tx1 /dev/urandom | tr -d ' \n')"
    # exp_ and 26 characters of lowercase Crockford base32; an experiment that exists already has its own: set it in .env first.
    add_setting EDEN_EXPERIMENT_ID "exp_$(LC_ALL=C tr -dc '0-9a-hjkmnp-tv-z' </dev/urandom | head -c 26 || true)"
}

# Runs Forgejo's own command line where it is installed.
in_forgejo() {
    case $mode in
        compose) "${compose[@]}" exec -T forgejo "$@" ;;
        kubernetes) kubectl exec -i statefulset/forgejo -- "$@" ;;
    esac
}

# An account with a password that nobody knows, a token for it, and the repository that roles push to.
prepare_forgejo() {
    local status token accounts
    if [ -z "$(read_setting EDEN_GIT_PASSWORD)" ]; then
        say "making the account eden and its token"
        accounts=$(in_forgejo forgejo admin user list </dev/null)
        if ! grep -qw eden <<<"$accounts"; then
            in_forgejo forgejo admin user create --username eden --email eden@localhost --random-password --must-change-password=false </dev/null >/dev/null
        fi
        token=$(in_forgejo forgejo admin user generate-access-token --username eden --token-name "checkpoint-$(date +%s)" \
            --scopes write:repository,write:user --raw </dev/null | tr -d '\r' | tail -n 1)
        [[ $token =~ ^[0-9a-f]{40,}$ ]] || fail "Forgejo gave no token"
        add_setting EDEN_GIT_PASSWORD "$token"
    fi

    printf 'Authorization: token %s\n' "$(read_setting EDEN_GIT_PASSWORD)" >"$secrets/header"
    status=$(curl --silent --show-error --header "@$secrets/header" --header 'Content-Type: application/json' --output "$secrets/answer" --write-out '%{http_code}' \
        --data '{"name":"experiment","private":true,"auto_init":false,"default_branch":"main"}' "$forgejo/api/v1/user/repos")
    case $status in
        201) say "made the repository eden/experiment" ;;
        409) say "the repository eden/experiment is there" ;;
        *) fail "Forgejo answered $status: $(head -c 500 "$secrets/answer")" ;;
    esac
}

is_up() { curl --silent --fail --max-time 5 --output /dev/null "$1"; }

case $mode in
    compose)
        make_settings
        "${compose[@]}" up --detach postgres forgejo
        await Forgejo is_up "$forgejo/api/healthz"
        prepare_forgejo
        "${compose[@]}" up --detach --build checkpoint-server
        await "the checkpoint server" is_up http://127.0.0.1:8080/healthz
        ;;
    kubernetes)
        make_settings
        apply_settings() {
            # From files, so that no value is an argument; applied, so that a second run updates them.
            grep -v '^EDEN_EXPERIMENT_ID=' .env >"$secrets/secret.env"
            grep '^EDEN_EXPERIMENT_ID=' .env >"$secrets/id.env"
            kubectl create secret generic eden-checkpoint --from-env-file="$secrets/secret.env" --dry-run=client --output=yaml | kubectl apply --server-side --force-conflicts --filename=-
            kubectl create configmap eden-experiment-id --from-env-file="$secrets/id.env" --dry-run=client --output=yaml | kubectl apply --server-side --force-conflicts --filename=-
        }
        apply_settings
        kubectl apply --filename=kubernetes/postgres.yaml --filename=kubernetes/forgejo.yaml
        kubectl rollout status statefulset/forgejo --timeout="${patience}s"
        kubectl port-forward service/forgejo 3000:3000 </dev/null >"$secrets/forward.log" 2>&1 &
        forward=$!
        await Forgejo is_up "$forgejo/api/healthz"
        prepare_forgejo
        apply_settings
        kubectl apply --filename=kubernetes/checkpoint-server.yaml
        kubectl rollout status deployment/checkpoint-server --timeout="${patience}s"
        ;;
    *)
        sed -n 's/^#   //p' "${BASH_SOURCE[0]}" >&2
        exit 2
        ;;
esac

say "up. Experiment $(read_setting EDEN_EXPERIMENT_ID); the admin token is in $(pwd)/.env"
