#!/usr/bin/env bash
# How a book speeds up with workers: the real master and real worker processes over loopback.
#
# A worker is simulated by the engine `tone`, which waits as long as a GPU worker would need for a
# sentence; so many of them fit on one machine without getting in each other's way.
#
# Usage: bench/scale.sh [WORKERS …]   (default: 1 2 4 8 16 32)
# DELAY=300ms is the time for a sentence, SENTENCES=60 how many each worker gets.
set -euo pipefail
here=$(cd "$(dirname "$0")" && pwd)
. "$here/../scripts/need.sh"
delay=${DELAY:-300ms}
each=${SENTENCES:-60}
[ $# -gt 0 ] || set -- 1 2 4 8 16 32

need_rust
need cc=gcc g++=g++ make=make cmake=cmake ffmpeg=ffmpeg python3=python3 time=time
cd "$here/.."
cargo build --release --locked --quiet --package audiotome
audiotome=$(cargo metadata --format-version 1 --no-deps | sed 's/.*"target_directory":"\([^"]*\)".*/\1/')/release/audiotome
work=$(mktemp -d)
pids=()
stop() {
    [ ${#pids[@]} -eq 0 ] || kill "${pids[@]}" 2>/dev/null || true
    pids=()
}
trap 'stop; rm -rf "$work"' EXIT

# start NUMBER : that many workers; their addresses go to $work/list
start() {
    : >"$work/list"
    for _ in $(seq "$1"); do
        AUDIOTOME_TONE=delay=$delay "$audiotome" --data "$work/data" worker --listen 127.0.0.1:0 --slots 1 >"$work/worker.out" &
        pids+=($!)
        until grep -q http "$work/worker.out" 2>/dev/null; do sleep 0.02; done
        sed 's|.*http://\([^,]*\),.*|\1|' "$work/worker.out" >>"$work/list"
    done
}

# book SENTENCES : a book of that many sentences, all of them different
book() {
    python3 -c 'import sys
for i in range(int(sys.argv[1])):
    if i % 50 == 0: print(f"\n# Chapter {i // 50 + 1}\n")
    print(f"This is sentence number {i} of a book that many machines read aloud together.")' "$1"
}

printf '%8s %10s %10s %10s %10s %14s %14s\n' workers sentences "wall s" "speed-up" "of ideal" "master CPU s" "master memory"
base=
for workers in "$@"; do
    sentences=$((each * workers))
    book "$sentences" >"$work/book.md"
    start "$workers"
    /usr/bin/time -f '%U %S %M' -o "$work/time" "$audiotome" --data "$work/data-$workers" convert --engine tone --no-local \
        --workers "$(paste -sd, "$work/list")" --progress json --output "$work/book.m4b" "$work/book.md" |
        python3 "$here/rate.py" >"$work/rate"
    stop
    rate=$(cat "$work/rate")
    [ -n "$base" ] || base=$(awk "BEGIN { print $rate / $workers }")
    read -r user system memory <"$work/time"
    awk "BEGIN { printf \"%8d %10d %10.2f %10.2f %9.1f%% %14.2f %11.0f MB\n\", $workers, $sentences, $sentences / $rate, $rate / $base, 100 * $rate / $base / $workers, $user + $system, $memory / 1024 }"
done
