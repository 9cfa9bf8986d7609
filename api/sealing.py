"""Resources with the keys of this process: restricted values are sealed, and open again."""

from __future__ import annotations

from dataclasses import replace
from functools import partial
from typing import Final

from adapters.encryption import KeyRing, TokenKey, seal, unseal
from api.settings import KeySettings
from api.usecases.casework.resources import Loaded, Resources

SEED: Final = "seed"  # what the ciphertexts of seeds are bound to, beside the document


def with_keys(resources: Resources, settings: KeySettings) -> Resources:
    """The resources, sealing with what the settings say. Raises `BadKeys`.

    Without keys nothing is sealed, and tokens are made without one: in development only, as the
    settings see to.
    """
    if settings.token_key is not None:
        key = TokenKey(settings.token_key.get_secret_value())
        resources = replace(resources, loaded=Loaded(key))
    if settings.encryption_keys is None:
        return resources
    ring = KeyRing(settings.encryption_keys.get_secret_value())
    return replace(
        resources,
        seal=partial(seal, ring=ring),
        unseal=partial(unseal, ring=ring),
        conceal=lambda secret, place: ring.encrypt(secret, (SEED, place)),
        reveal=lambda text, place: ring.decrypt(text, (SEED, place)),
    )
