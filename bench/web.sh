#!/usr/bin/env bash
# The web app in figures: how fast pages come from a library of 500 books and a book of 20,000 segments, what they
# weigh, what 200 open event streams cost, and how long it takes from dropping a novel to hearing it.
#
# Usage: bench/web.sh
set -euo pipefail
here=$(cd "$(dirname "$0")" && pwd)
cd "$here/.."
. scripts/need.sh
need_rust
need cc=gcc g++=g++ make=make cmake=cmake ffmpeg=ffmpeg espeak-ng=espeak-ng chromium=chromium node=nodejs npm=npm \
    python3=python3 pip3=python3-pip
cargo build --release --locked --quiet --package audiotome
AUDIOTOME=$(target_folder)/release/audiotome
export AUDIOTOME
if [ -z "${AUDIOTOME_TEST_VOICES:-}" ]; then
    scripts/test-voices.sh "$here/../target/test-data"
    export AUDIOTOME_TEST_VOICES=$here/../target/test-data/voices
fi
scripts/browser-tests.sh "$AUDIOTOME" ./first-sound.test.js | grep "first sound" || true
node tests/browser/figures.js
