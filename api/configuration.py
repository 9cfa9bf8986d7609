"""What a record states of the settings: everything that decides what can happen, and no secret.

Of a key there is its id with what tells it from another one under that id; of a login whether there
is one. Where a process listens, whether it posts, and for how long it claims is its own: processes
of one service may differ in that, and it is left out.
"""

from __future__ import annotations

import hashlib
from collections.abc import Mapping
from importlib.metadata import version
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

from pydantic import BaseModel
from sqlalchemy import make_url

from adapters.encryption import KeyRing, TokenKey
from api.settings import Settings
from engine.recorded import SEMANTICS


def stated(settings: Settings) -> dict[str, object]:
    """The settings by name, as plain canonical values. Raises `BadKeys`, `BadSigningKeys`, and
    `SettingsRefused`."""
    sealing, token, signing = settings.encryption_keys, settings.token_key, settings.signing()
    return {
        "product": version("countersign"),
        "semantics": SEMANTICS,
        "environment": str(settings.environment),
        "database": make_url(settings.database_url.get_secret_value()).render_as_string(),
        "encryption_keys": [] if sealing is None else [*KeyRing(sealing.get_secret_value()).names],
        "token_key": "" if token is None else TokenKey(token.get_secret_value()).mark,
        "signing_keys": [] if signing is None else [*signing.names],
        "log_name": settings.log_name,
        "checkpoint_places": sorted(place.name for place in settings.places()),
        "checkpoint_minutes": settings.checkpoint_minutes,
        "time_stamp_root": _digest_of(settings.time_stamp_root),
        "mail_server": settings.mail_server,
        "mail_sender": settings.mail_sender,
        "mail_login": "set" if settings.mail_user else "",
        "issuers": [_plain(each.model_dump()) for each in settings.issuers],
        "erp": [_erp(each) for each in settings.erp],
    }


def _erp(connection: BaseModel) -> object:
    """A connection, its address without what could be a login."""
    found = connection.model_dump()
    parts = urlsplit(found["url"])
    host = parts.netloc.rpartition("@")[2]
    return _plain({**found, "url": f"{parts.scheme}://{host}{parts.path}"})


def _digest_of(path: Path | None) -> str:
    """Of a file that was read already; its certificates decide which stamps are taken."""
    return "" if path is None else f"sha256:{hashlib.sha256(path.read_bytes()).hexdigest()}"


def _plain(value: Any) -> object:
    """As canonical JSON takes it: sets in the order of their words."""
    if isinstance(value, Mapping):
        return {str(name): _plain(each) for name, each in value.items()}
    if isinstance(value, frozenset):
        return sorted(str(each) for each in value)
    if isinstance(value, tuple | list):
        return [_plain(each) for each in value]
    return value if value is None or isinstance(value, bool) else str(value)
