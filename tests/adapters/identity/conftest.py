from collections.abc import Iterator

import pytest

from adapters.identity import OidcAuthentication
from tests.adapters.identity.issuing import FakeIssuer, fake_issuer, settings


@pytest.fixture
def issuer() -> Iterator[FakeIssuer]:
    with fake_issuer() as running:
        yield running


@pytest.fixture
def identity(issuer: FakeIssuer) -> OidcAuthentication:
    return OidcAuthentication([settings(issuer.url)])
