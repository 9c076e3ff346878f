# shellcheck shell=bash disable=SC2034,SC2154 # The scripts that source it set and use some of its variables.
# Sourced by the smoke scripts: requests and checks against any deployment, and a whole deployment without containers.
# Everything lies in private temporary folders; whatever was started ends with the script. No secret stands on a command line.

set -euo pipefail
shopt -s inherit_errexit
umask 077
export LC_ALL=C

deploy=$(cd "$(dirname "${BASH_SOURCE[0]}")" && pwd)
root=$(cd "$deploy/../.." && pwd)
configuration=${EDEN_SMOKE_CONFIGURATION:-Release}
patience=${EDEN_SMOKE_PATIENCE:-30} # seconds that anything may take to get ready
export DOTNET_CLI_TELEMETRY_OPTOUT=1 DOTNET_NOLOGO=1 MSBUILDDISABLENODEREUSE=1 DOTNET_EnableDiagnostics=0

# Nothing of the caller's git, PostgreSQL or server settings may leak into what is started here.
unset GIT_DIR GIT_WORK_TREE PGHOST PGPORT PGUSER PGPASSWORD PGDATABASE PGSERVICE
export GIT_CONFIG_NOSYSTEM=1 GIT_CONFIG_GLOBAL=/dev/null GIT_TERMINAL_PROMPT=0

temporary=${TMPDIR:-/tmp}
work=$(mktemp -d "$temporary/eden-smoke-XXXXXXXX")
mkdir "$work/tmp"
export TMPDIR=$work/tmp
pgwork=
started=()

say() { echo "${0##*/}: $*"; }

fail() {
    echo "${0##*/}: FAILED: $*" >&2
    exit 1
}

# Whether a process is a child that still runs. A bare number could meanwhile be somebody else's process.
runs() { [[ " $(jobs -rp | tr '\n' ' ') " == *" $1 "* ]]; }

# Ends one process that this script started: first politely, after ten seconds not.
stop() {
    local pid=$1 tries=0
    runs "$pid" || return 0
    kill -TERM "$pid" 2>/dev/null || true
    while runs "$pid" && [ "$tries" -lt 100 ]; do
        sleep 0.1
        tries=$((tries + 1))
    done
    if runs "$pid"; then
        kill -KILL "$pid" 2>/dev/null || true
    fi
    wait "$pid" 2>/dev/null || true
}

finish() {
    local status=$? index log
    trap - EXIT
    set +e
    if [ "$status" -ne 0 ]; then
        for log in "$work"/*.log; do
            [ -s "$log" ] && { echo "-- ${log##*/}" >&2; tail -n 15 "$log" >&2; }
        done
    fi
    # The database last: it was started first.
    for ((index = ${#started[@]} - 1; index >= 0; index--)); do
        stop "${started[index]}"
    done
    chmod -R u+w "$work" 2>/dev/null
    rm -rf "$work" ${pgwork:+"$pgwork"}
    exit "$status"
}
trap finish EXIT
trap 'exit 130' INT
trap 'exit 143' TERM HUP

need() {
    local program
    for program in "$@"; do
        command -v "$program" >/dev/null 2>&1 || fail "$program is needed"
    done
}

random_secret() { od -An -N24 -tx1 /dev/urandom | tr -d ' \n'; }

# Waits until a command succeeds, as long as the patience lasts and the process behind it lives.
#   await WHAT PID COMMAND...     (PID 0: nothing to watch)
await() {
    local what=$1 pid=$2 deadline=$((SECONDS + patience))
    shift 2
    until "$@"; do
        [ "$pid" -eq 0 ] || runs "$pid" || fail "$what ended early"
        [ "$SECONDS" -lt "$deadline" ] || fail "$what was not ready within $patience s"
        sleep 0.2
    done
}

# ---- requests ----------------------------------------------------------------------------------------------------------------------

# Keeps a bearer in a file that curl reads its headers from.   bearer FILE PRINCIPAL SECRET
bearer() { printf 'Authorization: Bearer %s:%s\n' "$2" "$3" >"$1"; }

# Sends a request and expects a status; the body goes to a file.   request STATUS BEARER-FILE BODY-FILE CURL-ARGUMENTS...
request() {
    local expected=$1 headers=$2 body=$3 status
    shift 3
    status=$(curl --silent --show-error --max-time 120 --header "@$headers" --output "$body" --write-out '%{http_code}' "$@") \
        || fail "no answer: ${*: -1}"
    if [ "$status" != "$expected" ]; then
        head -c 2000 "$body" >&2
        echo >&2
        fail "expected $expected, got $status: ${*: -1}"
    fi
}

export_archive() { # BASE-URL EXPERIMENT BEARER-FILE ARCHIVE
    request 200 "$3" "$4" --request POST --header "X-Eden-Experiment-Id: $2" "$1/v0/experiments/$2/checkpoint"
}

# ---- checks ------------------------------------------------------------------------------------------------------------------------

console() { dotnet exec "$root/samples/Eden.Checkpoint.Console/bin/$configuration/net10.0/eden-checkpoint.dll" "$@"; }

# One file is enough to say whether things were built; the caller need not know.
build() {
    local project
    for project in "$@"; do
        case $project in
            *.Console) [ -f "$root/$project/bin/$configuration/net10.0/eden-checkpoint.dll" ] && continue ;;
            *.Server) [ -f "$root/$project/bin/$configuration/net10.0/eden-checkpoint-server.dll" ] && continue ;;
            *.SmokeRemote) [ -f "$root/$project/bin/$configuration/net10.0/eden-checkpoint-smoke-remote.dll" ] && continue ;;
        esac
        say "building $project"
        dotnet build "$root/$project" --configuration "$configuration" --nologo --verbosity quiet </dev/null || fail "$project does not build"
    done
}

