#!/bin/sh
# Lists our Go packages: rooms (all but test/), test (test/ alone) or all. What lies in web/node_modules isn't ours.
# Tests in test/ measure time and sound: they run after the others, one package at a time.
set -eu
cd "$(dirname "$0")/.."
module=$(go list -m)
all=$(go list ./... | grep -v '/node_modules/')
case ${1:-} in
all) found=$all ;;
rooms) found=$(printf '%s\n' "$all" | grep -v -e "^$module/test\$" -e "^$module/test/" || true) ;;
test) found=$(printf '%s\n' "$all" | grep -e "^$module/test\$" -e "^$module/test/" || true) ;;
*)
	echo "usage: packages.sh all|rooms|test" >&2
	exit 2
	;;
esac
if [ -z "$found" ]; then
	echo "there are no Go packages for \"$1\"" >&2
	exit 1
fi
printf '%s\n' "$found"
