#!/usr/bin/env bash
# Builds everything and runs every test, from any directory, as root or not. What the tests use as judges (git, PostgreSQL, argon2, curl)
# is installed when it is missing and apt is there. Arguments go to `dotnet test`, for example:
#   tests/run.sh --filter FullyQualifiedName~ConsoleHost
set -euo pipefail
cd "$(dirname "${BASH_SOURCE[0]}")/.."

export DOTNET_CLI_TELEMETRY_OPTOUT=1 DOTNET_NOLOGO=1 MSBUILDDISABLENODEREUSE=1

if ! command -v dotnet >/dev/null 2>&1; then
    echo "tests/run.sh: the .NET 10 SDK is needed: https://dotnet.microsoft.com/download" >&2
    exit 2
fi

has_postgres() {
    local programs
    command -v initdb >/dev/null 2>&1 && command -v pg_ctl >/dev/null 2>&1 && return 0
    for programs in /usr/lib/postgresql/*/bin; do
        [ -x "$programs/initdb" ] && [ -x "$programs/pg_ctl" ] && return 0
    done
    return 1
}

missing=()
command -v git >/dev/null 2>&1 || missing+=(git)
has_postgres || missing+=(postgresql)
command -v argon2 >/dev/null 2>&1 || missing+=(argon2)
command -v curl >/dev/null 2>&1 || missing+=(curl)

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

dotnet build Eden.Checkpoint.sln --configuration Release --nologo --verbosity quiet </dev/null
dotnet test Eden.Checkpoint.sln --configuration Release --no-build --nologo "$@" </dev/null
