#!/bin/sh
# A git credential helper: called with `get`, reads protocol= and host= lines up to an empty one, prints username= and password=.
# The secret comes from the environment, so this file may lie in a repository or a ConfigMap.
#   EDEN_GIT_USERNAME, EDEN_GIT_PASSWORD   the credential (a password or an access token)
#   EDEN_GIT_HOST                          optional: answer for this host (with its port, when the URL has one) only
set -eu

# Nothing is kept here, so nothing is stored or erased.
[ "${1-}" = get ] || exit 0

host=
while IFS= read -r line && [ -n "$line" ]; do
    case $line in
        host=*) host=${line#host=} ;;
    esac
done

if [ -n "${EDEN_GIT_HOST-}" ] && [ "$host" != "$EDEN_GIT_HOST" ]; then
    exit 0
fi

if [ -z "${EDEN_GIT_USERNAME-}" ] || [ -z "${EDEN_GIT_PASSWORD-}" ]; then
    echo "credential-helper.sh: EDEN_GIT_USERNAME and EDEN_GIT_PASSWORD are not set" >&2
    exit 1
fi

# printf is part of the shell: the secret never stands on a command line.
printf 'username=%s\npassword=%s\n' "$EDEN_GIT_USERNAME" "$EDEN_GIT_PASSWORD"
