"""Tryton's JSON-RPC: typed values, a session that is renewed, and errors by what they mean.

One call is one transaction of the server. An answer that proves that nothing was performed raises
the fault that it names; any other failure of a call that writes is an unknown outcome.
"""

from __future__ import annotations

import base64
import json
from collections.abc import Mapping
from datetime import date
from decimal import Decimal
from typing import Any

from adapters.erp.connector import Credentials, ErpError, Fault
from adapters.erp.tryton import faults
from adapters.transport import Answer, NoAnswer, NotSent, TooLarge, Transport

Context = Mapping[str, Any]


class Session:
    """A login at one database. Threads may share it; at worst both log in.

    The language is always English: what the server says is recognized by its words.
    """

    def __init__(self, transport: Transport, database: str, credentials: Credentials) -> None:
        self._transport = transport
        self._path = f"/{database}/rpc/"
        self._credentials = credentials
        self._token = ""

    def read(self, method: str, *params: Any, context: Context | None = None) -> Any:
        """The result of a call that changes nothing. Raises `ErpError`."""
        return self._call(method, params, context, writes=False)

    def write(self, method: str, *params: Any, context: Context | None = None) -> Any:
        """The result of a call that changes something. Raises `ErpError`."""
        return self._call(method, params, context, writes=True)

    def _call(
        self, method: str, params: tuple[Any, ...], context: Context | None, *, writes: bool
    ) -> Any:
        """The server looks at the session before it does anything, so after a 401 the call may go
        out once more with a new session."""
        given = [*params, {"language": "en", **(context or {})}]
        if not self._token:
            self._log_in()
        answer = self._send(method, given, writes=writes)
        if answer.status == 401:
            self._log_in()
            answer = self._send(method, given, writes=writes)
        return _result(answer, writes=writes)

    def _log_in(self) -> None:
        user = self._credentials.user
        given = [user, {"password": self._credentials.secret}, "en"]
        self._token = ""
        answer = self._send("common.db.login", given, writes=False)
        if answer.status == 401:
            raise ErpError(Fault.AUTH, "login_refused", f"the ERP refuses the login `{user}`")
        result = _result(answer, writes=False)
        if not isinstance(result, list) or len(result) < 2:
            raise ErpError(Fault.AUTH, "login_refused", "the ERP answers no session to a login")
        pair = f"{user}:{result[0]}:{result[1]}"
        self._token = base64.b64encode(pair.encode()).decode()

    def _send(self, method: str, params: list[Any], *, writes: bool) -> Answer:
        headers = {"Content-Type": "application/json"}
        if self._token:
            headers["Authorization"] = f"Session {self._token}"
        content = encoded({"id": 1, "method": method, "params": params})
        try:
            return self._transport.send("POST", self._path, content, headers)
        except NotSent as error:
            raise ErpError(Fault.TRANSIENT, "unavailable", str(error)) from None
        except NoAnswer as error:
            if writes:
                raise ErpError(Fault.UNKNOWN_OUTCOME, "outcome_unknown", str(error)) from None
            if isinstance(error, TooLarge):
                raise ErpError(Fault.INVALID, "answer_too_large", str(error)) from None
            raise ErpError(Fault.TRANSIENT, "unavailable", str(error)) from None


def _result(answer: Answer, *, writes: bool) -> Any:
    """What the server answers to a call, or the fault that it states."""
    if answer.status != 200:
        raise faults.of_status(answer, writes=writes)
    try:
        message = decoded(answer.body)
    except ValueError:
        raise faults.not_understood(writes=writes) from None
    match message:
        case {"result": result}:
            return result
        case {"error": [str(kind), *rest]}:
            raise faults.of_error(kind, rest)
        case _:
            raise faults.not_understood(writes=writes)


def encoded(value: Any) -> bytes:
    """JSON as the server reads it: amounts and days carry their class."""
    return json.dumps(value, default=_typed, allow_nan=False).encode()


def _typed(value: object) -> object:
    match value:
        case Decimal():
            return {"__class__": "Decimal", "decimal": str(value)}
        case date():
            return {"__class__": "date", "year": value.year, "month": value.month, "day": value.day}
        case _:
            raise TypeError(f"no value of Tryton: {type(value).__name__}")


def decoded(body: bytes) -> Any:
    """What the server writes. Numbers are exact. Raises `ValueError` for anything else."""
    try:
        return json.loads(body, object_hook=_untyped, parse_float=Decimal)
    except (RecursionError, ArithmeticError, LookupError, TypeError):
        raise ValueError("no value of Tryton") from None


def _untyped(value: dict[str, Any]) -> Any:
    match value:
        case {"__class__": "Decimal", "decimal": str(digits)}:
            return Decimal(digits)
        case {"__class__": "date", "year": int(year), "month": int(month), "day": int(day)}:
            return date(year, month, day)
        case _:
            return value
