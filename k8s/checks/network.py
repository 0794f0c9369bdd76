"""Who can call whom under the rendered NetworkPolicies."""

from manifests import expect, matches

# The calls that are meant, as far as their ends are there; any other pair must be cut off.
MEANT = {
    ("catalogue-svc", "inventory-svc"),
    ("inventory-svc", "postgres"),
    ("inventory-svc-migrate", "postgres"),
    ("catalogue-svc", "postgres"),
    ("catalogue-svc-migrate", "postgres"),
}

# DNS, wherever the cluster has it.
NAMES = {"name": "dns", "containerPort": 53}


def check(rendered):
    """Every call that is meant can be made, and no other."""
    workloads = rendered.workloads()
    for source in workloads:
        if any(source["metadata"]["name"] == caller for caller, _ in MEANT):
            can = one_way(rendered, "Egress", "to", source, None, NAMES)
            expect(can, rendered.subject(source), "cannot resolve names")
        for target in workloads:
            for port in ports(target):
                pair = (source["metadata"]["name"], target["metadata"]["name"])
                can = passes(rendered, source, target, port)
                expect(can == (pair in MEANT), rendered.name, f"{pair[0]} {'can' if can else 'cannot'} call {pair[1]}")
    for policy in rendered.of("NetworkPolicy"):
        for entry in (entry for rule in policy["spec"].get("ingress", []) for entry in rule["ports"]):
            known = any(
                entry["port"] in (port["name"], port["containerPort"])
                for target in workloads
                if matches(policy["spec"]["podSelector"], labels(target))
                for port in ports(target)
            )
            expect(known, rendered.subject(policy), f"no pod that it selects has the port {entry['port']}")


def ports(workload):
    return workload["spec"]["template"]["spec"]["containers"][0].get("ports", [])


def labels(workload):
    return workload["spec"]["template"]["metadata"]["labels"]


def passes(rendered, source, target, port):
    """Whether the source may send and the target may receive."""
    return one_way(rendered, "Egress", "to", source, target, port) and one_way(rendered, "Ingress", "from", target, source, port)


def one_way(rendered, direction, side, subject, peer, port):
    """Whether a policy lets the subject's pods talk with the peer's, `None` for somebody outside; without any policy, everybody."""
    policies = [
        policy["spec"]
        for policy in rendered.of("NetworkPolicy")
        if direction in policy["spec"]["policyTypes"] and matches(policy["spec"]["podSelector"], labels(subject))
    ]
    if not policies:
        return True
    return any(
        any(entry["port"] in (port["name"], port["containerPort"]) for entry in rule["ports"])
        and (side not in rule or (peer and any(matches(allowed["podSelector"], labels(peer)) for allowed in rule[side])))
        for policy in policies
        for rule in policy.get(direction.lower(), [])
    )
