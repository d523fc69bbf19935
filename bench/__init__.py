"""What is measured, against what, in one run: `python -m bench [--only engine|events|http]`.

Read the ratios, not the numbers: each value stands beside a reference that was measured interleaved with it, on the same machine, in the
same minute.
"""
