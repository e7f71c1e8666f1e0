"""Who may say what, at one position of the log: keys, departments and catalogue items as ledgered so far.

The sequencer asks this before it appends, the auditor after: the same code, folded over the same entries.
"""

from __future__ import annotations

from collections.abc import Collection, Mapping
from dataclasses import dataclass, field, replace

from verify.errors import Incompetent, Malformed, SignatureInvalid
from verify.keys import DepartmentKeys, RegisteredKey
from verify.note import VerifierKey
from verify.statement import Statement, check_issuer
from verify.statement_type import (
    ABOUT,
    ADMINISTRATIVE,
    AUTOMATIC,
    TWO_SIGN,
    CatalogueRef,
    Clock,
    ClockRef,
    RulesRef,
    StatementType,
    declared_month,
    publication,
    statement_type,
)
from verify.strict import JsonValue

STATEMENT_CLOCK = "statement"
"""`about.clock` of a ledger whose recorded time follows the statements' `made_at`: samples, history, never evidence."""

_OPERATOR_ONLY = AUTOMATIC | {StatementType.OBJECTION_FORWARDED, StatementType.REPAIR_FORWARDED}
"""What falls due by itself, and what the platform hands over to the providing unit."""

_DEPARTMENT_OR_OPERATOR = frozenset(
    {
        StatementType.LISTING_DEFENDED,
        StatementType.OBJECTION_RAISED,
        StatementType.OBJECTION_DELIVERED,
        StatementType.REVIEW_REQUESTED,
        StatementType.REPAIR_APPLIED,
    }
)
"""What the platform takes in from a subject, or delivers to it, as a department may."""

_IN_AN_ITEM = "catalogue/"
_CATALOGUE_CLOCKS = frozenset({Clock.COLLECT, Clock.DISCLOSE})
"""A clock that stands in a catalogue item names that item as its rule: ``catalogue/<item>``."""

_LISTED = frozenset({StatementType.LISTING_NOTIFIED, StatementType.LISTING_DECIDED})


