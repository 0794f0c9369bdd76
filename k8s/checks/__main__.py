"""Checks rendered manifests: `checks BINARIES RENDERED…`, where BINARIES is the folder with the services' binaries."""

import sys
from pathlib import Path

import binaries
import manifests
import network
import trial

folder = Path(sys.argv[1])
tried = False
for path in sys.argv[2:]:
    rendered = manifests.Rendered(path)
    manifests.check(rendered)
    network.check(rendered)
    if manifests.problems:
        continue
    binaries.check(rendered, folder)
    if rendered.of("Secret") and not manifests.problems:
        trial.run(rendered, folder)
        tried = True
manifests.expect(tried or manifests.problems, "k8s", "no overlay was tried: none makes its Secrets")
for problem in manifests.problems:
    print(problem, file=sys.stderr)
print(f"{manifests.passed} passed, {len(manifests.problems)} failed")
sys.exit(1 if manifests.problems else 0)
