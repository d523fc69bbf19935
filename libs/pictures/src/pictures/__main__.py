"""The child of `pictures.press`: draws what it reads from standard input, once."""

import json
import logging
import pickle
import sys
import warnings

from pictures.drawing import svg_of


def main() -> None:
    """Read pictures, write elements."""
    logging.disable(logging.WARNING)
    warnings.filterwarnings("ignore", message="Glyph")  # the reader's own fonts show what ours do not have
    asked = pickle.load(sys.stdin.buffer)  # noqa: S301  (from our own parent)
    sys.stdout.write(json.dumps([svg_of(picture) for picture in asked]))


if __name__ == "__main__":
    main()
