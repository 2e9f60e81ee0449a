#!/bin/sh
# fuzz.sh TIME: runs every fuzz target of the house for TIME each. A crash leaves its input in the room's
# testdata/fuzz: mend the fault and commit the input, which from then on runs with `go test`. Then 100,000 spoilt SIP
# messages go over real sockets, also inside living dialogs (about a minute; SIAGA_MUTATIONS sets how many, SIAGA_SEED
# repeats a run).
set -eu
cd "$(dirname "$0")/.."
time=${1:-30s}
ran=0
for package in $(scripts/packages.sh all); do
	listed=$(go test -list '^Fuzz' "$package") # fails where the package doesn't build
	for target in $(printf '%s\n' "$listed" | grep '^Fuzz' || true); do
		echo "== $package $target"
		go test -run '^$' -fuzz "^$target\$" -fuzztime "$time" "$package"
		ran=$((ran + 1))
	done
done
if [ "$ran" -eq 0 ]; then
	echo "there is no fuzz target" >&2
	exit 1
fi
echo "$ran fuzz targets, $time each"
mutations=${SIAGA_MUTATIONS:-100000}
echo "== $mutations spoilt SIP messages"
SIAGA_MUTATIONS=$mutations go test -count=1 -timeout 30m -run '^TestMutations$' -v ./phone/sip