# Holds an archive to what it is for: its bundle is not empty, restores with git itself, and has every integrated variant.
#   check_archive ARCHIVE FOLDER     prints the number of integrated variants
check_archive() {
    local archive=$1 folder=$2 tree id commit integrated=0
    mkdir -p "$folder/tree"
    tar -xf "$archive" -C "$folder/tree"
    tree=$(echo "$folder"/tree/*)
    [ -s "$tree/repo.bundle" ] || fail "the bundle of ${archive##*/} is empty"
    git clone --quiet --mirror "$tree/repo.bundle" "$folder/restored.git" 2>"$folder/clone.log" || fail "the bundle does not restore: $(cat "$folder/clone.log")"
    git -C "$folder/restored.git" fsck --no-progress --no-dangling >"$folder/fsck.log" 2>&1 || fail "the restored repository is damaged: $(cat "$folder/fsck.log")"
    git -C "$folder/restored.git" rev-parse --quiet --verify 'refs/heads/main^{commit}' >/dev/null || fail "the restored repository has no main"
    # A row is an object on a line of its own. A quote inside a string is escaped, so these names cannot be found inside one.
    while read -r id commit; do
        integrated=$((integrated + 1))
        [ -n "$(git -C "$folder/restored.git" for-each-ref --contains "$commit" "refs/heads/variant/$id-*" | head -n 1)" ] \
            || fail "$id was integrated as $commit, which no ref variant/$id-* holds"
    done < <(grep -E '"variant_commit_sha" *: *"' "$tree/variants.jsonl" \
        | sed -E 's/.*"variant_id" *: *"([^"\\]+)".*/\1 &/; s/^([^ ]+) .*"variant_commit_sha" *: *"([0-9a-f]+)".*/\1 \2/')
    echo "$integrated"
}

# ---- a deployment without containers -----------------------------------------------------------------------------------------------

