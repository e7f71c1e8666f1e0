"""What every route needs: the open ledger, and who may see what."""

from __future__ import annotations

import hmac
from dataclasses import dataclass
from typing import Annotated

from fastapi import Depends, Request

from api.admission import BatchAdmission
from api.http.keeping import note_token_decides
from api.problems import TokenMissing
from ledger.service import WritableLedger


@dataclass(frozen=True, slots=True)
class Context:
    """An open ledger, the token of its auditors, and what admits batches to it."""

    ledger: WritableLedger
    auditor_token: str
    admission: BatchAdmission


async def context_of(request: Request) -> Context:
    """The context of the application a request came to. Asynchronous, or every request would cost a thread."""
    context: Context = request.app.state.context
    return context


def is_auditor(request: Request) -> bool:
    """Whether the request carries the auditor's token; a wrong one is an error, not a public request."""
    header = request.headers.get("authorization")
    note_token_decides(request, sent=header is not None)
    if header is None:
        return False
    context: Context = request.app.state.context
    expected = f"Bearer {context.auditor_token}"
    if not hmac.compare_digest(header.encode(), expected.encode()):
        raise TokenMissing("the token is not the auditor's")
    return True


async def require_auditor(request: Request) -> None:
    """Raise `TokenMissing` without the auditor's token."""
    if not is_auditor(request):
        raise TokenMissing("no token was sent")


WithContext = Annotated[Context, Depends(context_of)]
"""The route's ledger."""

AuditorOnly = Depends(require_auditor)
"""Dependency of a route for auditors, regulators and mirrors."""
