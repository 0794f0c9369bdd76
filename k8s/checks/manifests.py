"""Rendered manifests: what is in them, and what they must promise whatever the services are."""

from base64 import b64decode
from pathlib import Path

import yaml

# Seconds that are left of the grace period when pause and drain are over.
GRACE_MARGIN_S = 3

problems = []
passed = 0


def expect(condition, subject, what):
    """Counts a check; a failed one is told at the end with all others."""
    global passed
    if condition:
        passed += 1
    else:
        problems.append(f"{subject}: {what}")
    return condition


class Rendered:
    """The objects of one rendered kustomization."""

    def __init__(self, path):
        self.name = Path(path).stem
        self.objects = [item for item in yaml.safe_load_all(Path(path).read_text()) if item]

    def of(self, *kinds):
        return [item for item in self.objects if item["kind"] in kinds]

    def named(self, kind, name):
        return next((item for item in self.of(kind) if item["metadata"]["name"] == name), None)

    def subject(self, item):
        return f"{self.name} {item['kind']}/{item['metadata']['name']}"

    def workloads(self):
        return self.of("Deployment", "Job", "StatefulSet", "DaemonSet", "CronJob")

    def files(self, pod):
        """The mounted files of a pod's container: path -> content, None where the Secret is made outside."""
        volumes = {volume["name"]: volume for volume in pod.get("volumes", [])}
        found = {}
        for mount in pod["containers"][0].get("volumeMounts", []):
            source = volumes[mount["name"]].get("secret")
            if source is None:
                continue
            secret = self.named("Secret", source["secretName"])
            content = {key: b64decode(value) for key, value in secret["data"].items()} if secret else None
            if "items" in source:
                keys = {item["path"]: item["key"] for item in source["items"]}
            else:
                keys = {key: key for key in (content or OUTSIDE.get(source["secretName"], []))}
            for path, key in keys.items():
                found[f"{mount['mountPath']}/{path}"] = (content or {}).get(key)
        return found

    def environment(self, container):
        """The environment of a container as the kubelet sets it."""
        environment = {}
        for source in container.get("envFrom", []):
            environment |= self.named("ConfigMap", source["configMapRef"]["name"])["data"]
        return environment | {entry["name"]: entry["value"] for entry in container.get("env", [])}


# The Secrets that the base expects, and their keys; the overlays that make them must make the same ones.
OUTSIDE = {
    "inventory-svc": {"database-url", "credentials.toml"},
    "catalogue-svc": {"database-url", "credentials.toml", "inventory-token"},
}


def check(rendered):
    """Everything that needs no binary."""
    for workload in rendered.workloads():
        pod = workload["spec"]["template"]["spec"]
        restricted(rendered.subject(workload), pod)
        references(rendered, workload, pod)
        if workload["kind"] == "Job":
            expect(pod.get("restartPolicy") in ("Never", "OnFailure"), rendered.subject(workload), "restartPolicy must end it")
    namespace(rendered)
    selectors(rendered)


def restricted(subject, pod):
    """Pod Security "restricted", and no token and no writable root beside it."""
    context = pod.get("securityContext", {})
    expect(context.get("runAsNonRoot") is True and context.get("runAsUser", 0) > 0, subject, "must not run as root")
    expect(context.get("seccompProfile") == {"type": "RuntimeDefault"}, subject, "seccompProfile must be RuntimeDefault")
    expect(pod.get("automountServiceAccountToken") is False, subject, "must not mount the service account's token")
    for name in ("hostNetwork", "hostPID", "hostIPC"):
        expect(not pod.get(name), subject, f"{name} is forbidden")
    for volume in pod.get("volumes", []):
        kinds = set(volume) - {"name"}
        allowed = {"secret", "configMap", "emptyDir", "projected", "downwardAPI", "persistentVolumeClaim", "ephemeral", "csi"}
        expect(kinds <= allowed, subject, f"volume {volume['name']} is of a forbidden kind: {kinds}")
    for container in pod.get("initContainers", []) + pod["containers"]:
        security = container.get("securityContext", {})
        expect(security.get("allowPrivilegeEscalation") is False, subject, "allowPrivilegeEscalation must be false")
        expect(security.get("readOnlyRootFilesystem") is True, subject, "readOnlyRootFilesystem must be true")
        expect(security.get("capabilities") == {"drop": ["ALL"]}, subject, "capabilities must drop ALL and add none")
        expect(not security.get("privileged"), subject, "privileged is forbidden")
        expect(all("hostPort" not in port for port in container.get("ports", [])), subject, "hostPort is forbidden")
        resources = container.get("resources", {})
        expect({"cpu", "memory"} <= set(resources.get("requests", {})), subject, "requests of CPU and memory are missing")
        expect("memory" in resources.get("limits", {}), subject, "the limit of memory is missing")


