#!/bin/sh
# soak.sh TIME (30s, 20m, 1h): runs the demo with its town at double speed and looks at it every ten seconds.
# Fails when the process dies, says that it isn't well, or when memory or goroutines at the end are more than a third
# above what they were after the first fifth of the time (the town's load is even, so they should stand still).
set -eu
cd "$(dirname "$0")/.."
case ${1:-1h} in
*h) seconds=$((${1%h} * 3600)) ;;
*m) seconds=$((${1%m} * 60)) ;;
*s) seconds=${1%s} ;;
*)
	echo "usage: soak.sh 30s|20m|1h" >&2
	exit 2
	;;
esac
command -v curl >/dev/null || { echo "curl is missing: apt-get install curl" >&2; exit 1; }
dir=$(mktemp -d)
seed=${SEED:-$(date +%s)}
bin/siaga demo --json --speed 2 --seed "$seed" --http 127.0.0.1:0 --sip 127.0.0.1:0 --dir "$dir/data" >"$dir/out" 2>"$dir/log" &
pid=$!
trap 'kill "$pid" 2>/dev/null || true; wait "$pid" 2>/dev/null || true; rm -rf "$dir"' EXIT INT TERM

failed() {
	echo "soak failed (seed $seed): $1" >&2
	tail -n 40 "$dir/log" >&2
	exit 1
}

for _ in $(seq 60); do
	[ -s "$dir/out" ] && break
	kill -0 "$pid" 2>/dev/null || failed "the demo did not start"
	sleep 1
done
console=$(node -p 'JSON.parse(require("fs").readFileSync(process.argv[1], "utf8").split("\n")[0]).console' "$dir/out")
# value NAME: one figure of /metrics, whole.
value() { awk -v name="$1" '$1 == name {printf "%d\n", $2}' "$dir/metrics"; }

start=$(date +%s)
base_memory=
echo "seed $seed, $seconds s at $console"
while now=$(($(date +%s) - start)) && [ "$now" -lt "$seconds" ]; do
	sleep 10
	kill -0 "$pid" 2>/dev/null || failed "the process died after $now s"
	curl -ksSf -m 5 "$console/healthz" >/dev/null || failed "/healthz after $now s"
	curl -ksSf -m 5 "$console/metrics" >"$dir/metrics" || failed "/metrics after $now s"
	memory=$(value process_resident_memory_bytes)
	goroutines=$(value go_goroutines)
	printf '%6d s  %5d MB  %5d goroutines\n' "$now" $((memory / 1048576)) "$goroutines"
	if [ -z "$base_memory" ] && [ "$now" -ge $((seconds / 5)) ]; then
		base_memory=$memory
		base_goroutines=$goroutines
	fi
done
[ -n "$base_memory" ] || failed "no figures were read: give it more time"
[ "$memory" -le $((base_memory * 4 / 3)) ] || failed "memory grew from $base_memory to $memory bytes"
[ "$goroutines" -le $((base_goroutines * 4 / 3 + 20)) ] || failed "goroutines grew from $base_goroutines to $goroutines"
echo "stood still for $seconds s"
