"""Run by the gates' own Python: validates JSON lines on standard input against the schemas of the versions of Kubernetes in its arguments."""

import json
import sys

import kubernetes_validate

for line in sys.stdin:
    told = json.loads(line)
    manifest = told["manifest"]
    for version in sys.argv[1:]:
        try:
            kubernetes_validate.validate(manifest, version, strict=True)
        except kubernetes_validate.ValidationError as error:
            print(f"{told['where']}: {manifest['kind']}/{manifest['metadata']['name']} in {version}: {error.message}")
