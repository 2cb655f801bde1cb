#!/usr/bin/env bash
# What dispatch costs: our real client, worker and master with an engine that has its answer ready, so
# that everything but speech is measured, and the same payload through FastAPI and httpx.
#
# Usage: bench/dispatch.sh [ROUNDS]   (default 7, in each of which every case runs once, shuffled)
# PEERS=DIR is a folder with the programs to compare with: `http_worker.py` (a FastAPI app `app` with
#   POST /tts that answers in base64 JSON and POST /tts_raw that answers bytes), `http_master.py COUNT
#   WINDOW json|raw PORT` (an httpx client that prints one JSON line: n, tasks_per_s, p50_ms, p99_ms,
#   master_cpu_s, master_rss_mb) and their `requirements.txt`. Without it, only ours is measured.
# WINDOWS="2 8" is how many requests are in flight.
set -euo pipefail
here=$(cd "$(dirname "$0")" && pwd)
. "$here/../scripts/need.sh"
rounds=${1:-7}
peers=()
[ -z "${PEERS:-}" ] || peers=("$(realpath "$PEERS")")

need_rust
need cc=gcc make=make cmake=cmake python3=python3
cd "$here/.."
cargo build --release --locked --quiet --package audiotome-dispatch --example dispatch_bench
target=$(target_folder)
python=python3
if [ ${#peers[@]} -gt 0 ]; then
    python=$("$here/python.sh" "${peers[0]}/requirements.txt" "$target/bench-peers")
fi

echo "$(nproc) cores, load $(cut -d' ' -f1 /proc/loadavg); $(date -u +%F)"
"$python" "$here/dispatch.py" "$rounds" "${WINDOWS:-2 8}" "$target/release/examples/dispatch_bench" "${peers[@]}"
if [ ${#peers[@]} -eq 0 ]; then
    echo "For a comparison, name the programs to compare with: PEERS=DIR bench/dispatch.sh (its head says what they are)."
fi
