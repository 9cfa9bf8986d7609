"""What the service is told from outside: environment variables that begin with `COUNTERSIGN_`.

Lists and mappings are JSON. No secret stands in a file or is shown: those of ERP connections are in
variables that the settings only name.
"""

from __future__ import annotations

import json
import os
from collections.abc import Iterator, Mapping
from enum import StrEnum
from pathlib import Path
from typing import Annotated, Any, Final, Literal, TypeVar

from pydantic import BaseModel, ConfigDict, Field, SecretStr, ValidationError, model_validator
from pydantic_settings import BaseSettings, SettingsConfigDict, SettingsError

from adapters.identity import IdentityMisconfigured, Issuer, Scope, ServiceAccount
from adapters.identity.issuer import OWN_NAMES, is_loopback
from adapters.mailing import Mailbox, MailMisconfigured, MailServer, expect_address, mail_server
from adapters.publishing import Address, Authority, Folder, Mail, Place
from adapters.signing import SigningKeys
from adapters.stamping import NoRoot, Roots, roots_in

PREFIX: Final = "COUNTERSIGN_"
EMBEDDED: Final = "sqlite:///countersign.db"
NAME: Final = r"^[A-Za-z0-9_.-]{1,60}$"
Read = TypeVar("Read", bound=BaseSettings)
LOG_NAME: Final = r"^[A-Za-z0-9_./-]{1,100}$"


class SettingsRefused(Exception):
    """The settings cannot be used. The message has a line for each that is wrong, and no secret."""


class Environment(StrEnum):
    """What a process is for. Logins for development exist in the first only."""

    DEVELOPMENT = "development"
    PRODUCTION = "production"


class _Strict(BaseModel):
    model_config = ConfigDict(extra="forbid", frozen=True, hide_input_in_errors=True)


class ServiceSettings(_Strict):
    """The most that a tool may do; `entities` `null` is every one."""

    scopes: frozenset[Scope]
    entities: frozenset[str] | None


class IssuerSettings(_Strict):
    """One OIDC issuer; see `adapters.identity.Issuer`. `entities` `null` is every one."""

    url: str
    audience: str
    person_claim: str
    entities: frozenset[str] | None
    entities_claim: str = ""
    token_types: frozenset[str] = frozenset({"at+jwt"})
    scope_claims: tuple[str, ...] = ("scope",)
    grants: Mapping[str, frozenset[Scope]] | None = None
    tenant: Mapping[str, str] = Field(default_factory=dict)
    services: Mapping[str, ServiceSettings] = Field(default_factory=dict)

    def issuer(self) -> Issuer:
        """As the identity layer takes it. Raises `IdentityMisconfigured`."""
        services = {
            client: ServiceAccount(scopes=each.scopes, entities=each.entities)
            for client, each in self.services.items()
        }
        return Issuer(
            url=self.url,
            audience=self.audience,
            person_claim=self.person_claim,
            entities=self.entities,
            entities_claim=self.entities_claim,
            token_types=self.token_types,
            scope_claims=self.scope_claims,
            grants=OWN_NAMES if self.grants is None else self.grants,
            tenant=self.tenant,
            services=services,
        )


class PostedSettings(_Strict):
    """Documents of a type in an entity."""

    entity: str
    type: str


class ErpSettings(_Strict):
    """One ERP connection. `user_variable` and `secret_variable` name environment variables.

    `owner` is who owns what the ERP refuses; `posts` says which documents go there.
    """

    name: Annotated[str, Field(pattern=NAME)]
    kind: Literal["tryton"]
    url: str
    database: str
    owner: str
    user_variable: str
    secret_variable: str
    posts: tuple[PostedSettings, ...]
    companies: Mapping[str, str] = Field(default_factory=dict)
    taxes: Mapping[str, str] = Field(default_factory=dict)


class KeySettings(BaseSettings):
    """The keys: what seals restricted values and by what they are compared, what signs checkpoints
    of the trail, and how its log is called."""

    model_config = SettingsConfigDict(
        env_prefix=PREFIX, extra="ignore", frozen=True, hide_input_in_errors=True
    )

    environment: Environment = Environment.PRODUCTION
    encryption_keys: SecretStr | None = None
    token_key: SecretStr | None = None
    signing_keys: SecretStr | None = None
    log_name: Annotated[str, Field(pattern=LOG_NAME)] = "countersign"
    checkpoint_folder: Path | None = None
    checkpoint_addresses: tuple[str, ...] = ()
    checkpoint_mailboxes: tuple[str, ...] = ()
    mail_server: str = ""
    mail_sender: str = ""
    mail_user: str = ""
    mail_password: SecretStr | None = None
    time_stamp_address: str = ""
    time_stamp_root: Path | None = None

    def places(self) -> tuple[Place, ...]:
        """Where checkpoints are published. Raises `SettingsRefused`."""
        folder = () if self.checkpoint_folder is None else (Folder(self.checkpoint_folder),)
        addresses = map(Address, self.checkpoint_addresses)
        return (*folder, *addresses, *self._mailboxes(), *self._authorities())

    def _mailboxes(self) -> Iterator[Mail]:
        for each in self.checkpoint_mailboxes:
            try:
                expect_address(each)
            except MailMisconfigured as problem:
                raise SettingsRefused(f"{PREFIX}CHECKPOINT_MAILBOXES: {problem}") from None
            yield Mail(Mailbox(self._mail_server(), each))

    def _mail_server(self) -> MailServer:
        password = self.mail_password
        try:
            return mail_server(
                self.mail_server,
                self.mail_sender,
                self.mail_user,
                "" if password is None else password.get_secret_value(),
                is_development=self.environment is Environment.DEVELOPMENT,
            )
        except MailMisconfigured as problem:
            raise SettingsRefused(f"{PREFIX}MAIL_SERVER, {PREFIX}MAIL_...: {problem}") from None

    def _authorities(self) -> Iterator[Authority]:
        if self.time_stamp_address or self.time_stamp_root is not None:
            yield Authority(self.time_stamp_address, self._roots())

    def _roots(self) -> Roots:
        """INVARIANT: no stamp is taken that is not checked against a certificate from outside."""
        name = f"{PREFIX}TIME_STAMP_ROOT"
        if not self.time_stamp_address:
            raise SettingsRefused(f"{PREFIX}TIME_STAMP_ADDRESS: expected the authority's address")
        if self.time_stamp_root is None:
            raise SettingsRefused(f"{name}: expected a file with the authority's root certificate")
        try:
            return roots_in(self.time_stamp_root)
        except NoRoot as problem:
            raise SettingsRefused(f"{name}: {problem}") from None

    def signing(self) -> SigningKeys | None:
        """What signs; `None` where there are none. Raises `BadSigningKeys`."""
        stated = self.signing_keys
        return None if stated is None else SigningKeys(stated.get_secret_value())