@dataclass(frozen=True, slots=True)
class Registry(DepartmentKeys):
    """The fold of all administrative entries; a value, so that readers never see half a change."""

    log: VerifierKey | None = None
    operator: VerifierKey | None = None
    clock: str | None = None
    items: Mapping[str, int] = field(default_factory=dict)
    rules: Mapping[str, int] = field(default_factory=dict)

    def signers(self, statement: Statement) -> frozenset[VerifierKey]:
        """Verify every signature of the statement; each must be by the operator, its issuer or the key it introduces.

        Raises `SignatureInvalid` for a bad signature and `Incompetent` for a key that is not in force.
        """
        introduced = introduced_key(statement)
        verified = set()
        for line in statement.note.signatures:
            name = (line.name, line.key_id)
            known = [key for key in (self.operator, introduced) if key and (key.name, key.key_id) == name]
            registered = self.keys.get(name)
            if registered is not None:
                known = [registered.key]
            if not known:
                raise Incompetent("key-unknown", f"key {line.name} is not registered at this position of the log")
            known[0].verify(statement.note.text, line.signature)
            verified.add(known[0])
        return frozenset(verified)

    def authorise(self, statement: Statement, signers: Collection[VerifierKey]) -> None:
        """Require that `signers` may make this statement now; raises `Incompetent` or `Malformed`."""
        kind = statement_type(statement)
        required, optional = ABOUT[kind]
        if not required <= statement.about.keys() <= required | optional:
            members = ", ".join(sorted(required | optional))
            raise Malformed("about", f"a {kind.value} statement has the members {members}")
        self.require_in_force(statement, signers, (self.operator, introduced_key(statement)))
        if (kind is StatementType.LEDGER_OPENED) is not (self.operator is None):
            raise Incompetent(
                "ledger-opened-once", "ledger.opened is the first statement of a log and of no other place"
            )
        if kind in ADMINISTRATIVE:
            self._authorise_administration(kind, statement, signers)
        else:
            self._authorise_speaker(kind, statement, signers)
            self._require_published(kind, statement)

    def _authorise_administration(
        self, kind: StatementType, statement: Statement, signers: Collection[VerifierKey]
    ) -> None:
        match kind:
            case StatementType.LEDGER_OPENED:
                self._authorise_opening(statement, signers)
            case StatementType.DEPARTMENT_REGISTERED:
                self._authorise_registration(statement, signers)
            case StatementType.KEY_ADDED:
                self._authorise_addition(statement, signers)
            case StatementType.KEY_ROTATED:
                self._authorise_rotation(statement, signers)
            case StatementType.KEY_REVOKED:
                self._authorise_revocation(statement, signers)
            case StatementType.REGISTER_DECLARED:
                self._authorise_declaration(statement, signers)
            case _:
                self._authorise_publication(kind, statement, signers)

    def apply(self, statement: Statement, seq: int) -> Registry:
        """The registry after an authorised statement became entry `seq`."""
        about = statement.about
        match statement_type(statement):
            case StatementType.LEDGER_OPENED:
                clock = about.get("clock")
                return replace(
                    self,
                    log=VerifierKey.parse(_text(about, "log")),
                    operator=VerifierKey.parse(_text(about, "operator")),
                    clock=clock if isinstance(clock, str) else None,
                )
            case StatementType.DEPARTMENT_REGISTERED | StatementType.KEY_ADDED:
                key = VerifierKey.parse(_text(about, "key"))
                return replace(self, keys=self.with_key(RegisteredKey(key, statement.issuer)))
            case StatementType.KEY_ROTATED:
                old, new = VerifierKey.parse(_text(about, "replaces")), VerifierKey.parse(_text(about, "key"))
                issuer = statement.issuer
                return replace(self, keys=self.with_key(RegisteredKey(old, issuer, seq), RegisteredKey(new, issuer)))
            case StatementType.KEY_REVOKED:
                key, department = VerifierKey.parse(_text(about, "key")), _text(about, "department")
                return replace(self, keys=self.with_key(RegisteredKey(key, department, seq)))
            case StatementType.CATALOGUE_PUBLISHED | StatementType.RULES_PUBLISHED as kind:
                return self._with_publication(kind, statement)
        return self

    def _require_operator(self, statement: Statement, signers: Collection[VerifierKey]) -> None:
        if self.operator is None or self.operator not in signers:
            raise Incompetent("operator-signs", f"{statement.type} needs the operator's signature")

    def _authorise_speaker(self, kind: StatementType, statement: Statement, signers: Collection[VerifierKey]) -> None:
        """Operator or department, as docs/statements.md says; that it is the right department, its stream tells."""
        by_operator = self._is_operator(statement.issuer)
        if kind in _OPERATOR_ONLY and not by_operator:
            raise Incompetent("operator-signs", f"{kind.value} is said by the operator alone")
        if by_operator and kind in _OPERATOR_ONLY | _DEPARTMENT_OR_OPERATOR:
            self._require_operator(statement, signers)
            return
        self.require_department(statement, signers)
        if kind in TWO_SIGN:
            self.require_two(statement, signers)

    def _require_published(self, kind: StatementType, statement: Statement) -> None:
        """What a statement rests on: versions that are published, a clock that is known, a list's own standard."""
        about = statement.about
        item = rules = None
        if "catalogue" in about:
            item = CatalogueRef.of(about)
            _require_version(self.items, "item", item.item, item.version)
        clock = ClockRef.of(about).clock if "since" in about else None
        if "rules" in about:
            rules = RulesRef.of(about)
            if clock in _CATALOGUE_CLOCKS and rules.name.startswith(_IN_AN_ITEM):
                _require_version(self.items, "item", rules.name.removeprefix(_IN_AN_ITEM), rules.version)
            else:
                _require_version(self.rules, "rules", rules.name, rules.version)
        if item is None:
            return
        if kind is StatementType.RECORD_FILED and f"list/{item.item}" in self.rules:
            raise Incompetent("listing-decided", f"a record of item {item.item} is a list entry: decided, not filed")
        if kind in _LISTED and (rules is None or rules.name != f"list/{item.item}"):
            raise Incompetent("list-standard", f"the standard of item {item.item} is list/{item.item}")

    def _authorise_opening(self, statement: Statement, signers: Collection[VerifierKey]) -> None:
        operator = VerifierKey.parse(_text(statement.about, "operator"))
        log = VerifierKey.parse(_text(statement.about, "log"))
        if operator not in signers or not operator.name.startswith(f"{statement.issuer}/"):
            raise Incompetent("operator-signs", "ledger.opened is signed by the operator key that it names")
        if log.public_key == operator.public_key:
            raise Incompetent("keys-apart", "the operator key must not be the checkpoint key")
        if statement.about.get("clock", STATEMENT_CLOCK) != STATEMENT_CLOCK:
            raise Malformed("about/clock", f"may only be {STATEMENT_CLOCK!r}")

    def _authorise_registration(self, statement: Statement, signers: Collection[VerifierKey]) -> None:
        """A new department; or one whose last key was revoked, which could otherwise never speak again."""
        key = VerifierKey.parse(_text(statement.about, "key"))
        if statement.about["department"] != statement.issuer:
            raise Incompetent("own-registration", "a department registers itself: about/department is the issuer")
        if self._is_operator(statement.issuer) or self.has_key_in_force(statement.issuer):
            raise Incompetent(
                "department-registered-once", f"{statement.issuer} is registered already and has a key in force"
            )
        self.require_free(key, statement.issuer)
        self._require_operator(statement, signers)
        if key not in signers:
            raise Incompetent("proof-of-possession", f"the statement must also be signed by the new key {key.name}")

    def _authorise_addition(self, statement: Statement, signers: Collection[VerifierKey]) -> None:
        """A further key beside those in force, so that two may sign: the operator watches that no key adds itself."""
        key = VerifierKey.parse(_text(statement.about, "key"))
        if statement.about["department"] != statement.issuer:
            raise Incompetent("own-key", "a department adds a key of its own: about/department is the issuer")
        self.require_free(key, statement.issuer)
        self.require_department(statement, signers)
        self._require_operator(statement, signers)
        if key not in signers:
            raise Incompetent("proof-of-possession", f"the statement must also be signed by the new key {key.name}")

    def _authorise_rotation(self, statement: Statement, signers: Collection[VerifierKey]) -> None:
        old, new = (VerifierKey.parse(_text(statement.about, name)) for name in ("replaces", "key"))
        if statement.about["department"] != statement.issuer:
            raise Incompetent("own-key", "a department rotates its own key: about/department is the issuer")
        self.require_free(new, statement.issuer)
        if not self.in_force(statement.issuer, old) or old not in signers or new not in signers:
            raise Incompetent("both-keys-sign", "a rotation is signed by the key in force and by the new key")

    def _authorise_revocation(self, statement: Statement, signers: Collection[VerifierKey]) -> None:
        department = check_issuer(_text(statement.about, "department"), "about/department")
        key = VerifierKey.parse(_text(statement.about, "key"))
        if not self.in_force(department, key):
            raise Incompetent("key-in-force", f"key {key.name} is not a key in force of {department}")
        if statement.issuer != department:
            if not self._is_operator(statement.issuer):
                raise Incompetent("own-key", "a key is revoked by its department or by the operator")
            self._require_operator(statement, signers)
        else:
            self.require_department(statement, signers)

    def _authorise_declaration(self, statement: Statement, signers: Collection[VerifierKey]) -> None:
        """决定台账: by the department itself, on an item that is published; the operator counts nobody's decisions."""
        declared_month(statement.about)
        self.require_department(statement, signers)
        item = CatalogueRef.of(statement.about)
        _require_version(self.items, "item", item.item, item.version)

    def _authorise_publication(
        self, kind: StatementType, statement: Statement, signers: Collection[VerifierKey]
    ) -> None:
        """Catalogue and rules: by the operator, and versions count up by one."""
        name, version = publication(kind, statement)
        known, word = (self.items, "item") if kind is StatementType.CATALOGUE_PUBLISHED else (self.rules, "rules")
        if not self._is_operator(statement.issuer):
            raise Incompetent("operator-signs", "catalogue and rules are published by the operator")
        self._require_operator(statement, signers)
        expected = known.get(name, 0) + 1
        if version != expected:
            raise Incompetent(f"{word}-version", f"the next version of {name} is {expected}")

    def _with_publication(self, kind: StatementType, statement: Statement) -> Registry:
        name, version = publication(kind, statement)
        if kind is StatementType.CATALOGUE_PUBLISHED:
            return replace(self, items={**self.items, name: version})
        return replace(self, rules={**self.rules, name: version})

    def _is_operator(self, issuer: str) -> bool:
        return self.operator is not None and self.operator.name.startswith(f"{issuer}/")


