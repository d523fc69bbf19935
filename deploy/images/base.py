"""`python -m deploy.images.base [--tag TAG]`: an image to build on, made of Debian's packages alone, for who has none at hand."""

import argparse
import subprocess
import sys
from collections.abc import Sequence
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Final

SUITE: Final = "bookworm"
"""The release of Debian whose Python is 3.11."""
PACKAGES: Final = "python3-minimal,libpython3.11-stdlib,libstdc++6,ca-certificates,tzdata"
_OWN_SOURCES: Final = Path("/etc/apt/sources.list.d/debian.sources")


def make_base(tag: str, podman: Sequence[str] = ("podman",)) -> str:
    """Make the image `interlock/base:<tag>` with mmdebstrap; return its name by digest, as `deploy.images` wants it.

    Packages come from where this machine's own come from, if it says so. Raises subprocess.CalledProcessError, whose stderr says why.
    """
    with TemporaryDirectory(prefix="interlock-base-") as folder:
        archive = Path(folder) / "base.tar"
        sources = [str(_OWN_SOURCES)] if _OWN_SOURCES.exists() else []
        options = ["--variant=essential", f"--include={PACKAGES}", "--quiet"]
        _run(["mmdebstrap", *options, SUITE, str(archive), *sources])
        image = f"localhost/interlock/base:{tag}"
        _run([*podman, "import", "--quiet", str(archive), image])
    digest = _run([*podman, "image", "inspect", image, "--format", "{{.Digest}}"])
    return f"{image.rpartition(':')[0]}@{digest}"


def _run(command: Sequence[str]) -> str:
    return subprocess.run(command, capture_output=True, text=True, check=True).stdout.strip()


def main() -> int:
    """The command."""
    parser = argparse.ArgumentParser(
        prog="python -m deploy.images.base", description="Make an image to build on, with mmdebstrap."
    )
    parser.add_argument("--tag", default="dev")
    parser.add_argument("--podman", default="podman", help="the command, with options: 'podman --runtime runc'")
    told = parser.parse_args()
    try:
        print(make_base(told.tag, told.podman.split()))
    except FileNotFoundError as error:
        sys.stderr.write(f"{error.filename} is not installed\n")
    except subprocess.CalledProcessError as error:
        sys.stderr.write(f"{(error.stderr or str(error)).strip()}\n")
    else:
        return 0
    return 1


if __name__ == "__main__":
    raise SystemExit(main())
