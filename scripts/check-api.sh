#!/usr/bin/env bash
# Checks the master's API with programs of others: its document with a validator, its answers with
# schemathesis, its speech call with OpenAI's own client. scripts/check-api.sh AUDIOTOME FOLDER
set -euo pipefail
audiotome=$(realpath "$1") folder=$(realpath -m "$2")
packages=$folder/python
[ -e "$packages/complete" ] || {
    python3 -m pip install --quiet --disable-pip-version-check --root-user-action ignore --no-warn-conflicts --target "$packages" \
        openapi-spec-validator==0.9.0 schemathesis==4.32.5 openai==3.57.0
    touch "$packages/complete"
}
export PYTHONPATH=$packages

work=$(mktemp -d)
started=()
trap 'kill "${started[@]}" 2>/dev/null || true; wait "${started[@]}" 2>/dev/null || true; rm -rf "$work"' EXIT

# serve NAME [OPTION…]: starts a master and sets `url`.
serve() {
    local name=$1 out=$work/$1.out
    : >"$out"
    AUDIOTOME_DATA=$work/$name "$audiotome" serve --listen 127.0.0.1:0 "${@:2}" >"$out" 2>"$work/$name.err" &
    started+=($!)
    until grep -q listening "$out"; do
        kill -0 "${started[-1]}" || { cat "$work/$name.err"; exit 1; }
        sleep 0.1
    done
    url=$(grep -o 'http://.*' "$out")
}

# conform URL [OPTION…]: whether a master answers as the document says, whatever it is asked.
conform() {
    python3 "$packages/bin/schemathesis" run "$work/openapi.json" --url "$@" \
        --max-examples 20 --seed 1 --no-color --checks \
        not_a_server_error,status_code_conformance,content_type_conformance,response_schema_conformance,response_headers_conformance \
        >"$work/schemathesis.log" 2>&1 || { cat "$work/schemathesis.log"; exit 1; }
    tail -n 3 "$work/schemathesis.log"
}

serve alone
python3 - "$url" "$work/openapi.json" <<'PYTHON'
import json, sys, urllib.request
from openai import OpenAI
from openapi_spec_validator import validate

url, path = sys.argv[1:]
document = json.load(urllib.request.urlopen(f"{url}/openapi.json"))
validate(document)
json.dump(document, open(path, "w"))
print(f"the document is valid: {len(document['paths'])} paths")

client = OpenAI(base_url=f"{url}/v1", api_key="none")
starts = {"wav": b"RIFF", "flac": b"fLaC", "opus": b"OggS"}
for form in ["wav", "flac", "opus", "mp3", "aac", "pcm"]:
    sound = client.audio.speech.create(model="tts-1", voice="alloy", input="How do you do?", response_format=form).read()
    assert sound.startswith(starts.get(form, b"")) and len(sound) > 2000, (form, len(sound))
assert client.models.list().data
print("OpenAI's client speaks")
PYTHON

# An endless stream can't be read to its end.
cd "$work"
conform "$url" --exclude-path /events

# The queue's calls, of a master that has one.
socket=$work/redis.sock
redis-server --port 0 --unixsocket "$socket" --save "" --dir "$work" >/dev/null &
started+=($!)
until [ -S "$socket" ]; do sleep 0.1; done
serve queue --queue "redis+unix://$socket" --store "file://$work/share" --no-local
conform "$url" --include-path-regex '^/queue'
