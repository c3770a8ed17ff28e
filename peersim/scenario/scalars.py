"""What a bare word in a file stands for.

YAML 1.1, which PyYAML follows, takes `no` for false, `1:30` for ninety, `010` for eight, and `1_000` for a
thousand. Here a word is a number only if it looks like one to everybody (as in YAML 1.2), and otherwise it is
a text.
"""

from __future__ import annotations

import re

_WHOLE = re.compile(r"[-+]?(0|[1-9][0-9]*)")
_NUMBER = re.compile(r"[-+]?(\.[0-9]+|(0|[1-9][0-9]*)(\.[0-9]*)?)([eE][-+]?[0-9]+)?")
_WORDS: dict[str, bool | float | None] = {
    **dict.fromkeys(["", "~", "null", "Null", "NULL"]),
    **dict.fromkeys(["true", "True", "TRUE"], True),
    **dict.fromkeys(["false", "False", "FALSE"], False),
    **dict.fromkeys([".nan", ".NaN", ".NAN"], float("nan")),
    **{sign + word: float(sign + "inf") for sign in ("", "+", "-") for word in (".inf", ".Inf", ".INF")},
}


def scalar(text: str) -> bool | int | float | str | None:
    """The value of a bare word; quoted words are texts and do not come here."""
    if text in _WORDS:
        return _WORDS[text]
    # Python refuses to convert very long whole numbers; none of them is in any range.
    if _WHOLE.fullmatch(text) and len(text) <= 18:
        return int(text)
    if _NUMBER.fullmatch(text):
        return float(text)
    return text
