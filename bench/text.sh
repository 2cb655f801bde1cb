#!/usr/bin/env bash
# Checks what is read of the books in a folder: bench/text.sh FOLDER [PART-OF-NAME …]
# The folder has an expect.jsonl: for each file its title, author, language, number of chapters, and texts that must
# and must not be read. Each book is also compared, word by word, with what another program reads of it (Calibre, pandoc
# or pdftotext). What is left out on purpose is listed and not counted as missing. Where a book differs in any other way
# and that is right, text-exceptions.tsv says why.
# AUDIOTOME names a program that is built already.
set -euo pipefail
here=$(cd "$(dirname "$0")" && pwd)
. "$here/../scripts/need.sh"
need pandoc=pandoc pdftotext=poppler-utils ebook-convert=calibre python3=python3
if [ -z "${AUDIOTOME:-}" ]; then
    cargo build --release --locked --quiet --manifest-path "$here/../Cargo.toml" --package audiotome
    AUDIOTOME=$(cd "$here/.." && target_folder)/release/audiotome
fi
python3 "$here/text.py" "$AUDIOTOME" "$@"
