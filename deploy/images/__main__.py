"""`python -m deploy.images --base IMAGE@sha256:… [--tag TAG] [NAME …]`: build images with podman and print their ids."""

import argparse
import subprocess
import sys
from collections.abc import Sequence
from pathlib import Path
from tempfile import TemporaryDirectory

from deploy.images.closure import SERVICES
from deploy.images.context import SERVERS, servers_context, service_context


def build(name: str, base: str, tag: str, podman: Sequence[str] = ("podman",)) -> str:
    """Build the image `interlock/<name>:<tag>` and return its id. The same sources and base give the same id.

    Raises subprocess.CalledProcessError, whose stderr says why.
    """
    with TemporaryDirectory(prefix="interlock-image-") as folder:
        context = Path(folder) / "context"
        if name in SERVICES:
            service_context(name, context)
        else:
            servers_context(context)
        options = [
            "--build-arg",
            f"BASE={base}",
            "--tag",
            f"interlock/{name}:{tag}",
            "--network",
            "none",
            "--pull=never",
        ]
        # Every file and the image itself are dated 1970: two builds of the same thing are the same thing.
        options += ["--timestamp", "0", "--format", "oci", "--layers=false", "--quiet"]
        options += ["--build-arg", f"SERVICE={name}"] if name in SERVICES else ["--target", name]
        told = subprocess.run([*podman, "build", *options, str(context)], capture_output=True, text=True, check=True)
        return told.stdout.split()[-1]


def main() -> int:
    """The command."""
    every = (*SERVICES, *SERVERS)
    parser = argparse.ArgumentParser(
        prog="python -m deploy.images", description="Build Interlock's images with podman."
    )
    parser.add_argument("--base", required=True, help="the image to build on, by digest: NAME@sha256:…")
    parser.add_argument("--tag", default="dev")
    parser.add_argument("--podman", default="podman", help="the command, with options: 'podman --runtime runc'")
    parser.add_argument("name", nargs="*", metavar="NAME", help=f"any of {', '.join(every)}; all, if none is named")
    told = parser.parse_args()
    if "@sha256:" not in told.base:
        parser.error("--base: name the image by its digest, NAME@sha256:…, so that the next build has the same one")
    if unknown := set(told.name) - set(every):
        parser.error(f"there is no image {', '.join(sorted(unknown))}")
    for name in told.name or every:
        try:
            print(f"interlock/{name}:{told.tag} {build(name, told.base, told.tag, told.podman.split())}", flush=True)
        except subprocess.CalledProcessError as error:
            sys.stderr.write(f"interlock/{name}: {(error.stderr or str(error)).strip()}\n")
            return 1
    return 0


if __name__ == "__main__":
    raise SystemExit(main())
