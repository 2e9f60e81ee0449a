#!/bin/sh
# lint.sh quick: gofumpt, go vet, staticcheck. lint.sh full: golangci-lint with .golangci.yml, and the web's linter.
# The tools are built once into .cache/bin; their versions are here, so that everybody sees the same complaints.
set -eu
cd "$(dirname "$0")/.."
bin=$PWD/.cache/bin
mkdir -p "$bin"

# tool NAME VERSION PACKAGE: builds it unless this version is there already.
tool() {
	[ -x "$bin/$1-$2" ] && return 0
	echo "building $1 $2 into .cache/bin (once)" >&2
	GOFLAGS= GOBIN=$bin go install "$3@$2"
	mv "$bin/$1" "$bin/$1-$2"
}

packages=$(scripts/packages.sh all)
case ${1:-} in
quick)
	tool gofumpt v0.12.0 mvdan.cc/gofumpt
	tool staticcheck v0.8.2 honnef.co/go/tools/cmd/staticcheck
	bad=$(git ls-files -z -co --exclude-standard -- '*.go' | xargs -0 "$bin/gofumpt-v0.12.0" -l)
	if [ -n "$bad" ]; then
		printf 'not in gofumpt form:\n%s\n' "$bad" >&2
		exit 1
	fi
	# shellcheck disable=SC2086 # a list
	go vet $packages
	# shellcheck disable=SC2086
	"$bin/staticcheck-v0.8.2" -checks 'all,-ST1000,-ST1020,-ST1021,-ST1022,-QF1001,-QF1008,-S1016' $packages
	;;
full)
	tool golangci-lint v2.15.0 github.com/golangci/golangci-lint/v2/cmd/golangci-lint
	"$bin/golangci-lint-v2.15.0" run
	npm --prefix web run check
	;;
*)
	echo "usage: lint.sh quick|full" >&2
	exit 2
	;;
esac
