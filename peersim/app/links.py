"""A scenario in a link: its file, packed into the address itself, so that nothing has to be kept anywhere."""

from __future__ import annotations

import base64
import binascii
import zlib

from peersim.app.limits import MOST_UPLOADED
from peersim.scenario import Scenario, loads


class LinkError(ValueError):
    """A link that holds no scenario."""


def packed(scenario: Scenario) -> str:
    """A scenario as letters, digits, ``-`` and ``_``: only what differs from the defaults of this version."""
    text = scenario.to_yaml(complete=False)
    return base64.urlsafe_b64encode(zlib.compress(text.encode(), 9)).decode().rstrip("=")


def unpacked(text: str) -> Scenario:
    """The scenario that a link holds.

    Raises
    ------
    LinkError
        If the link is damaged, or holds more than a scenario file may.
    ScenarioError
        If what it holds is no scenario.
    """
    try:
        content = base64.b64decode(text.encode() + b"=" * (-len(text) % 4), altchars=b"-_", validate=True)
        unzip = zlib.decompressobj()
        written = unzip.decompress(content, MOST_UPLOADED)
        if len(written) >= MOST_UPLOADED:
            raise LinkError(f"this link holds more than a scenario file may ({MOST_UPLOADED:,} bytes)")
        if not unzip.eof:
            raise zlib.error("cut off")
        whole = written.decode()
    except (binascii.Error, UnicodeError, zlib.error):
        raise LinkError(
            "this link is damaged: it holds no scenario; perhaps it was cut off where it was copied"
        ) from None
    return loads(whole, "this link")
