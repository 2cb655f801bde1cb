#!/usr/bin/env bash
# Runs all tests: ./test.sh [NEXTEST OPTION …]. Installs what they need.
set -euo pipefail
here=$(cd "$(dirname "$0")" && pwd)
cd "$here"
. scripts/need.sh

need_rust
need cc=gcc g++=g++ make=make cmake=cmake ffmpeg=ffmpeg espeak-ng=espeak-ng zip=zip python3=python3 pip3=python3-pip \
    redis-server=redis-server redis-cli=redis-tools faketime=faketime pdftotext=poppler-utils tesseract=tesseract-ocr \
    chromium=chromium node=nodejs npm=npm
cargo nextest --version >/dev/null 2>&1 || cargo install --locked cargo-nextest

# Voices for the tests of the neural engines.
if [ -z "${AUDIOTOME_TEST_VOICES:-}" ]; then
    scripts/test-voices.sh "$here/target/test-data"
    export AUDIOTOME_TEST_VOICES=$here/target/test-data/voices
fi

# The same random cases in every run, so that a change is judged by what it changed. To look for new ones:
# PROPTEST_CASES=20000 cargo nextest run
export PROPTEST_RNG_SEED=${PROPTEST_RNG_SEED:-1}
cargo nextest run --locked --workspace "$@"
cargo test --locked --workspace --doc --quiet
cargo build --locked --package audiotome
scripts/check-api.sh "$(target_folder)/debug/audiotome" "$here/target/test-data"
scripts/check-manifests.sh "$here/target/test-data"
scripts/browser-tests.sh "$(target_folder)/debug/audiotome"
