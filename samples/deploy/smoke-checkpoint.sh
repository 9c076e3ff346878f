#!/usr/bin/env bash
# Exports a checkpoint, proves that it restores, imports it into a fresh receiver and compares the two object by object.
#
#   smoke-checkpoint.sh                                            everything is started here, without containers, and stopped again
#   smoke-checkpoint.sh BASE_URL EXPERIMENT_ID [RECEIVER_URL]      a deployment that runs; the receiver must be fresh
#
# For a deployment that runs: EDEN_ADMIN_TOKEN, and EDEN_RECEIVER_ADMIN_TOKEN when the receiver has another one. The comparison is then
# with what the receiver exports, so its remote of record must be up and its --experiment-config the same file. Without arguments no git
# remote runs while the receiver does.
# Built programs are taken from bin/Release (EDEN_SMOKE_CONFIGURATION for another) and built when they are missing.
# shellcheck source-path=SCRIPTDIR source=smoke-parts.sh
. "$(dirname "${BASH_SOURCE[0]}")/smoke-parts.sh"
need curl git tar dotnet

[ "$#" -eq 0 ] || [ "$#" -eq 2 ] || [ "$#" -eq 3 ] || { sed -n 's/^#   //p' "$0" >&2; exit 2; }
source_url=${1-}
experiment=${2-}
receiver_url=${3-}

build samples/Eden.Checkpoint.Console
if [ -z "$source_url" ]; then
    build samples/Eden.Checkpoint.Server tests/Eden.Checkpoint.SmokeRemote
    admin_token=$(random_secret)
    start_postgres
    mkdir "$work/remotes"
    experiment=$(seed source "$work/remotes/experiment.git" 24)
    start_remote "$work/remotes"
    start_server source source --experiment-id "$experiment" --repo-path "$work/source.git" \
        --forgejo-url "${remote_url}experiment.git" --credential-helper "$deploy/credential-helper.sh"
    source_url=$base_url
    source_pid=$server_pid
else
    admin_token=${EDEN_ADMIN_TOKEN:?the admin token of $source_url is needed}
fi

say "exporting $experiment from $source_url"
bearer "$work/source.bearer" admin "$admin_token"
export_archive "$source_url" "$experiment" "$work/source.bearer" "$work/a.tar"
console verify --require-resumable "$work/a.tar" || fail "the archive is not a resumable checkpoint"
integrated=$(check_archive "$work/a.tar" "$work/a")
say "the bundle restores, has main and $integrated integrated variants"

if [ "$#" -eq 0 ]; then
    [ "$integrated" -gt 0 ] || fail "the seeded experiment has integrated variants, the archive has none"
    stop "$source_pid"
    stop "$remote_pid"
    if curl --silent --max-time 5 --output /dev/null "$remote_url"; then
        fail "the git remote still runs"
    fi
    sql postgres 'CREATE DATABASE receiver'
    # An id of its own: whatever named the source's must have been rewritten.
    receiver_id=exp_$(LC_ALL=C tr -dc '0-9a-hjkmnp-tv-z' </dev/urandom | head -c 26 || true)
    start_server receiver receiver --experiment-id "$receiver_id" --repo-path "$work/receiver.git" \
        --forgejo-url "${remote_url}experiment.git" --credential-helper "$deploy/credential-helper.sh" \
        --checkpoint-import-credentials-dir "$work/credentials"
    receiver_url=$base_url
    # An orchestrator sends nothing to a server that is not ready: a receiver must be, with an empty database and no git host.
    bearer "$work/none" nobody nothing
    request 200 "$work/none" "$work/health.txt" "$receiver_url/healthz"
fi

if [ -z "$receiver_url" ]; then
    say "passed, without a receiver to import into"
    exit 0
fi

say "importing into $receiver_url"
bearer "$work/receiver.bearer" admin "${EDEN_RECEIVER_ADMIN_TOKEN:-$admin_token}"
request 201 "$work/receiver.bearer" "$work/import.json" --request POST --header 'Content-Type: application/x-eden-checkpoint+tar' \
    --header 'Expect: 100-continue' --upload-file "$work/a.tar" "$receiver_url/v0/checkpoints/import"
imported=$(sed -nE 's/.*"experiment_id" *: *"([^"]+)".*/\1/p' "$work/import.json")
request 200 "$work/receiver.bearer" "$work/record.json" "$receiver_url/v0/experiments/$imported"
grep -Eq '"imported_from" *: *\{' "$work/record.json" || fail "the receiver's record does not say where it came from"

if [ "$#" -eq 0 ]; then
    [ "$imported" = "$receiver_id" ] || fail "the experiment landed under $imported, not under the receiver's id"
    # Every worker has a fresh token, and it lets that worker in.
    tokens=("$work"/credentials/wkr_*.token)
    [ "${#tokens[@]}" -eq "$(wc -l <"$work"/a/tree/*/workers.jsonl)" ] || fail "not every worker got a token"
    [ -z "$(find "$work/credentials" -type f ! -perm 600 -print -quit)" ] || fail "a token can be read by others"
    worker=$(basename "${tokens[0]}" .token)
    bearer "$work/worker.bearer" "$worker" "$(<"${tokens[0]}")"
    request 200 "$work/worker.bearer" "$work/record.json" "$receiver_url/v0/experiments/$imported"
    request 403 "$work/worker.bearer" "$work/refused.json" --request POST "$receiver_url/v0/experiments/$imported/checkpoint"
    console compare "$work/a.tar" "$(store_url receiver)" --repo-b "$work/receiver.git" --imported >"$work/comparison.txt" \
        || { cat "$work/comparison.txt" >&2; fail "what was imported differs"; }
    stop "$server_pid"
    check_traces
else
    export_archive "$receiver_url" "$imported" "$work/receiver.bearer" "$work/b.tar"
    console compare "$work/a.tar" "$work/b.tar" --imported >"$work/comparison.txt" \
        || { cat "$work/comparison.txt" >&2; fail "what was imported differs"; }
fi

# What an import may change is counted; each single change would drown the rest.
grep -v '^  ' "$work/comparison.txt"
say "passed"
