#!/usr/bin/env bash
# Makes the Python environment of the benchmarks (once) and prints its interpreter.
set -euo pipefail
here=$(cd "$(dirname "$0")" && pwd)
. "$here/../scripts/need.sh"
need python3=python3
environment=${AUDIOTOME_BENCH_PYTHON:-$here/../target/bench-python}
if [ ! -e "$environment/complete" ]; then
    python3 -m venv "$environment" >&2 || { need pyvenv=python3-venv; python3 -m venv "$environment" >&2; }
    "$environment/bin/pip" install --quiet --disable-pip-version-check -r "$here/requirements.txt" >&2
    touch "$environment/complete"
fi
echo "$environment/bin/python"
