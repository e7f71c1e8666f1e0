"""The API's description at /openapi.json, and /docs from files of our own: a government network reaches no CDN."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import fastapi_offline
from fastapi import FastAPI
from fastapi.openapi.docs import get_swagger_ui_html
from fastapi.responses import HTMLResponse
from fastapi.staticfiles import StaticFiles
from pydantic.json_schema import models_json_schema

from api.http.models import IdentifiersModel, ProblemModel, SubmissionModel

_STATIC = Path(fastapi_offline.__file__).parent / "static"

_READ_BY_HAND = (SubmissionModel, IdentifiersModel, ProblemModel)
"""Models that no route's signature names, because the bytes are read and written strictly."""


def describe(app: FastAPI) -> None:
    """Make the OpenAPI document say what FastAPI cannot see, and drop what it supposes: it refuses nothing with 422."""
    supposed = app.openapi

    def openapi() -> dict[str, Any]:
        if app.openapi_schema is None:
            document = supposed()
            for operation in (entry for path in document["paths"].values() for entry in path.values()):
                if "HTTPValidationError" in str(operation["responses"].get("422")):
                    del operation["responses"]["422"]
            _, definitions = models_json_schema(
                [(model, "validation") for model in _READ_BY_HAND], ref_template="#/components/schemas/{model}"
            )
            schemas = document["components"]["schemas"]
            for name in ("HTTPValidationError", "ValidationError"):
                schemas.pop(name, None)
            schemas |= definitions["$defs"]
        return dict(app.openapi_schema or {})

    app.openapi = openapi  # type: ignore[method-assign] # FastAPI's documented way to extend it


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