def references(rendered, workload, pod):
    """ConfigMaps are there; Secrets are there or are those that the base expects."""
    subject = rendered.subject(workload)
    for source in (source for container in pod["containers"] for source in container.get("envFrom", [])):
        name = source["configMapRef"]["name"]
        expect(rendered.named("ConfigMap", name), subject, f"no ConfigMap {name}")
    for volume in pod.get("volumes", []):
        if "secret" in volume:
            name = volume["secret"]["secretName"]
            secret = rendered.named("Secret", name)
            keys = set(secret["data"]) if secret else OUTSIDE.get(name, set())
            for item in volume["secret"].get("items", []):
                expect(item["key"] in keys, subject, f"Secret {name} has no {item['key']}")
            expect(secret or (rendered.name == "base" and name in OUTSIDE), subject, f"no Secret {name}")
            owner = workload["metadata"]["labels"]["app.kubernetes.io/name"]
            if secret and owner in OUTSIDE:
                expect(keys == OUTSIDE[owner], subject, f"Secret {name} must have {sorted(OUTSIDE[owner])}")
        if "configMap" in volume:
            name = volume["configMap"]["name"]
            expect(rendered.named("ConfigMap", name), subject, f"no ConfigMap {name}")
        if "persistentVolumeClaim" in volume:
            name = volume["persistentVolumeClaim"]["claimName"]
            expect(rendered.named("PersistentVolumeClaim", name), subject, f"no PersistentVolumeClaim {name}")


def namespace(rendered):
    """One namespace, under "restricted"."""
    found = rendered.of("Namespace")
    if expect(len(found) == 1, rendered.name, "there must be one Namespace"):
        labels = found[0]["metadata"]["labels"]
        for mode in ("enforce", "audit", "warn"):
            expect(labels.get(f"pod-security.kubernetes.io/{mode}") == "restricted", rendered.name, f"Pod Security must {mode} restricted")
        name = found[0]["metadata"]["name"]
        for item in rendered.objects:
            here = item is found[0] or item["metadata"].get("namespace") == name
            expect(here, rendered.subject(item), f"must be in the namespace {name}")


def matches(selector, labels):
    """Whether a label selector selects these labels."""
    for key, value in selector.get("matchLabels", {}).items():
        if labels.get(key) != value:
            return False
    return all(labels.get(rule["key"]) in rule["values"] for rule in selector.get("matchExpressions", []))


def selectors(rendered):
    """A Service, a budget and a policy select the pods they mean; a migration is never behind a Service."""
    pods = {rendered.subject(item): item["spec"]["template"]["metadata"]["labels"] for item in rendered.workloads()}

    def selected(selector):
        return [subject for subject, labels in pods.items() if matches(selector, labels)]

    for deployment in rendered.of("Deployment"):
        own = rendered.subject(deployment)
        expect(selected(deployment["spec"]["selector"]) == [own], own, "must select its own pods and no others")
        if deployment["spec"]["replicas"] > 1:
            budgets = [item for item in rendered.of("PodDisruptionBudget") if selected(item["spec"]["selector"]) == [own]]
            expect(len(budgets) == 1, own, "one PodDisruptionBudget must select its pods")
            for spread in deployment["spec"]["template"]["spec"]["topologySpreadConstraints"]:
                expect(selected(spread["labelSelector"]) == [own], own, "must spread its own pods")
    for service in rendered.of("Service"):
        own = rendered.subject(service)
        found = selected({"matchLabels": service["spec"]["selector"]})
        name = service["metadata"]["name"]
        expect(found == [f"{rendered.name} Deployment/{name}"], own, f"must select the Deployment of its name, not {found}")
        expect(service["spec"].get("clusterIP") == "None", own, "must be headless")
    policies = rendered.of("NetworkPolicy")
    everything = [item for item in policies if item["spec"]["podSelector"] == {} and not {"ingress", "egress"} & set(item["spec"])]
    expect(everything and set(everything[0]["spec"]["policyTypes"]) == {"Ingress", "Egress"}, rendered.name, "a policy must deny all")
    for policy in policies:
        expect(selected(policy["spec"]["podSelector"]), rendered.subject(policy), "selects no pod")
