#!/usr/bin/env bash
# Checks what is under deploy/ with programs of others: compose files with compose-spec, Kubernetes manifests with the
# schemas of Kubernetes and KEDA; and that they hold together. scripts/check-manifests.sh FOLDER
# Where kubectl is there, also what it makes of each kustomization, with and without the components.
set -euo pipefail
folder=$(realpath -m "$1")
cd "$(dirname "$0")/.."
packages=$folder/python-manifests
[ -e "$packages/complete" ] || {
    python3 -m pip install --quiet --disable-pip-version-check --root-user-action ignore --no-warn-conflicts --target "$packages" \
        compose-spec==0.2.1 kubernetes-validate==1.37.0 cloudcoil-models-keda==2.16.1.0
    # It brings thirteen versions of Kubernetes; check-manifests.py asks for one.
    find "$packages/kubernetes_validate/kubernetes-json-schema" -mindepth 1 -maxdepth 1 ! -name 'v1.30.*' -exec rm -r {} +
    touch "$packages/complete"
}
export PYTHONPATH=$packages

rendered=$(mktemp -d)
trap 'rm -rf "$rendered"' EXIT
if command -v kubectl >/dev/null; then
    cp -r deploy/kubernetes "$rendered/kubernetes"
    for components in "" s3 keda "s3, keda"; do
        sed -i "s/^components: .*/components: [$components]/" "$rendered/kubernetes/kustomization.yaml"
        kubectl kustomize "$rendered/kubernetes" >"$rendered/components [$components].yaml"
    done
    rm -r "$rendered/kubernetes"
fi
python3 scripts/check-manifests.py deploy "$rendered"
