"""The colours of all pictures. They differ in lightness too, so that they survive a black-and-white printer and colour blindness."""

INK = "#222222"
QUIET = "#777777"
RULE = "#dddddd"
PLAIN = "#7aa6c2"
DARK = "#1d4e6b"
DONE = "#2f6f3e"
ALARM = "#b00020"
WARNING = "#b36b00"
BASELINE = "#aaaaaa"

BANDS = {"low": "#e4f1e6", "medium": "#fbe7c2", "high": "#f3c6cc"}
"""The ground of a matrix' cells, by how much they matter."""
