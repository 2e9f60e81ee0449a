#!/bin/sh
# only.sh NAME [VAR=VALUE ...]: runs the end-to-end tests with NAME in their name, and fails when there is none.
set -eu
cd "$(dirname "$0")/.."
name=$1
shift
packages=$(scripts/packages.sh test)
# shellcheck disable=SC2086 # a list
listed=$(go test -list "$name" $packages) # fails where a package doesn't build
if ! printf '%s\n' "$listed" | grep -q '^Test'; then
	echo "no test in test/ is called ...$name..." >&2
	exit 1
fi
# shellcheck disable=SC2086
exec env "$@" go test -timeout 30m -count=1 -p 1 -v -run "$name" $packages
