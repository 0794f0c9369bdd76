"""Runs the rendered commands as the kubelet does, in the order that is worst: servers that wait for their schema, then the Jobs that bring
it, to their end, until the servers' probes pass, then SIGTERM.

The files of the Secrets are written to a folder, the database is SQLite and the addresses are free ports of this machine; all else is as
rendered.
"""

import signal
import socket
import subprocess
import tempfile
import time
from contextlib import ExitStack
from pathlib import Path

import grpc
from grpc_health.v1 import health_pb2, health_pb2_grpc

from binaries import SERVICES, service_of
from manifests import expect

PROBES = ("startupProbe", "livenessProbe", "readinessProbe")
PATIENCE_S = 30


def run(rendered, folder):
    """Needs the Secrets, so it is for an overlay that makes them."""
    with tempfile.TemporaryDirectory() as scratch, ExitStack() as started:
        addresses = {service: f"127.0.0.1:{free_port()}" for service in SERVICES}
        for service in SERVICES:
            deployment = rendered.named("Deployment", service)
            command, environment = container(rendered, deployment, folder, Path(scratch), addresses)
            log = started.enter_context(tempfile.TemporaryFile("w+"))
            process = subprocess.Popen(command, env=environment, stdout=log, stderr=log)
            started.callback(process.kill)
            try:
                waits(rendered.subject(deployment), deployment, addresses[service], process)
                migrate(rendered, service, folder, Path(scratch), addresses)
                probe(rendered.subject(deployment), deployment, addresses[service], process)
                process.send_signal(signal.SIGTERM)
                grace = deployment["spec"]["template"]["spec"]["terminationGracePeriodSeconds"]
                expect(process.wait(timeout=grace) == 0, rendered.subject(deployment), "must end with 0 at SIGTERM")
            except (AssertionError, subprocess.TimeoutExpired) as error:
                log.seek(0)
                expect(False, rendered.subject(deployment), f"{error}\n{log.read()}")


def migrate(rendered, service, folder, scratch, addresses):
    """The Job of a service, to its end."""
    for job in (item for item in rendered.of("Job") if service_of(item) == service):
        command, environment = container(rendered, job, folder, scratch, addresses)
        ran = subprocess.run(command, env=environment, capture_output=True, text=True, timeout=PATIENCE_S)
        expect(ran.returncode == 0, rendered.subject(job), f"ended with {ran.returncode}: {ran.stderr}{ran.stdout}")


def container(rendered, workload, folder, scratch, addresses):
    """The command line and the environment of a workload, with its files below `scratch`."""
    service = service_of(workload)
    prefix = service.split("-")[0].upper()
    pod = workload["spec"]["template"]["spec"]
    spec = pod["containers"][0]
    environment = rendered.environment(spec)
    for path, content in rendered.files(pod).items():
        file = scratch / workload["kind"] / service / path.lstrip("/")
        file.parent.mkdir(parents=True, exist_ok=True)
        if environment.get(f"{prefix}__DATABASE__URL_FILE") == path:
            content = f"sqlite://{scratch}/{service}.db\n".encode()
        file.write_bytes(content)
        environment = {key: str(file) if value == path else value for key, value in environment.items()}
    if workload["kind"] == "Deployment":
        environment[f"{prefix}__SERVER__LISTEN"] = addresses[service]
    if f"{prefix}__INVENTORY__URL" in environment:
        environment[f"{prefix}__INVENTORY__URL"] = f"http://{addresses['inventory-svc']}"
    return [folder / service, *spec["args"]], environment


def waits(subject, deployment, address, process):
    """Before its schema is there a pod is alive and not ready."""
    with grpc.insecure_channel(address) as channel:
        for kind in ("startupProbe", "livenessProbe"):
            passes(channel, deployment, kind, process)
            expect(True, subject, f"{kind} passes before the schema is there")
        not_serving = ask(channel, asked(deployment, "readinessProbe")) == health_pb2.HealthCheckResponse.NOT_SERVING
        expect(not_serving, subject, "must not be ready before the schema is there")


def probe(subject, deployment, address, process):
    """Each probe passes, and a name that is not served does not."""
    with grpc.insecure_channel(address) as channel:
        for kind in PROBES:
            passes(channel, deployment, kind, process)
            expect(True, subject, f"{kind} passes")
        unknown = ask(channel, "no-such-service") == grpc.StatusCode.NOT_FOUND
        expect(unknown, subject, "must not know a service that it does not serve")


def passes(channel, deployment, kind, process):
    """Returns once a probe passes."""
    name = asked(deployment, kind)
    deadline = time.monotonic() + PATIENCE_S
    while (answer := ask(channel, name)) != health_pb2.HealthCheckResponse.SERVING:
        assert process.poll() is None, f"ended with {process.returncode} before {kind} passed"
        assert time.monotonic() < deadline, f"{kind} asks for {name!r}, the answer is {answer}"
        time.sleep(0.05)


def asked(deployment, kind):
    """The service that a probe asks for."""
    return deployment["spec"]["template"]["spec"]["containers"][0][kind]["grpc"].get("service", "")


def ask(channel, name):
    """What health says of a service."""
    try:
        return health_pb2_grpc.HealthStub(channel).Check(health_pb2.HealthCheckRequest(service=name), timeout=5).status
    except grpc.RpcError as error:
        return error.code()


def free_port():
    """A port that was free a moment ago."""
    with socket.create_server(("127.0.0.1", 0)) as taken:
        return taken.getsockname()[1]
