"""The glossary 术语表, made from the vocabulary: ``python -m ledger.glossary > docs/glossary.md``."""

from __future__ import annotations

import sys
from collections.abc import Iterator

from ledger.vocabulary import TERMS


def glossary() -> str:
    """Every term: its code on the wire, today's Chinese word, and the act or document that uses it."""
    return "\n".join(_lines()) + "\n"


def _lines() -> Iterator[str]:
    yield "# Glossary"
    yield ""
    yield "Made from `ledger/vocabulary.py` with `python -m ledger.glossary`; S000 to S004 are the policy documents."
    for kind in sorted({type(member) for member in TERMS}, key=lambda kind: kind.__name__):
        title = (kind.__doc__ or kind.__name__).strip().splitlines()[0].rstrip(".")
        yield ""
        yield f"## {kind.__name__}"
        yield ""
        yield f"{title}."
        yield ""
        yield "| code | term | basis |"
        yield "|---|---|---|"
        yield from (f"| `{member.value}` | {TERMS[member].zh} | {TERMS[member].basis} |" for member in kind)


if __name__ == "__main__":
    sys.stdout.write(glossary())