def introduced_key(statement: Statement) -> VerifierKey | None:
    """The key that a statement brings into the registry and must itself be signed by, if it is such a statement."""
    match statement.type:
        case StatementType.LEDGER_OPENED:
            return VerifierKey.parse(_text(statement.about, "operator"))
        case StatementType.DEPARTMENT_REGISTERED | StatementType.KEY_ADDED | StatementType.KEY_ROTATED:
            return VerifierKey.parse(_text(statement.about, "key"))
    return None


def require_signed(statement: Statement, registry: Registry) -> frozenset[VerifierKey]:
    """Verify signatures and competence together; the auditor's and the sequencer's whole question."""
    signers = registry.signers(statement)
    if not signers:
        raise SignatureInvalid(statement.issuer, "is missing")
    registry.authorise(statement, signers)
    return signers


def _require_version(published: Mapping[str, int], word: str, name: str, version: int) -> None:
    latest = published.get(name)
    if latest is None:
        raise Incompetent(f"{word}-unknown", f"{word} {name}: not published in this ledger")
    if version > latest:
        raise Incompetent(f"{word}-version", f"{word} {name}: has versions up to {latest}")


def _text(about: Mapping[str, JsonValue], name: str) -> str:
    value = about.get(name)
    if not isinstance(value, str):
        raise Malformed(f"about/{name}", "must be a string")
    return value
