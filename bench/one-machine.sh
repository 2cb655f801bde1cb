#!/usr/bin/env bash
# What one machine makes of a book, side by side in one run:
#
#   (a) `audiotome convert`, everything included
#   (b) the same engine bare in a loop on all cores: the floor
#   (c) by hand: text extraction, one `espeak-ng -f`, one `ffmpeg`
#   (d) the Python packages hibari-tts and piper-tts, one sentence at a time, against ours on one core
#
# Usage: bench/one-machine.sh BOOK [PIPER_CHAPTERS [SENTENCES]]
#   BOOK             best 100,000 words or more
#   PIPER_CHAPTERS   Piper reads only so many chapters (default 10; it is slow)
#   SENTENCES        for (d) (default 60)
# ENGINES="espeak hibari" leaves out the others, HAND=no leaves out (c), which takes longest.
set -euo pipefail
here=$(cd "$(dirname "$0")" && pwd)
. "$here/../scripts/need.sh"
[ $# -ge 1 ] || { sed -n '2,14s/^# \?//p' "$0"; exit 2; }
book=$(realpath "$1")
piper_chapters=${2:-10}
sentences=${3:-60}
engines=${ENGINES:-espeak hibari piper}

need_rust
need cc=gcc g++=g++ make=make cmake=cmake ffmpeg=ffmpeg ffprobe=ffmpeg espeak-ng=espeak-ng python3=python3 time=time
cd "$here/.."
cargo build --release --locked --quiet --package audiotome
cargo bench --locked --quiet --package audiotome --bench floor --no-run
target=$(cargo metadata --format-version 1 --no-deps | sed 's/.*"target_directory":"\([^"]*\)".*/\1/')
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
scripts/test-voices.sh "$target/test-data"
voices=$target/test-data/voices
python=$("$here/python.sh")

# field JSON_FILE NAME : a field of one JSON object
field() { python3 -c 'import json,sys; print(json.load(open(sys.argv[1]))[sys.argv[2]])' "$1" "$2"; }
# timed NAME COMMAND … : wall seconds, CPU seconds and peak memory of a command into $work/NAME.time
timed() {
    local name=$1
    shift
    /usr/bin/time -f '%e %U %S %M' -o "$work/$name.time" "$@" >"$work/$name.out" 2>"$work/$name.err" || { cat "$work/$name.err" >&2; return 1; }
}
wall() { cut -d' ' -f1 "$work/$1.time"; }
memory() { awk '{printf "%.0f MB", $4/1024}' "$work/$1.time"; }
calc() { awk "BEGIN { printf \"$1\", $2 }"; }

row() { printf '%-34s %10s %12s %12s %10s %8s\n' "$@"; }
echo "book: $(basename "$book"); $(nproc) cores; $(date -u +%F)"
row "" "wall s" "characters/s" "× real time" "memory" "to (b)"
for engine in $engines; do
    range=() floor_range=()
    if [ "$engine" = piper ]; then
        range=(--chapters "1-$piper_chapters") floor_range=(--chapters "$piper_chapters")
    fi
    timed "floor-$engine" cargo bench --locked --quiet --package audiotome --bench floor -- "$book" "$engine" "$voices" "${floor_range[@]}"
    grep '^{' "$work/floor-$engine.out" >"$work/floor-$engine.json"
    mkdir -p "$work/data-$engine"
    ln -s "$voices" "$work/data-$engine/voices"
    timed "convert-$engine" "$target/release/audiotome" --data "$work/data-$engine" convert --engine "$engine" "${range[@]}" --output "$work/$engine.m4b" "$book"
    floor=$(field "$work/floor-$engine.json" wall_s)
    characters=$(field "$work/floor-$engine.json" characters)
    seconds=$(ffprobe -v error -show_entries format=duration -of csv=p=0 "$work/$engine.m4b")
    took=$(wall "convert-$engine")
    row "(a) convert, $engine" "$took" "$(calc %.0f "$characters/$took")" "$(calc %.1f "$seconds/$took")" "$(memory "convert-$engine")" "$(calc %.2f "$took/$floor")"
    row "(b) $engine bare on all cores" "$(calc %.2f "$floor")" "$(calc %.0f "$characters/$floor")" "$(calc %.1f "$(field "$work/floor-$engine.json" times_real_time)")" "$(memory "floor-$engine")" 1.00
    rm -rf "$work/data-$engine/clips"
done

by_hand() {
    "$target/release/audiotome" inspect --text "$book" >"$work/book.txt"
    espeak-ng -v en-us -f "$work/book.txt" -w "$work/book.wav"
    ffmpeg -nostdin -v error -i "$work/book.wav" -c:a aac -b:a 64k "$work/hand.m4b"
}
export -f by_hand
export target book work
if [ "${HAND:-}" != no ]; then
    timed hand bash -c by_hand
    seconds=$(ffprobe -v error -show_entries format=duration -of csv=p=0 "$work/hand.m4b")
    characters=$(wc -m <"$work/book.txt")
    row "(c) by hand: espeak-ng -f, ffmpeg" "$(wall hand)" "$(calc %.0f "$characters/$(wall hand)")" "$(calc %.1f "$seconds/$(wall hand)")" "$(memory hand)" "-"
fi

echo
echo "one core, the first $sentences sentences, CPU seconds in all (without loading)"
for engine in $engines; do
    [ "$engine" != espeak ] || continue
    cargo bench --locked --quiet --package audiotome --bench floor -- "$book" "$engine" "$voices" --slots 1 --sentences "$sentences" | grep '^{' >"$work/one.json"
    "$python" "$here/packages.py" "$engine" "$voices" "$target/release/audiotome" "$book" "$sentences" >"$work/package.json"
    ours=$(field "$work/one.json" cpu_s)
    theirs=$(field "$work/package.json" cpu_s)
    row "(d) $engine: ours, Python package" "$ours" "$theirs" "" "" "$(calc %.2f "$ours/$theirs")"
done
