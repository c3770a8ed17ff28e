"""The report of a calibration: fit, misfit, trade-offs, and which target rules out which constants."""

from __future__ import annotations

from pathlib import Path

import evaluation
import matching
import matplotlib
import numpy as np
import pandas as pd

matplotlib.use("Agg")
import matplotlib.pyplot as plt

FAR = 2.0  # deviations beyond which a target counts as missed
LOOKED_AT = 2_000  # points at which implausibility is looked at


def fit_table(chosen: np.ndarray, draws: np.ndarray) -> pd.DataFrame:
    """Each target beside what the chosen constants give.

    Parameters
    ----------
    chosen : array, shape (2, targets)
        What was found there, and its standard error.
    draws : array, shape (draws, targets)
        What was found at draws from the posterior.
    """
    rows = []
    for number, target in enumerate(evaluation.targets().targets):
        aim = target.transformed(target.target)
        low, high = target.back(np.nanquantile(draws[:, number], [0.05, 0.95]))
        rows.append(
            {
                "target": target.name,
                "source": target.source,
                "published": target.target,
                "chosen": float(target.back(chosen[0, number])),
                "off by": (chosen[0, number] - aim) / target.allowance,
                "posterior 5 %": float(low),
                "95 %": float(high),
            }
        )
    return pd.DataFrame(rows)


def ranges_table(draws: np.ndarray, chosen: np.ndarray) -> pd.DataFrame:
    """Each free constant: the range before, its posterior, and the chosen value."""
    rows = []
    for number, (key, constant) in enumerate(evaluation.constants().items()):
        low, high = np.quantile(draws[:, number], [0.05, 0.95])
        narrowed = 1.0 - np.ptp([low, high]) / (0.9 * np.ptp(constant.range))
        row = {"constant": key, "from": constant.range[0], "to": constant.range[1], "posterior 5 %": low, "95 %": high}
        rows.append(row | {"chosen": chosen[number], "narrowed by": narrowed, "why free": constant.why})
    return pd.DataFrame(rows)


def rejection_table(first, target, allowance) -> pd.DataFrame:
    """Share of the ranges that each target rules out by itself, and the constants that decide it most."""
    points = matching.space_filling(evaluation.box(), LOOKED_AT, 7)
    out = matching.implausibility(first, points, target, allowance) > matching.CUTOFF
    slopes = first.slopes_at(np.zeros(len(evaluation.box())))
    names = [key.removeprefix("model.") for key in evaluation.constants()]
    rows = []
    for number, one in enumerate(evaluation.targets().targets):
        order = np.argsort(-np.abs(slopes[number]))[:3]
        which = ", ".join(f"{names[k]} {'+' if slopes[number, k] > 0 else '-'}" for k in order if slopes[number, k])
        explained = 1.0 - first.variance[number] / first.total[number] if first.total[number] else np.nan
        rows.append({"target": one.name, "ruled out": out[:, number].mean(), "decided by": which, "R2": explained})
    table = pd.DataFrame(rows).sort_values("ruled out", ascending=False)
    table.attrs["left"] = float((~out.any(axis=1)).mean())
    return table


def trade_offs(draws: np.ndarray, most: int = 12) -> pd.DataFrame:
    """Pairs of constants that the targets tie together: largest correlations in the posterior."""
    names = [key.removeprefix("model.") for key in evaluation.constants()]
    correlation = np.corrcoef(draws.T)
    one, other = np.triu_indices(len(names), 1)
    order = np.argsort(-np.abs(correlation[one, other]))[:most]
    pairs = [(names[one[k]], names[other[k]], correlation[one[k], other[k]]) for k in order]
    return pd.DataFrame(pairs, columns=["constant", "and", "correlation"])


def draw_fit(table: pd.DataFrame, path: Path) -> None:
    """How far each target is from what was published, in deviations."""
    figure, axes = plt.subplots(figsize=(7.5, 0.24 * len(table) + 1.0), layout="constrained")
    place = np.arange(len(table))[::-1]
    off = table["off by"].clip(-5, 5)
    axes.axvspan(-1, 1, color="0.9", zorder=0)
    axes.axvline(0, color="0.4", linewidth=0.8)
    axes.scatter(off, place, color=["tab:red" if abs(value) > FAR else "tab:blue" for value in off], zorder=2)
    axes.set(xlim=(-5.2, 5.2), xlabel="model minus published, in standard deviations allowed (band: one)")
    axes.set_yticks(place, table["target"], fontsize=8)
    axes.grid(axis="y", color="0.93")
    figure.savefig(path, dpi=110)
    plt.close(figure)


