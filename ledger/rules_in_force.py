"""What admission and the sequencer check against: registry, catalogue and rulebook at one position of the log."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field

from ledger.admission import Catalogue
from ledger.catalogue import parse_item
from ledger.domain.bodies import AnyBody, CataloguePublished, RegisterDeclared, RulesPublished
from ledger.domain.events import Erased
from ledger.rulebook.book import Rulebook, parse_rule
from verify.commitment import Opening
from verify.registry import Registry
from verify.statement import Statement


@dataclass(frozen=True, slots=True)
class Rules:
    """One value, replaced whole after an administrative entry."""

    registry: Registry = field(default_factory=Registry)
    catalogue: Catalogue = field(default_factory=Catalogue)
    book: Rulebook = field(default_factory=Rulebook)

    def after(self, statement: Statement, body: AnyBody, openings: Mapping[str, Opening] | Erased, seq: int) -> Rules:
        """The rules after an authorised administrative statement became entry `seq`.

        Raises `EvidenceError`, and `DefinitionFault` for a definition that this version cannot read.
        """
        if isinstance(body, RegisterDeclared):
            return self  # whoever has pickled these rules, or compares with them, need not do it again
        return Rules(self.registry.apply(statement, seq), *publish(self.catalogue, self.book, body, openings, seq))


def publish(
    catalogue: Catalogue, book: Rulebook, body: AnyBody, openings: Mapping[str, Opening] | Erased, seq: int
) -> tuple[Catalogue, Rulebook]:
    """Catalogue and rulebook after entry `seq`; the same two if it publishes nothing. Raises `DefinitionFault`."""
    if not isinstance(openings, Erased):
        match body:
            case CataloguePublished():
                return catalogue.with_item(parse_item(openings["definition"].value)), book
            case RulesPublished(rules=name):
                return catalogue, book.with_rule(parse_rule(name, openings["definition"].value), seq)
    return catalogue, book
