#!/usr/bin/env bash
# What the queue costs: our real masters' and workers' code on a real Redis with an engine that has its answer
# ready, so that everything but speech is measured, beside Celery on the same Redis.
#
# Usage: bench/queue.sh [ROUNDS]   (default 5, in each of which every case runs once, shuffled)
# PEERS=DIR is a folder with `celery_app.py` (a Celery app `celery_app` with the broker in PEER_REDIS),
#   `celery_master.py COUNT WINDOW` (prints one JSON line: n, tasks_per_s, p50_ms, p99_ms, master_cpu_s) and
#   `requirements.txt`. Without it, only ours is measured.
# WINDOWS="1 8" is how many segments are in flight, COUNT=3000 how many there are (Celery: a tenth).
set -euo pipefail
here=$(cd "$(dirname "$0")" && pwd)
. "$here/../scripts/need.sh"
rounds=${1:-5}

need_rust
need cc=gcc g++=g++ make=make cmake=cmake python3=python3 redis-server=redis-server redis-cli=redis-tools
cd "$here/.."
cargo build --release --locked --quiet --package audiotome --example queue_bench
target=$(target_folder)
python=python3
peers=()
if [ -n "${PEERS:-}" ]; then
    peers=("$(realpath "$PEERS")")
    python=$("$here/python.sh" "${peers[0]}/requirements.txt" "$target/bench-peers")
fi
echo "$(nproc) cores, load $(cut -d' ' -f1 /proc/loadavg); $(redis-server --version | cut -d' ' -f3); $(date -u +%F)"
"$python" "$here/queue_costs.py" "$rounds" "${WINDOWS:-1 8}" "${COUNT:-3000}" "$target/release/examples/queue_bench" "${peers[@]}"
