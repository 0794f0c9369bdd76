"""What the manifests say about the services, compared with what the services' binaries say of themselves."""

import json
import re
import subprocess
from hashlib import sha256
from pathlib import Path

import tomllib

from manifests import GRACE_MARGIN_S, expect

ROOT = Path(__file__).parents[2]
SERVICES = ("inventory-svc", "catalogue-svc")


def settings(binary, environment):
    """The settings in effect, as the binary tells them; or what it has against them."""
    ran = subprocess.run([binary, "settings"], env=environment, capture_output=True, text=True, timeout=30)
    return (json.loads(ran.stdout), None) if ran.returncode == 0 else (None, ran.stderr.strip())


def service_of(workload):
    """The service whose image a workload runs; None for another's, such as the database of an overlay."""
    image = workload["spec"]["template"]["spec"]["containers"][0]["image"]
    name = re.split("[:@]", image.rsplit("/", 1)[-1])[0]
    return name if name in SERVICES else None


def check(rendered, folder):
    """Commands, ports, probes, settings and files of every pod that runs one of the services."""
    for workload in rendered.of("Deployment", "Job"):
        service = service_of(workload)
        if service is None:
            continue
        subject = rendered.subject(workload)
        pod = workload["spec"]["template"]["spec"]
        container = pod["containers"][0]
        image(subject, service, pod)
        environment = rendered.environment(container)
        effective, refusal = settings(folder / service, environment)
        if not expect(effective, subject, f"{service} refuses the settings: {refusal}"):
            continue
        files(rendered, subject, pod, effective)
        if workload["kind"] == "Deployment":
            serves(rendered, subject, workload, effective)
            expect(effective["database"]["migrate"] is False, subject, "must leave the migration to the Job")
            jobs = [item for item in rendered.of("Job") if service_of(item) == service]
            expect(len(jobs) == 1, subject, "its schema needs one Job that migrates it")
            same = {item["spec"]["template"]["spec"]["containers"][0]["image"] for item in jobs} == {container["image"]}
            expect(same, subject, "must run the same image as the Job that migrates")
    refuses_unknown_keys(folder)
    refuses_everybody(folder)


def refuses_unknown_keys(folder):
    """Otherwise a setting that passes proves nothing."""
    for service in SERVICES:
        prefix = service.split("-")[0].upper()
        effective, _ = settings(folder / service, {f"{prefix}__SERVER__NO_SUCH_KEY": "1"})
        expect(effective is None, service, "must refuse an unknown key")


def refuses_everybody(folder):
    """Without credentials nobody outside the pod is let in, and the settings above would not serve."""
    for service in SERVICES:
        prefix = service.split("-")[0].upper()
        ran = subprocess.run(
            [folder / service, "serve"],
            env={f"{prefix}__SERVER__LISTEN": "0.0.0.0:0"},
            capture_output=True,
            text=True,
            timeout=30,
        )
        refused = ran.returncode == 2 and "auth.credentials_file" in ran.stderr
        expect(refused, service, "must not listen on every address without credentials")


def image(subject, service, pod):
    """The pod starts what the image holds, as the image's user."""
    container = pod["containers"][0]
    containerfile = (ROOT / "k8s/Containerfile").read_text()
    stage = containerfile.split(f" AS {service}\n", 1)[1].split("\nFROM", 1)[0]
    expect(container["command"] == [f"/{service}"], subject, f"must start /{service}")
    expect(f"COPY {service} /{service}\n" in stage, "Containerfile", f"stage {service} must hold /{service}")
    expect(f'ENTRYPOINT ["/{service}"]' in stage, "Containerfile", f"stage {service} must start /{service}")
    for port in container.get("ports", []):
        expect(f"EXPOSE {port['containerPort']}\n" in stage, "Containerfile", f"stage {service} must expose {port['containerPort']}")
    security = pod["securityContext"]
    expect(f"USER {security['runAsUser']}:{security['runAsGroup']}\n" in containerfile, subject, "must run as the image's user")
    version = tomllib.loads((ROOT / "Cargo.toml").read_text())["workspace"]["package"]["version"]
    expect(container["image"].endswith(f":{version}"), subject, f"must run version {version}, the workspace's")


def serves(rendered, subject, workload, effective):
    """Listening address, container port, probes, Service and grace period agree with the settings."""
    pod = workload["spec"]["template"]["spec"]
    container = pod["containers"][0]
    host, _, port = effective["server"]["listen"].rpartition(":")
    port = int(port)
    expect(host in ("0.0.0.0", "[::]"), subject, f"listens on {host}, which nobody outside the pod reaches")
    expect(container["ports"] == [{"name": "grpc", "containerPort": port}], subject, f"its port must be grpc, {port}")
    for probe in ("startupProbe", "livenessProbe", "readinessProbe"):
        expect(container[probe].get("grpc", {}).get("port") == port, subject, f"{probe} must ask port {port}")
    service = rendered.named("Service", workload["metadata"]["name"])
    ports = [(entry["name"], entry["port"], entry["targetPort"]) for entry in service["spec"]["ports"]]
    expect(ports == [("grpc", port, "grpc")], subject, f"its Service must give port {port} of the port named grpc, not {ports}")
    pause = container.get("lifecycle", {}).get("preStop", {}).get("sleep", {}).get("seconds", 0)
    needed = pause + effective["server"]["drain_ms"] / 1000 + GRACE_MARGIN_S
    grace = pod["terminationGracePeriodSeconds"]
    expect(grace >= needed, subject, f"terminationGracePeriodSeconds is {grace}, pause and drain need {needed}")
    if "inventory" in effective:
        upstream = rendered.named("Service", "inventory-svc")
        url = f"http://inventory-svc:{upstream['spec']['ports'][0]['port']}"
        expect(effective["inventory"]["url"] == url, subject, f"inventory.url must be {url}")


def files(rendered, subject, pod, effective):
    """Every file that the settings name is mounted, and the callers' credentials fit together."""
    mounted = rendered.files(pod)
    named = {f"{group}.{key}": value for group, keys in effective.items() for key, value in keys.items() if key.endswith("_file") and value}
    expect("database.url_file" in named, subject, "database.url must come from a file")
    for key, path in named.items():
        expect(path in mounted, subject, f"{key} is {path}, which is not mounted")
    expect(set(named.values()) == set(mounted), subject, f"mounts {sorted(mounted)}, uses {sorted(named.values())}")
    url = mounted.get(named.get("database.url_file"))
    expect(url is None or url.startswith(b"postgres://"), subject, "the database must be PostgreSQL")
    token = mounted.get(named.get("inventory.token_file"))
    if token:
        other = rendered.named("Deployment", "inventory-svc")["spec"]["template"]["spec"]
        credentials = next(content for path, content in rendered.files(other).items() if path.endswith("credentials.toml"))
        digest = sha256(token.strip()).hexdigest()
        known = [item for item in tomllib.loads(credentials.decode())["credential"] if item.get("token_sha256") == digest]
        expect(known and known[0].get("merchants") == ["*"], subject, "its token must be a credential of inventory-svc for every merchant")