class Settings(KeySettings):
    """Everything; `environment` is required, so that nobody runs in one by accident."""

    environment: Environment
    database_url: SecretStr = SecretStr(EMBEDDED)
    host: str = "127.0.0.1"
    port: Annotated[int, Field(ge=0, le=65535)] = 8080
    issuers: tuple[IssuerSettings, ...] = ()
    erp: tuple[ErpSettings, ...] = ()
    checkpoint_minutes: Annotated[int, Field(ge=1, le=1440)] = 60
    worker: bool = True
    lease_seconds: Annotated[int, Field(ge=10, le=3600)] = 120

    @model_validator(mode="after")
    def _fit(self) -> Settings:
        """What only shows between settings; a line for each."""
        wrong = "\n".join(_contradictions(self))
        if wrong:
            raise SettingsRefused(wrong)
        return self


def read_settings(host: str | None = None, port: int | None = None) -> Settings:
    """The settings of this process; what is given here wins. Raises `SettingsRefused`."""
    given: dict[str, Any] = {"host": host, "port": port}
    return _read(Settings, {name: value for name, value in given.items() if value is not None})


def read_keys() -> KeySettings:
    """What a command needs that signs or opens, and nothing else. Raises `SettingsRefused`."""
    return _read(KeySettings, {})


def _read(kind: type[Read], given: dict[str, Any]) -> Read:
    try:
        return kind(**given)
    except ValidationError as problem:
        lines = [_line(each) for each in problem.errors(include_input=False, include_url=False)]
        raise SettingsRefused("\n".join(lines)) from None
    except SettingsError:
        raise SettingsRefused("\n".join(_no_json())) from None


def secret(variable: str) -> str:
    """What a named variable holds. Raises `SettingsRefused` where it holds nothing."""
    found = os.environ.get(variable, "")
    if not found:
        raise SettingsRefused(f"{variable}: expected the secret of an ERP connection, found none")
    return found


def _contradictions(settings: Settings) -> Iterator[str]:
    if settings.environment is Environment.PRODUCTION:
        if not settings.issuers:
            yield f"{PREFIX}ISSUERS: expected an OIDC issuer at least in production, found none"
        if settings.encryption_keys is None:
            yield f"{PREFIX}ENCRYPTION_KEYS: expected `id:base64` in production, found none"
        if settings.token_key is None:
            yield f"{PREFIX}TOKEN_KEY: expected `id:base64` in production, found none"
        if settings.signing_keys is None:
            yield f"{PREFIX}SIGNING_KEYS: expected `id:base64` in production, found none"
    elif not settings.issuers and not is_loopback(settings.host):
        yield f"{PREFIX}HOST: expected `127.0.0.1` with logins for development, found another"
    names = [each.name for each in settings.erp]
    if len(set(names)) < len(names):
        yield f"{PREFIX}ERP: expected each name once"
    posted = [(post.entity, post.type) for each in settings.erp for post in each.posts]
    if len(set(posted)) < len(posted):
        yield f"{PREFIX}ERP: expected one connection for each entity and type"
    try:
        for each in settings.issuers:
            each.issuer()
    except IdentityMisconfigured as problem:
        yield f"{PREFIX}ISSUERS: {problem}"


def _line(error: Mapping[str, Any]) -> str:
    first, *within = (str(part) for part in error["loc"])
    place = PREFIX + first.upper() + "".join(f".{part}" for part in within)
    if error["type"] == "missing" and first == "environment":
        return f"{place}: expected `development` or `production`, found none"
    return f"{place}: {error['msg'].lower()}"


def _no_json() -> Iterator[str]:
    """Which of the JSON settings cannot be read, without a word of what they hold."""
    for name in ("ISSUERS", "ERP"):
        text = os.environ.get(PREFIX + name)
        if text is not None:
            try:
                json.loads(text)
            except ValueError:
                yield f"{PREFIX}{name}: expected JSON, found something else"
