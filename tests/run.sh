#!/usr/bin/env bash
# Builds everything and runs every test, from any directory, as root or not, and names the ten slowest. What the tests use as judges (git,
# PostgreSQL, other tar programs, compressors …) is installed when it is missing and apt is there. Arguments go to `dotnet test`:
#   tests/run.sh --filter FullyQualifiedName~ConsoleHost
#   tests/run.sh --filter TestCategory!=Huge       without the tests that write files of 4 GiB and more
set -euo pipefail
cd "$(dirname "${BASH_SOURCE[0]}")/.."

export DOTNET_CLI_TELEMETRY_OPTOUT=1 DOTNET_NOLOGO=1 MSBUILDDISABLENODEREUSE=1

if ! command -v dotnet >/dev/null 2>&1; then
    echo "tests/run.sh: the .NET 10 SDK is needed: https://dotnet.microsoft.com/download" >&2
    exit 2
fi

# Each program that a test or a smoke script starts, and the package that brings it. A test compares this table with the tests' sources.
programs="
argon2 argon2
bash bash
bzip2 bzip2
chown coreutils
curl curl
flock util-linux
git git
gzip gzip
ln coreutils
mkfifo coreutils
mount mount
python3 python3
setpriv util-linux
sh dash
sha256sum coreutils
tar tar
truncate coreutils
umount mount
xz xz-utils
zstd zstd
"

has_postgres() {
    local programs
    command -v initdb >/dev/null 2>&1 && command -v pg_ctl >/dev/null 2>&1 && command -v psql >/dev/null 2>&1 && return 0
    for programs in /usr/lib/postgresql/*/bin; do
        [ -x "$programs/initdb" ] && [ -x "$programs/pg_ctl" ] && command -v psql >/dev/null 2>&1 && return 0
    done
    return 1
}

missing=()
while read -r program package; do
    if [ -n "$program" ] && ! command -v "$program" >/dev/null 2>&1 && [[ " ${missing[*]} " != *" $package "* ]]; then
        missing+=("$package")
    fi
done <<<"$programs"
has_postgres || missing+=(postgresql)

if [ "${#missing[@]}" -gt 0 ]; then
    as_root=()
    if [ "$(id -u)" -ne 0 ]; then
        as_root=(sudo -n)
    fi
    if command -v apt-get >/dev/null 2>&1 && "${as_root[@]}" true 2>/dev/null; then
        echo "tests/run.sh: installing ${missing[*]}"
        apt=("${as_root[@]}" env DEBIAN_FRONTEND=noninteractive apt-get -qq -o Dpkg::Use-Pty=0)
        "${apt[@]}" update
        if [[ " ${missing[*]} " == *" postgresql "* ]]; then
            # The tests start servers of their own on loopback; the package's one, for the whole machine, is not wanted.
            "${apt[@]}" install -y --no-install-recommends postgresql-common </dev/null >/dev/null
            "${as_root[@]}" sed -i 's/^#\?create_main_cluster.*/create_main_cluster = false/' /etc/postgresql-common/createcluster.conf
        fi
        "${apt[@]}" install -y --no-install-recommends "${missing[@]}" </dev/null >/dev/null
    else
        echo "tests/run.sh: ${missing[*]} missing and not installable here (needs apt-get, and root or sudo without a password);" >&2
        echo "tests/run.sh: the tests that need them are skipped, or fail where CI=true" >&2
    fi
fi

# Every run leaves its results where the caller wants them, else in a folder that is gone afterwards.
results=
previous=
everything=true
for argument in "$@"; do
    case $argument in
        --results-directory=*) results=${argument#*=} ;;
        --filter | --filter=* | --list-tests | -t) everything=false ;;
    esac
    if [ "$previous" = --results-directory ]; then
        results=$argument
    fi
    previous=$argument
done
temporary=$(mktemp -d)
trap 'rm -rf "$temporary"' EXIT
where=()
if [ -z "$results" ]; then
    results=$temporary
    where=(--results-directory "$results")
fi
touch "$temporary/begin"

# Prints how long the slowest tests took, from the result files of this run.
slowest() {
    local list
    list=$(find "$results" -name '*.trx' -newer "$temporary/begin" -exec grep -ho '<UnitTestResult [^>]*>' {} + \
        | sed -n 's/.* testName="\([^"]*\)".* duration="\([0-9:]*\.[0-9]\).*/\2  \1/p' \
        | sed 's/&quot;/"/g; s/&lt;/</g; s/&gt;/>/g; s/&#x[0-9A-F]*;/ /g; s/&amp;/\&/g' | sort -r) || return 0
    [ -n "$list" ] || return 0
    echo "The slowest tests:"
    head -n 10 <<<"$list" | sed 's/^/  /'
}

dotnet build Eden.Checkpoint.sln --configuration Release --nologo --verbosity quiet </dev/null
status=0
dotnet test Eden.Checkpoint.sln --configuration Release --no-build --nologo --logger trx "${where[@]}" "$@" </dev/null || status=$?
slowest

# `dotnet test` may end with 0 when a process of the build was killed: then a project's tests have not run, and it left no results.
if [ "$status" -eq 0 ] && [ "$everything" = true ]; then
    mapfile -t projects < <(grep -l '<IsTestProject>true' tests/*/*.csproj)
    mapfile -t left < <(find "$results" -name '*.trx' -newer "$temporary/begin")
    if [ "${#left[@]}" -lt "${#projects[@]}" ]; then
        echo "tests/run.sh: ${#left[@]} of ${#projects[@]} test projects left results; the others were not run to their end" >&2
        status=1
    fi
fi
exit "$status"