def draw_ranges(table: pd.DataFrame, path: Path) -> None:
    """What is left of each constant's range."""
    figure, axes = plt.subplots(figsize=(7.5, 0.24 * len(table) + 1.0), layout="constrained")
    place = np.arange(len(table))[::-1]
    width = table["to"] - table["from"]
    low, high, at = ((table[name] - table["from"]) / width for name in ("posterior 5 %", "95 %", "chosen"))
    axes.hlines(place, 0, 1, color="0.88", linewidth=6)
    axes.hlines(place, low, high, color="tab:blue", linewidth=6)
    axes.scatter(at, place, color="black", s=14, zorder=3)
    axes.set(xlim=(-0.02, 1.02), xlabel="range before (grey), 90 % of the posterior (blue), chosen (dot)")
    axes.set_yticks(place, table["constant"].str.removeprefix("model."), fontsize=8)
    figure.savefig(path, dpi=110)
    plt.close(figure)


def markdown(table: pd.DataFrame, digits: int = 3) -> str:
    """A table in Markdown."""
    cells = [
        [f"{value:.{digits}g}" if isinstance(value, float) else str(value) for value in row] for row in table.values
    ]
    rows = [list(table.columns), ["---"] * len(table.columns), *cells]
    return "\n".join("| " + " | ".join(row) + " |" for row in rows)


def write(out: Path, *, command: str, counts: dict[int, int], first, target, allowance, draws, verified, point, chosen):
    """Write report.md and its figures.

    Parameters
    ----------
    first : Emulators
        Of the first wave.
    draws : array, shape (draws, constants)
        Posterior.
    verified : array, shape (points, targets)
        What was found at draws from the posterior.
    point, chosen : arrays
        The chosen constants, and what was found there, shape (2, targets).
    """
    fit, ranges = fit_table(chosen, verified), ranges_table(draws, point)
    rejected = rejection_table(first, target, allowance)
    draw_fit(fit, out / "fit.png")
    draw_ranges(ranges, out / "ranges.png")
    missed = fit[fit["off by"].abs() > FAR]
    waves = ", ".join(f"{number} points in wave {wave}" for wave, number in counts.items())
    off_scale = "None." if missed.empty else markdown(missed[["target", "published", "chosen", "off by"]])
    text = f"""# Calibration of the default constants

Written by `{command}`; do not edit. {len(ranges)} free constants, {len(fit)} targets; {waves}.

History matching: a Latin hypercube over the ranges in `constants.yaml`; an emulator for each target (quadratic
regression, lasso; its error from cross-validation, simulation noise included); then points where no target is
implausible given that error and the allowance in `targets.yaml`; again with emulators of the last two waves. The last
wave but one runs draws from the posterior, the last the best fits near some of them. Of the points of these two the
one is chosen that is within most of the ranges asked for in `targets.yaml`, and of those fits best; its constants have
two digits, and it is run with four times as many replicates for the table below. Every point has the same people and
luck.

## Fit

![How far each target is off](fit.png)

{markdown(fit)}

## Misfit

Further off than {FAR:g} deviations:

{off_scale}

## What is left of the ranges

![Ranges before and after](ranges.png)

{markdown(ranges)}

## Which target rules out which constants

Share of the ranges ruled out by each target alone, at three deviations, as the emulator of the first wave has it; the
three constants that decide it most, and whether they raise (+) or lower (-) it; and how much of its variation over the
first wave the emulator explains. All together leave {rejected.attrs["left"]:.2%} of {LOOKED_AT:,} points.

{markdown(rejected, 2)}

## Trade-offs

Constants that the targets tie together rather than set one by one (correlation in the posterior):

{markdown(trade_offs(draws), 2)}
"""
    (out / "report.md").write_text(text, encoding="utf-8")
