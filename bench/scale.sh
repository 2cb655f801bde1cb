#!/usr/bin/env bash
# How a book speeds up with workers: the real master and real worker processes over loopback.
#
# A worker is simulated by the engine `tone`, which waits as long as a GPU worker would need for a
# sentence; so many of them fit on one machine without getting in each other's way.
#
# Usage: bench/scale.sh [WORKERS …]   (default: 1 2 4 8 16 32; with a queue: 1 10 50 100 200)
# DELAY=300ms is the time for a sentence, SENTENCES=60 how many each worker gets.
# QUEUE=1 spreads the work through a Redis of its own and a shared folder, instead of by HTTP.
set -euo pipefail
here=$(cd "$(dirname "$0")" && pwd)
. "$here/../scripts/need.sh"
delay=${DELAY:-300ms}
each=${SENTENCES:-60}
queue=${QUEUE:-}
if [ $# -eq 0 ]; then
    set -- 1 2 4 8 16 32
    [ -z "$queue" ] || set -- 1 10 50 100 200
fi

need_rust
need cc=gcc g++=g++ make=make cmake=cmake ffmpeg=ffmpeg python3=python3 time=time
[ -z "$queue" ] || need redis-server=redis-server redis-cli=redis-tools
cd "$here/.."
cargo build --release --locked --quiet --package audiotome
audiotome=$(cargo metadata --format-version 1 --no-deps | sed 's/.*"target_directory":"\([^"]*\)".*/\1/')/release/audiotome
work=$(mktemp -d)
pids=()
stop() {
    [ ${#pids[@]} -eq 0 ] || kill "${pids[@]}" 2>/dev/null || true
    pids=()
}
redis=
trap 'stop; [ -z "$redis" ] || kill "$redis"; rm -rf "$work"' EXIT
if [ -n "$queue" ]; then
    port=$(python3 -c 'import socket; s = socket.socket(); s.bind(("127.0.0.1", 0)); print(s.getsockname()[1])')
    redis-server --bind 127.0.0.1 --port "$port" --dir "$work" --save "" --appendonly yes >"$work/redis.out" &
    redis=$!
    export AUDIOTOME_QUEUE=redis://127.0.0.1:$port AUDIOTOME_STORE=file://$work/share
    # Workers come first, and make no folder for a share.
    mkdir -p "$work/share"
    until (: <"/dev/tcp/127.0.0.1/$port") 2>/dev/null; do sleep 0.02; done
fi

# cpu PID : seconds of CPU that a process has used
cpu() { awk '{ print ($14 + $15) / 100 }' "/proc/$1/stat"; }

# start NUMBER : that many workers; their addresses go to $work/list
start() {
    if [ -n "$queue" ]; then
        for _ in $(seq "$1"); do
            AUDIOTOME_TONE=delay=$delay "$audiotome" --data "$work/data" worker --slots 1 >>"$work/workers.out" &
            pids+=($!)
        done
        until [ "$(redis-cli -p "$port" zcard '{audiotome}:workers')" -eq "$1" ]; do sleep 0.1; done
        return
    fi
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

printf '%8s %10s %10s %10s %10s %14s %14s %14s\n' workers sentences "wall s" "speed-up" "of ideal" "master CPU s" "master memory" "Redis CPU s"
base=
for workers in "$@"; do
    sentences=$((each * workers))
    book "$sentences" >"$work/book.md"
    start "$workers"
    cluster=()
    [ -n "$queue" ] || cluster=(--workers "$(paste -sd, "$work/list")")
    before=$([ -z "$redis" ] || cpu "$redis")
    /usr/bin/time -f '%U %S %M' -o "$work/time" "$audiotome" --data "$work/data-$workers" convert --engine tone --no-local \
        "${cluster[@]}" --progress json --output "$work/book.m4b" "$work/book.md" |
        python3 "$here/rate.py" >"$work/rate"
    spent=$([ -z "$redis" ] && echo 0 || echo "$(cpu "$redis") - $before")
    stop
    rate=$(cat "$work/rate")
    [ -n "$base" ] || base=$(awk "BEGIN { print $rate / $workers }")
    read -r user system memory <"$work/time"
    awk "BEGIN { printf \"%8d %10d %10.2f %10.2f %9.1f%% %14.2f %11.0f MB %14.2f\n\", $workers, $sentences, $sentences / $rate, $rate / $base, 100 * $rate / $base / $workers, $user + $system, $memory / 1024, $spent }"
done
