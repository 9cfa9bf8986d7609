"""Where real data lie that may not be copied into the project: beside it, or where it is said."""

import os
from pathlib import Path
from typing import Final

_BESIDE_THE_PROJECT: Final = Path(__file__).resolve().parents[2] / "shared" / "data"
SHARED_DATA: Final = Path(os.environ.get("COUNTERSIGN_SHARED_DATA") or _BESIDE_THE_PROJECT)
