#!/usr/bin/env bash
# Tries the web app in Chromium: scripts/browser-tests.sh AUDIOTOME [TEST FILE …]
set -euo pipefail
AUDIOTOME=$(realpath "$1")
export AUDIOTOME
shift
cd "$(dirname "$0")/../tests/browser"
if [ ! -e node_modules/axe-core ] || [ package-lock.json -nt node_modules ]; then
    npm ci --silent --no-audit --no-fund
fi
[ $# -gt 0 ] || set -- ./*.test.js
unset AUDIOTOME_QUEUE AUDIOTOME_STORE AUDIOTOME_TOKEN AUDIOTOME_WORKERS
timeout 900 node --test --test-concurrency=2 "$@"
