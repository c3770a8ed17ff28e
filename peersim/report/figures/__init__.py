"""Pictures of a run (`run`), of a comparison (`comparison`) and of the parts of a bundle (`attribution`)."""

from __future__ import annotations

from peersim.report.figures.run import FIGURES, save_all

__all__ = ["FIGURES", "save_all"]
