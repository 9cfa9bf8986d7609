"""An endpoint with the models of `POST /v1/documents` that does nothing: what HTTP alone costs."""

from __future__ import annotations

import os
import sys
from typing import Any, Final

import uvicorn
from fastapi import FastAPI
from pydantic import BaseModel
from starlette.responses import Response

from api.web.answers import CaseAnswer


class Line(BaseModel):
    """A line of a document."""

    net: str


class Document(BaseModel):
    """The fields that the measured documents have."""

    type: str
    id: str
    entity: str
    requester: str
    supplier: str
    currency: str
    category: str
    cost_center: str
    lines: list[Line]


app: Final = FastAPI()
ANSWER: Final = CaseAnswer.model_validate_json(os.environ["ANSWER"])


@app.post("/v1/documents", status_code=201)
async def submit(document: Document) -> CaseAnswer:
    """The answer to every document."""
    return ANSWER


@app.get("/healthz")
def healthy() -> Response:
    """Whether it runs."""
    return Response("alive\n")


if __name__ == "__main__":
    config: dict[str, Any] = {"log_config": None, "access_log": False}
    uvicorn.run(app, port=int(sys.argv[1]), **config)
