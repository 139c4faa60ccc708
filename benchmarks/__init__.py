"""Measurements of speed and memory: ``python -m benchmarks [--quick] [name ...]``.

Every module here offers ``main(quick: bool) -> str`` and returns Markdown. Figures are ratios
measured in one run on one machine, because seconds do not travel between machines.
"""
