#!/bin/sh
# Lists our Go packages: rooms (all but test/), test (test/ alone) or all. What lies in web/node_modules isn't ours.
# Tests in test/ measure time and sound: they run after the others, one package at a time.
set -eu
cd "$(dirname "$0")/.."
all=$(go list ./... | grep -v '/node_modules/')
module=$(go list -m)
case ${1:-} in
all) printf '%s\n' "$all" ;;
rooms) printf '%s\n' "$all" | grep -v -e "^$module/test\$" -e "^$module/test/" ;;
test) printf '%s\n' "$all" | grep -e "^$module/test\$" -e "^$module/test/" ;;
*)
	echo "usage: packages.sh all|rooms|test" >&2
	exit 2
	;;
esac
