#!/usr/bin/env bash
# Counts the cases of sentence segmentation that pass, by language, and measures the speed, beside `sentencex`:
#     bench/sentences.sh [--failures] CASES.json [LANGUAGE=TEXT …]
# The cases are a list of objects with `lang`, `ctx` (the group of cases), `text` and `expected`; those with `clean`, or a
# `doc_type` of "pdf", test a cleaner and don't count. Texts are UTF-8 with an empty line between paragraphs.
set -euo pipefail
here=$(cd "$(dirname "$0")" && pwd)
cargo run --release --locked --quiet --manifest-path "$here/../Cargo.toml" --package audiotome-book --example sentences -- "$@"
