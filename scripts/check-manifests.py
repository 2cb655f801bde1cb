"""Checks compose files and Kubernetes manifests, see check-manifests.sh: check-manifests.py DEPLOY RENDERED"""

import json
import pathlib
import re
import sys

import compose_spec
import kubernetes_validate
import yaml
from cloudcoil.models.keda import v1alpha1 as keda

KUBERNETES = "1.30"
# What KEDA's scaler `metrics-api` takes, beside what it must have.
MUST = {"url", "valueLocation", "targetValue"}
MAY = {"format", "activationTargetValue", "unsafeSsl", "authMode", "method", "keyParamName"}
faults = []


def fault(where, what):
    faults.append(f"{where}: {what}")


def compose(path, known):
    """A compose file, with its variables filled in as for somebody who set only what has to be set."""
    text = path.read_text()
    uncommented = "\n".join(line for line in text.splitlines() if not line.strip().startswith("#"))
    for name in set(re.findall(r"(?<!\$)\$\{(\w+)", uncommented)) - known:
        fault(path, f"`{name}` is not in .env.example")
    filled = re.sub(r"(?<!\$)\$\{\w+(?::(-)([^}]*)|:\?[^}]*)?\}", lambda m: m[2] if m[1] else "x", text)
    content = yaml.safe_load(filled)
    try:
        compose_spec.PyCompose.from_json(json.dumps(content))
    except ValueError as error:
        return fault(path, error)
    for name, service in content["services"].items():
        for volume in service.get("volumes", []):
            source = volume.split(":")[0]
            if not source.startswith((".", "/")) and source not in content["volumes"]:
                fault(path, f"`{name}` mounts the volume `{source}`, which is not declared")
        for other in service.get("depends_on", []):
            if other not in content["services"]:
                fault(path, f"`{name}` depends on `{other}`, which is not there")


def manifest(where, content):
    """One Kubernetes object, by the schema of its kind."""
    version, kind = content.get("apiVersion", ""), content.get("kind", "")
    try:
        if version.startswith("kustomize."):
            return
        if version == "keda.sh/v1alpha1":
            model = getattr(keda, kind).model_validate(content)
            lost = unknown(content, model.model_dump(by_alias=True, exclude_unset=True))
            if lost:
                fault(where, f"KEDA knows no {lost}")
            for trigger in content["spec"].get("triggers", []):
                scaler(where, trigger)
        else:
            kubernetes_validate.validate(content, KUBERNETES, strict=True)
    except Exception as error:  # Each library has its own.
        fault(where, str(error).splitlines()[0])


def unknown(given, taken, path=""):
    """Fields of `given` that did not make it into `taken`."""
    if isinstance(given, dict):
        lost = [f"{path}.{name}" for name in given if name not in taken]
        return lost + [deep for name in given if name in taken for deep in unknown(given[name], taken[name], f"{path}.{name}")]
    if isinstance(given, list):
        return [deep for a, b in zip(given, taken) for deep in unknown(a, b, path + "[]")]
    return []


def scaler(where, trigger):
    metadata = trigger["metadata"]
    if trigger["type"] != "metrics-api":
        return fault(where, f"nobody has looked at what the scaler `{trigger['type']}` takes")
    if lacks := MUST - metadata.keys():
        fault(where, f"`metrics-api` needs {lacks}")
    if odd := metadata.keys() - MUST - MAY:
        fault(where, f"`metrics-api` knows no {odd}")


def together(where, objects, secret):
    """What one object names must be there in another."""
    there = {(item["kind"], item["metadata"]["name"]): item for item in objects}
    pods = {name: item["spec"]["template"] for (_, name), item in there.items() if "template" in item.get("spec", {})}
    for (kind, name), item in there.items():
        spec = item.get("spec", {})
        if kind == "Service" and not any(
            spec["selector"].items() <= pod["metadata"]["labels"].items() for pod in pods.values()
        ):
            fault(where, f"no pod belongs to the service `{name}`")
        if kind == "StatefulSet" and ("Service", spec["serviceName"]) not in there:
            fault(where, f"`{name}` has no service `{spec['serviceName']}`")
        if kind == "ScaledObject":
            if spec["scaleTargetRef"]["name"] not in pods:
                fault(where, f"`{name}` scales nothing")
            for trigger in spec["triggers"]:
                if ("TriggerAuthentication", trigger["authenticationRef"]["name"]) not in there:
                    fault(where, f"`{name}` names a TriggerAuthentication that is not there")
        for key in keys(spec):
            if key not in secret:
                fault(where, f"`{name}` wants `{key}`, which secret.example.yaml does not have")
    for name, pod in pods.items():
        claims = there.get(("StatefulSet", name), {}).get("spec", {}).get("volumeClaimTemplates", [])
        volumes = {claim["metadata"]["name"] for claim in claims}
        for volume in pod["spec"].get("volumes", []):
            volumes.add(volume["name"])
            claim = volume.get("persistentVolumeClaim", {}).get("claimName")
            if claim and ("PersistentVolumeClaim", claim) not in there:
                fault(where, f"`{name}` wants the claim `{claim}`, which is not there")
        containers = pod["spec"]["containers"] + pod["spec"].get("initContainers", [])
        for mount in (mount for container in containers for mount in container.get("volumeMounts", [])):
            if mount["name"] not in volumes:
                fault(where, f"`{name}` mounts `{mount['name']}`, which is no volume")


def keys(value):
    """Keys of the secret that are named anywhere below."""
    if isinstance(value, dict):
        named = [value["secretKeyRef"]["key"]] if "secretKeyRef" in value else []
        named += [ref["key"] for ref in value.get("secretTargetRef", [])]
        return named + [key for part in value.values() for key in keys(part)]
    return [key for part in value for key in keys(part)] if isinstance(value, list) else []


def main(deploy, rendered):
    known = set(re.findall(r"^(?:# )?(\w+)=", (deploy / ".env.example").read_text(), re.M))
    composes = sorted(deploy.glob("compose*.yaml"))
    for path in composes:
        compose(path, known)
    secret = set(re.findall(r'^  (?:# )?([A-Z_]+): ""', (deploy / "kubernetes/secret.example.yaml").read_text(), re.M))
    manifests = sorted(deploy.glob("kubernetes/**/*.yaml"))
    base = []
    for path in manifests:
        for content in yaml.safe_load_all(path.read_text()):
            manifest(path, content)
            if path.parent.name in ("base", "keda") and path.stem != "kustomization":
                base.append(content)
    together("deploy/kubernetes", base, secret)
    sets = sorted(rendered.glob("*.yaml"))
    for path in sets:
        objects = list(yaml.safe_load_all(path.read_text()))
        for content in objects:
            manifest(path.stem, content)
        together(path.stem, objects, secret)
    if faults:
        sys.exit("\n".join(faults))
    print(f"{len(composes)} compose files and {len(manifests)} manifests are valid, {len(sets)} kustomizations rendered")


main(*map(pathlib.Path, sys.argv[1:]))