# Starts PostgreSQL on loopback in a folder of its own; as root, as the user that its package brings.
start_postgres() {
    local programs='' candidate demote=() port pid tries deadline
    for candidate in $(ls -d /usr/lib/postgresql/*/bin 2>/dev/null | sort -rV) $(dirname "$(command -v initdb 2>/dev/null || echo /none/initdb)"); do
        [ -x "$candidate/initdb" ] && [ -x "$candidate/postgres" ] && { programs=$candidate; break; }
    done
    [ -n "$programs" ] || fail "PostgreSQL's programs are neither under /usr/lib/postgresql nor in PATH"
    need psql setpriv
    unset http_proxy https_proxy all_proxy HTTP_PROXY HTTPS_PROXY ALL_PROXY # everything is on loopback
    # Not below the other folder, which only its owner can enter.
    pgwork=$(mktemp -d "$temporary/eden-smoke-pg-XXXXXXXX")
    database_password=$(random_secret)
    printf '%s\n' "$database_password" >"$pgwork/password"
    if [ "$(id -u)" -eq 0 ]; then
        chown -R postgres "$pgwork"
        demote=(setpriv --reuid=postgres --regid=postgres --init-groups)
    fi
    (cd "$pgwork" && LC_ALL=C "${demote[@]}" "$programs/initdb" -D "$pgwork/data" --no-sync --encoding=UTF8 --locale=C \
        --username=eden --auth=scram-sha-256 --pwfile="$pgwork/password") >"$work/initdb.log" 2>&1 || fail "initdb failed"
    for ((tries = 1; tries <= 5; tries++)); do
        port=$((20000 + RANDOM % 12000))
        (cd "$pgwork" && LC_ALL=C exec "${demote[@]}" "$programs/postgres" -D "$pgwork/data" -c listen_addresses=127.0.0.1 -c "port=$port" \
            -c unix_socket_directories= -c fsync=off -c synchronous_commit=off -c full_page_writes=off) >"$work/postgres.log" 2>&1 </dev/null &
        pid=$!
        started+=("$pid")
        deadline=$((SECONDS + patience))
        while runs "$pid" && [ "$SECONDS" -lt "$deadline" ]; do
            if grep -q 'ready to accept connections' "$work/postgres.log"; then
                database_port=$port
                # psql and the server take the password from this file: it stands in no URL.
                printf '127.0.0.1:%s:*:eden:%s\n' "$port" "$database_password" >"$work/pgpass"
                export PGPASSFILE=$work/pgpass
                return 0
            fi
            sleep 0.1
        done
        # Another process has the port: the next attempt takes another.
    done
    fail "PostgreSQL did not start"
}

sql() { psql --no-psqlrc --quiet --tuples-only --no-align --set ON_ERROR_STOP=1 --host 127.0.0.1 --port "$database_port" --username eden --dbname "$1" --command "$2" </dev/null; }

store_url() { echo "postgresql://eden@127.0.0.1:$database_port/$1?passfile=$PGPASSFILE"; }

# Puts an experiment into a database and a repository.   seed DATABASE REPOSITORY VARIANTS     prints its id
seed() {
    sql postgres "CREATE DATABASE $1"
    EDEN_STORE_URL=$(store_url "$1") dotnet exec "$(smoke_remote)" seed "$2" "$3" </dev/null
}

smoke_remote() { echo "$root/tests/Eden.Checkpoint.SmokeRemote/bin/$configuration/net10.0/eden-checkpoint-smoke-remote.dll"; }

# Serves a folder of repositories over smart HTTP with Basic authentication: sets remote_url, remote_pid and the helper's credential.
start_remote() {
    : >"$work/remote.out"
    export EDEN_GIT_USERNAME=eden EDEN_GIT_PASSWORD
    EDEN_GIT_PASSWORD=$(random_secret)
    (
        export EDEN_REMOTE_USER=$EDEN_GIT_USERNAME EDEN_REMOTE_PASSWORD=$EDEN_GIT_PASSWORD
        exec dotnet exec "$(smoke_remote)" serve "$1"
    ) >"$work/remote.out" 2>"$work/remote.log" </dev/null &
    remote_pid=$!
    started+=("$remote_pid")
    await "the git remote" "$remote_pid" grep -q '^EDEN_REMOTE_LISTENING ' "$work/remote.out"
    remote_url=$(sed -n 's/^EDEN_REMOTE_LISTENING url=//p' "$work/remote.out")
}

# Starts a server and sets base_url and server_pid.   start_server NAME DATABASE FLAGS...     (the admin token in admin_token)
start_server() {
    local name=$1 database=$2
    shift 2
    : >"$work/$name.out"
    (
        # In the environment, not among the arguments, which every user of the machine can see.
        export EDEN_ADMIN_TOKEN=$admin_token EDEN_STORE_URL
        EDEN_STORE_URL=$(store_url "$database")
        exec dotnet exec "$root/samples/Eden.Checkpoint.Server/bin/$configuration/net10.0/eden-checkpoint-server.dll" --port 0 "$@"
    ) >"$work/$name.out" 2>"$work/$name.log" </dev/null &
    server_pid=$!
    started+=("$server_pid")
    await "the server ($name)" "$server_pid" grep -q '^EDEN_CHECKPOINT_LISTENING ' "$work/$name.out"
    base_url=$(sed -n 's/^EDEN_CHECKPOINT_LISTENING host=\([^ ]*\) port=\([0-9]*\)$/http:\/\/\1:\2/p' "$work/$name.out")
}

# What was written must name no secret, and what has ended must leave no temporary file.
check_traces() {
    # The pattern comes from a file, not from a command line.
    printf '%s\n' "$admin_token" "$database_password" ${EDEN_GIT_PASSWORD:+"$EDEN_GIT_PASSWORD"} >"$work/secrets"
    if grep -lFf "$work/secrets" "$work"/*.log "$work"/*.out; then
        fail "a secret was logged"
    fi
    [ -z "$(find "$work/tmp" -mindepth 1 -name 'eden-*' -print -quit)" ] || fail "temporary files were left: $(ls -A "$work/tmp")"
}
