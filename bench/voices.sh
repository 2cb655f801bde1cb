#!/usr/bin/env bash
# How the voices sound: a fixed passage spoken by our engines and by the programs that they come from.
# Prints one table. Usage: bench/voices.sh
set -euo pipefail
here=$(cd "$(dirname "$0")" && pwd)
. "$here/../scripts/need.sh"

need_rust
need cc=gcc g++=g++ make=make cmake=cmake espeak-ng=espeak-ng python3=python3 pip3=python3-pip
cd "$here/.."
cargo build --release --locked --quiet --package audiotome-speech --example speak
target=$(cargo metadata --format-version 1 --no-deps | sed 's/.*"target_directory":"\([^"]*\)".*/\1/')
scripts/test-voices.sh "$target/test-data"
python=$("$here/python.sh")
"$python" "$here/voices.py" "$target/release/examples/speak" "$target/test-data/voices"
