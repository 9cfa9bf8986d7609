"""Who stands behind an action: three identities, and how sure we are of them."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

from engine.recording import moment_text


@dataclass(frozen=True, slots=True)
class Identities:
    """`decided_by` is a person id, or the name that was given where nobody is known by it.

    `acted_through` is the tool that made the call, `on_behalf_of` the person he acts for. Issuer,
    subject, moment (aware) and strength are those of the login as the token stated them; a relayed
    action was named by the tool, and no login was seen.
    """

    decided_by: str
    acted_through: str
    on_behalf_of: str = ""
    issuer: str = ""
    subject: str = ""
    authenticated_at: datetime | None = None
    strength: str = ""
    is_relayed: bool = False
    is_development: bool = False

    def plain(self) -> dict[str, object]:
        """As it stands in a record."""
        login = self.authenticated_at
        return {
            "decided_by": self.decided_by,
            "acted_through": self.acted_through,
            "on_behalf_of": self.on_behalf_of,
            "issuer": self.issuer,
            "subject": self.subject,
            "authenticated_at": "" if login is None else moment_text(login),
            "strength": self.strength,
            "is_relayed": self.is_relayed,
            "is_development": self.is_development,
        }
