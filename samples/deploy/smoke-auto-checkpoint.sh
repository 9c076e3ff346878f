#!/usr/bin/env bash
# Watches automatic checkpoints: every one must verify as resumable, retention must hold, and a terminated experiment gets one terminal checkpoint.
#
#   smoke-auto-checkpoint.sh                                              everything is started here, without containers, and stopped again
#   smoke-auto-checkpoint.sh BASE_URL EXPERIMENT_ID DIRECTORY RETENTION   a deployment that runs; DIRECTORY is what its --auto-checkpoint-dir is here
#
# For a deployment that runs: EDEN_ADMIN_TOKEN; EDEN_SMOKE_PATIENCE is how long the next checkpoint may take, in seconds (30).
# Built programs are taken from bin/Release (EDEN_SMOKE_CONFIGURATION for another) and built when they are missing.
# shellcheck source-path=SCRIPTDIR source=smoke-parts.sh
. "$(dirname "${BASH_SOURCE[0]}")/smoke-parts.sh"
need curl git tar dotnet sha256sum

[ "$#" -eq 0 ] || [ "$#" -eq 4 ] || { sed -n 's/^#   //p' "$0" >&2; exit 2; }

# The names that the binding gives an experiment's files.
name_files() {
    local safe
    safe=$(printf '%s' "$experiment" | sed 's/[^A-Za-z0-9._-]/_/g')-$(printf '%s' "$experiment" | sha256sum | cut -c1-8)
    instant='[0-9][0-9][0-9][0-9][0-9][0-9][0-9][0-9]T[0-9][0-9][0-9][0-9][0-9][0-9]_[0-9][0-9][0-9][0-9][0-9][0-9]Z'
    periodic="$safe-$instant.tar"
    terminal="$safe-terminated-$instant.tar"
}

periodic_files() { find "$directory" -maxdepth 1 -type f -name "$periodic" -printf '%f\n' | sort; }
terminal_files() { find "$directory" -maxdepth 1 -type f -name "$terminal" -printf '%f\n' | sort; }
newest_is_after() { [[ "$(periodic_files | tail -n 1)" > "$1" ]]; }
was_pruned() { [ ! -e "$directory/$1" ]; }
has_terminal() { [ -n "$(terminal_files)" ]; }

# A writer may add one before it prunes one, so the count of a running server may be one above for a moment.
retention_holds() { [ "$(periodic_files | wc -l)" -le "$retention" ]; }

verify_files() { # FOLDER FILES...
    local folder=$1
    shift
    (cd "$folder" && console verify --require-resumable "$@") || fail "an automatic checkpoint is not resumable"
}

build samples/Eden.Checkpoint.Console
if [ "$#" -eq 4 ]; then
    base_url=$1 experiment=$2 directory=$3 retention=$4
    admin_token=${EDEN_ADMIN_TOKEN:?the admin token of $base_url is needed}
    bearer "$work/bearer" admin "$admin_token"
    request 200 "$work/bearer" "$work/record.json" "$base_url/v0/experiments/$experiment"
    name_files
    say "waiting for the next checkpoint in $directory"
    await "the next periodic checkpoint" 0 newest_is_after "$(periodic_files | tail -n 1)"
    if grep -Eq '"state" *: *"terminated"' "$work/record.json"; then
        await "the terminal checkpoint" 0 has_terminal
        [ "$(terminal_files | wc -l)" -eq 1 ] || fail "there is more than one terminal checkpoint"
    fi
    await "retention" 0 retention_holds
    # A copy: the server may prune the files while they are read.
    mkdir "$work/kept"
    for name in $(periodic_files) $(terminal_files); do
        cp "$directory/$name" "$work/kept/" 2>/dev/null || [ ! -e "$directory/$name" ] || fail "$name cannot be read"
    done
    mapfile -t kept < <(ls "$work/kept")
    [ "${#kept[@]}" -gt 0 ] || fail "no checkpoint could be copied before it was pruned"
    verify_files "$work/kept" "${kept[@]}"
    say "passed"
    exit 0
fi

build samples/Eden.Checkpoint.Server tests/Eden.Checkpoint.SmokeRemote
admin_token=$(random_secret)
retention=2
directory=$work/checkpoints
start_postgres
mkdir "$work/remotes" "$directory"
experiment=$(seed source "$work/remotes/experiment.git" 24)
name_files
start_remote "$work/remotes"
printf 'name: smoke\nauto_checkpoint:\n  enabled: true\n  interval_seconds: 1\n  retention_count: %s\n  on_terminate: true\n' "$retention" >"$work/config.yaml"
echo 'not a checkpoint' >"$directory/foreign.tar"
echo 'of an experiment with a like name' >"$directory/${experiment}x-00000000-20200101T000000_000000Z.tar"

serve() { # NAME
    start_server "$1" source --experiment-id "$experiment" --experiment-config "$work/config.yaml" --repo-path "$work/source.git" \
        --forgejo-url "${remote_url}experiment.git" --credential-helper "$deploy/credential-helper.sh" --auto-checkpoint-dir "$directory"
}

serve first
await "the first periodic checkpoint" "$server_pid" newest_is_after ""
first=$(periodic_files | head -n 1)
await "retention" "$server_pid" was_pruned "$first"
await "retention" "$server_pid" retention_holds
[ -z "$(terminal_files)" ] || fail "a running experiment has a terminal checkpoint"
stop "$server_pid"
[ "$(periodic_files | wc -l)" -ge "$retention" ] || fail "only $(periodic_files | wc -l) periodic checkpoints are kept, not $retention"
mapfile -t kept < <(periodic_files)
verify_files "$directory" "${kept[@]}"

say "the experiment terminates while no server runs"
sql source "UPDATE experiment SET state = 'terminated'"
serve second
await "the terminal checkpoint" "$server_pid" has_terminal
last=$(periodic_files | tail -n 1)
await "a further periodic checkpoint" "$server_pid" newest_is_after "$last"
stop "$server_pid"

say "one more start, which must not make a second one"
last=$(periodic_files | tail -n 1)
serve third
# The state is looked at before the first period is over.
await "a periodic checkpoint after the restart" "$server_pid" newest_is_after "$last"
stop "$server_pid"

[ "$(terminal_files | wc -l)" -eq 1 ] || fail "there are $(terminal_files | wc -l) terminal checkpoints"
# One more when the server was told to end between a write and its pruning.
[ "$(periodic_files | wc -l)" -le "$((retention + 1))" ] || fail "retention does not hold"
[ -f "$directory/foreign.tar" ] && [ -f "$directory/${experiment}x-00000000-20200101T000000_000000Z.tar" ] || fail "a foreign file was removed"
[ -z "$(find "$directory" -name '.*' -type f -print -quit)" ] || fail "an unfinished file was left"
mapfile -t kept < <(periodic_files; terminal_files)
verify_files "$directory" "${kept[@]}"
for name in "${kept[@]}"; do
    integrated=$(check_archive "$directory/$name" "$work/restored-$name")
    [ "$integrated" -gt 0 ] || fail "$name lacks the integrated variants"
done
tar -xOf "$directory/$(terminal_files)" --wildcards '*/experiment.json' | grep -Eq '"state" *: *"terminated"' || fail "the terminal checkpoint is not of the terminated experiment"
check_traces
say "passed: ${#kept[@]} checkpoints verified, ${retention} of them kept at a time"
