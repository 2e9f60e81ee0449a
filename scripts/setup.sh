#!/bin/sh
# setup.sh tools: checks that Go and Node are here.
# setup.sh packages: installs the Debian packages that tests need, as root or by sudo without a password. Where it
# may not, it names them and fails.
set -eu
cd "$(dirname "$0")/.."

tools() {
	missing=
	if command -v go >/dev/null; then
		want=$(awk '$1 == "go" {print $2}' go.mod)
		have=$(GOTOOLCHAIN=local go env GOVERSION)
		first=$(printf '%s\n%s\n' "$want" "${have#go}" | sort -V | head -n 1)
		if [ "$first" != "$want" ] && [ "$(go env GOTOOLCHAIN)" = local ]; then
			missing="$missing\n  Go $want or newer (here: ${have#go})"
		fi
	else
		missing="$missing\n  Go, see go.dev/dl"
	fi
	if command -v node >/dev/null; then
		node -e 'const [a, b] = process.versions.node.split(".").map(Number); process.exit(a > 20 || (a === 20 && b >= 19) ? 0 : 1)' ||
			missing="$missing\n  Node.js 20.19 or newer (here: $(node --version))"
	else
		missing="$missing\n  Node.js 20.19 or newer"
	fi
	command -v npm >/dev/null || missing="$missing\n  npm"
	if [ -n "$missing" ]; then
		printf "Siaga is built with these, and they are missing:$missing\n" >&2
		exit 1
	fi
}

packages() {
	missing=
	# command:package
	for pair in chromium:chromium sipp:sip-tester ffprobe:ffmpeg espeak-ng:espeak-ng sox:sox baresip:baresip-core; do
		command -v "${pair%%:*}" >/dev/null || missing="$missing ${pair#*:}"
	done
	[ -n "$missing" ] || return 0
	as=
	if [ "$(id -u)" -ne 0 ]; then
		if command -v sudo >/dev/null && sudo -n true 2>/dev/null; then
			as="sudo -n"
		else
			cannot "$missing"
		fi
	fi
	command -v apt-get >/dev/null || cannot "$missing"
	echo "Installing$missing"
	lock="-o DPkg::Lock::Timeout=300"
	# shellcheck disable=SC2086 # lists of words
	$as apt-get $lock -q update || cannot "$missing"
	# shellcheck disable=SC2086
	$as env DEBIAN_FRONTEND=noninteractive apt-get $lock -q -y --no-install-recommends install $missing || cannot "$missing"
}

cannot() {
	echo "The tests need these Debian packages, and they could not be installed from here:" >&2
	echo "    apt-get install$1" >&2
	exit 1
}

case ${1:-} in
tools) tools ;;
packages) packages ;;
*)
	echo "usage: setup.sh tools|packages" >&2
	exit 2
	;;
esac
