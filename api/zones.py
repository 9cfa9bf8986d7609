"""Time zones from the `tzdata` that is installed or packed, whatever the machine has.

A record names the version of that library. Without this a decision would rest on the machine's
zones, which have no version here, and might come out otherwise where it is performed again.
"""

from __future__ import annotations

import zoneinfo


def use_own_zones() -> None:
    """From now on, in this process."""
    if zoneinfo.TZPATH:
        zoneinfo.reset_tzpath(to=())
        zoneinfo.ZoneInfo.clear_cache()
