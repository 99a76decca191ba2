"""From SVG to PNG: the only place that calls the renderer."""

from __future__ import annotations

import resvg_py

from okuzuke.demo.drawings.shapes import SIDE


def png(svg: str) -> bytes:
    """Return the picture as a PNG of 256 by 256 pixels; the same SVG always gives the same bytes.

    System fonts are left out: they differ between machines, and looking for them takes longer than drawing.
    """
    return bytes(resvg_py.svg_to_bytes(svg, width=SIDE, height=SIDE, skip_system_fonts=True))
