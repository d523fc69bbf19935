"""Where the programs are, and the document that they read."""

from pathlib import Path
from typing import Final

from deploy.checks.toolbox import ROOT, node_packages, python_tool

DOCUMENT: Final = ROOT / "services/gateway/src/gateway/openapi/interlock.json"
HERE: Final = Path(__file__).parent
HOME: Final = ROOT / ".venv-api"


def spectral() -> tuple[list[str | Path], Path]:
    """The linter's command, and the folder in which its ruleset finds its packages. Raises NotToBeHad."""
    node, folder = node_packages(HERE / "lint/package.json", HOME / "npm/lint")
    return [node, folder / "node_modules/@stoplight/spectral-cli/dist/index.js"], folder


def python_clients() -> Path:
    """`openapi-python-client`. Raises NotToBeHad."""
    return python_tool("openapi-python-client", HERE / "clients/requirements.txt", HOME)


def node_clients() -> tuple[str, Path]:
    """Node, and the folder with `openapi-typescript`, `openapi-fetch` and `typescript`. Raises NotToBeHad."""
    return node_packages(HERE / "clients/package.json", HOME / "npm/clients")
