"""The code of docs/simulation-and-levelling.md runs, top to bottom."""

import re
from pathlib import Path

TEXT = (Path(__file__).parents[2] / "docs" / "simulation-and-levelling.md").read_text()


def test_the_guide_holds():
    blocks = re.findall(r"```python\n(.*?)```", TEXT, re.DOTALL)
    assert len(blocks) == 5
    exec(compile("\n".join(blocks), "docs/simulation-and-levelling.md", "exec"), {})
