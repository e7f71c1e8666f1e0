"""The API's description at /openapi.json, and /docs from files of our own: a government network reaches no CDN."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from typing import Any, Final

import fastapi_offline
from fastapi import FastAPI
from fastapi.openapi.docs import get_swagger_ui_html
from fastapi.responses import HTMLResponse
from fastapi.staticfiles import StaticFiles
from pydantic.json_schema import models_json_schema

from api.http.models import IdentifiersModel, ProblemModel, SubmissionModel
from api.http.rates import FREE
from api.problems import MEDIA_TYPE

_STATIC = Path(fastapi_offline.__file__).parent / "static"

_READ_BY_HAND = (SubmissionModel, IdentifiersModel, ProblemModel)
"""Models that no route's signature names, because the bytes are read and written strictly."""

_TOO_MANY: Final = {
    "429": {
        "description": "Too many requests",
        "headers": {"Retry-After": {"description": "Seconds", "schema": {"type": "integer"}}},
        "content": {MEDIA_TYPE: {"schema": {"$ref": f"#/components/schemas/{ProblemModel.__name__}"}}},
    }
}

_IF_NONE_MATCH: Final = {
    "name": "If-None-Match",
    "in": "header",
    "required": False,
    "description": "Tags of answers that the client has, from their ETag",
    "schema": {"type": "string"},
}


def describe(app: FastAPI) -> None:
    """Make the OpenAPI document say what FastAPI cannot see, and drop what it supposes: it refuses nothing with 422."""
    supposed = app.openapi

    def openapi() -> dict[str, Any]:
        if app.openapi_schema is None:
            document = supposed()
            for path, operation in _operations(document):
                if path not in FREE:
                    operation["responses"] |= _TOO_MANY
                if "HTTPValidationError" in str(operation["responses"].get("422")):
                    del operation["responses"]["422"]
                if "304" in operation["responses"]:
                    operation.setdefault("parameters", []).append(_IF_NONE_MATCH)
            _, definitions = models_json_schema(
                [(model, "validation") for model in _READ_BY_HAND], ref_template="#/components/schemas/{model}"
            )
            schemas = document["components"]["schemas"]
            for name in ("HTTPValidationError", "ValidationError"):
                schemas.pop(name, None)
            schemas |= definitions["$defs"]
        return dict(app.openapi_schema or {})

    app.openapi = openapi  # type: ignore[method-assign] # FastAPI's documented way to extend it


def _operations(document: dict[str, Any]) -> Iterator[tuple[str, dict[str, Any]]]:
    for path, methods in document["paths"].items():
        yield from ((path, operation) for operation in methods.values())


def serve_docs(app: FastAPI) -> None:
    """Add /docs and the files it needs."""
    app.mount("/static/docs", StaticFiles(directory=_STATIC), name="docs")

    @app.get("/docs", include_in_schema=False)
    async def docs() -> HTMLResponse:
        return get_swagger_ui_html(
            openapi_url=str(app.openapi_url),
            title=app.title,
            swagger_js_url="/static/docs/swagger-ui-bundle.js",
            swagger_css_url="/static/docs/swagger-ui.css",
            swagger_favicon_url="/static/docs/favicon.png",
        )
