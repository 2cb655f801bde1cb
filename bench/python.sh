#!/usr/bin/env bash
# Makes the Python environment of the benchmarks (once) and prints its interpreter.
#
# Usage: bench/python.sh [REQUIREMENTS FOLDER]   (other packages, in an environment of their own)
set -euo pipefail
here=$(cd "$(dirname "$0")" && pwd)
. "$here/../scripts/need.sh"
need python3=python3
requirements=${1:-$here/requirements.txt}
environment=${2:-${AUDIOTOME_BENCH_PYTHON:-$here/../target/bench-python}}
if [ ! -e "$environment/complete" ]; then
    python3 -m venv "$environment" >&2 || { need pyvenv=python3-venv; python3 -m venv "$environment" >&2; }
    "$environment/bin/pip" install --quiet --disable-pip-version-check -r "$requirements" >&2
    touch "$environment/complete"
fi
echo "$environment/bin/python"
