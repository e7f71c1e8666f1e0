"""Who may say what, at one position of the log."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

import pytest

from tests.verify.log_builder import ITEM, LOG_KEY, OPERATOR, OPERATOR_KEY, make_key
from verify.errors import Incompetent, Malformed, SignatureInvalid
from verify.note import NoteSignature, SignedNote, SigningKey
from verify.registry import Registry, introduced_key, require_signed
from verify.statement import Statement, statement_text
from verify.statement_type import ADMINISTRATIVE, CatalogueRef, RulesRef, StatementType, statement_type
from verify.strict import JsonValue

ONE, TWO = make_key("dept.one/1"), make_key("dept.two/1")
RECORD = "0193f000-0000-7000-8000-000000000020"
OPENED: dict[str, JsonValue] = {"log": str(LOG_KEY.verifier), "operator": str(OPERATOR_KEY.verifier)}


def say(kind: str, about: Mapping[str, JsonValue], issuer: str, keys: Sequence[SigningKey]) -> Statement:
    """A signed statement without committed values."""
    text = statement_text(
        id="0193f000-0000-7000-8000-000000000002",
        issuer=issuer,
        made_at="2026-11-22T08:00:01.000000Z",
        type=kind,
        about=about,
        openings={},
    )
    return Statement.parse(SignedNote.sign(text, keys).to_bytes())


def registered(issuer: str, key: SigningKey, keys: Sequence[SigningKey] | None = None) -> Statement:
    """department.registered."""
    about: dict[str, JsonValue] = {"department": issuer, "key": str(key.verifier)}
    return say("department.registered", about, issuer, keys if keys is not None else [OPERATOR_KEY, key])


def rotated(issuer: str, old: SigningKey, new: SigningKey, keys: Sequence[SigningKey] | None = None) -> Statement:
    """key.rotated."""
    about: dict[str, JsonValue] = {"department": issuer, "key": str(new.verifier), "replaces": str(old.verifier)}
    return say("key.rotated", about, issuer, keys if keys is not None else [old, new])


def revoked(issuer: str, key: SigningKey, by: str, keys: Sequence[SigningKey]) -> Statement:
    """key.revoked."""
    return say("key.revoked", {"department": issuer, "key": str(key.verifier)}, by, keys)


def published(version: int = 1, keys: Sequence[SigningKey] = (OPERATOR_KEY,), issuer: str = OPERATOR) -> Statement:
    """catalogue.published."""
    return say("catalogue.published", {"catalogue": {"item": ITEM, "version": version}}, issuer, keys)


def ruled(name: str, version: int = 1, keys: Sequence[SigningKey] = (OPERATOR_KEY,)) -> Statement:
    """rules.published."""
    return say("rules.published", {"rules": {"name": name, "version": version}}, OPERATOR, keys)


def filed(keys: Sequence[SigningKey], issuer: str = "dept.one", version: int = 1) -> Statement:
    """record.filed."""
    return say("record.filed", {"catalogue": {"item": ITEM, "version": version}, "record": RECORD}, issuer, keys)


def after(*statements: Statement) -> Registry:
    """The registry after these statements, each of which must be allowed."""
    registry = Registry()
    for seq, statement in enumerate(statements):
        require_signed(statement, registry)
        registry = registry.apply(statement, seq)
    return registry


BASE = (
    say("ledger.opened", OPENED, OPERATOR, [OPERATOR_KEY]),
    registered("dept.one", ONE),
    registered("dept.two", TWO),
    published(),
)


def refused(registry: Registry, statement: Statement) -> str:
    """The rule by which `statement` is refused."""
    with pytest.raises(Incompetent) as caught:
        require_signed(statement, registry)
    return caught.value.rule


def test_the_registry_is_the_fold_of_administration() -> None:
    """Keys, departments and catalogue items as ledgered."""
    registry = after(*BASE)

    assert registry.log == LOG_KEY.verifier
    assert registry.operator == OPERATOR_KEY.verifier
    assert registry.departments == {"dept.one", "dept.two"}
    assert registry.items == {ITEM: 1}
    assert {item.key for item in registry.keys.values()} == {ONE.verifier, TWO.verifier}


def test_a_registry_is_a_value() -> None:
    """Readers never see half a change."""
    before = after(*BASE)
    later = before.apply(rotated("dept.one", ONE, make_key("dept.one/2")), 4)

    assert before == after(*BASE)
    assert later != before


def test_departments_speak_with_keys_in_force() -> None:
    """Their own, and no other's."""
    registry = after(*BASE)

    assert require_signed(filed([ONE]), registry) == {ONE.verifier}
    assert require_signed(filed([ONE, OPERATOR_KEY]), registry) == {ONE.verifier, OPERATOR_KEY.verifier}
    assert refused(registry, filed([TWO])) == "key-of-another"
    assert refused(registry, filed([ONE, TWO])) == "key-of-another"
    assert refused(registry, filed([OPERATOR_KEY])) == "department-signs"
    assert refused(registry, filed([make_key("dept.one/9")])) == "key-unknown"
    assert refused(registry, filed([ONE, make_key("dept.one/9")])) == "key-unknown"
    assert refused(registry, filed([LOG_KEY])) == "key-unknown"


def test_a_bad_signature_is_told_from_a_missing_right() -> None:
    """Cryptography and competence are different faults."""
    statement = filed([ONE])
    forged = SignedNote(
        statement.note.text, (NoteSignature(ONE.verifier.name, ONE.verifier.key_id, TWO.sign(b"x\n").signature),)
    )
    with pytest.raises(SignatureInvalid):
        require_signed(Statement.parse(forged.to_bytes()), after(*BASE))


def test_nothing_is_said_before_the_opening_and_the_opening_once() -> None:
    """ledger.opened is the first statement of a log and of no other place."""
    assert refused(Registry(), published(keys=[OPERATOR_KEY])) == "key-unknown"
    assert refused(after(*BASE), BASE[0]) == "ledger-opened-once"
    with pytest.raises(Incompetent, match="first statement"):
        Registry().authorise(published(), set())


def test_the_opening_is_signed_by_the_operator_it_names() -> None:
    """Under the operator's own name, and apart from the checkpoint key."""
    assert refused(Registry(), say("ledger.opened", OPENED, OPERATOR, [ONE])) == "key-unknown"
    assert refused(Registry(), say("ledger.opened", OPENED, "dept.one", [OPERATOR_KEY])) == "operator-signs"
    same = OPENED | {"log": str(SigningKey.from_seed("log", OPERATOR_KEY._seed).verifier)}
    assert refused(Registry(), say("ledger.opened", same, OPERATOR, [OPERATOR_KEY])) == "keys-apart"


def test_only_one_other_clock_is_known() -> None:
    """A sample ledger says so, in one way."""
    assert after(say("ledger.opened", OPENED | {"clock": "statement"}, OPERATOR, [OPERATOR_KEY])).clock == "statement"
    for clock in ("system", 1, None):
        with pytest.raises(Malformed, match="about/clock"):
            after(say("ledger.opened", OPENED | {"clock": clock}, OPERATOR, [OPERATOR_KEY]))


def test_a_department_is_registered_by_operator_and_key() -> None:
    """Both sign; once; under its own name; with a key nobody had."""
    registry = after(*BASE)
    six = make_key("dept.six/1")

    assert after(*BASE, registered("dept.six", six)).departments == {"dept.one", "dept.two", "dept.six"}
    assert refused(registry, registered("dept.six", six, [six])) == "operator-signs"
    assert refused(registry, registered("dept.six", six, [OPERATOR_KEY])) == "proof-of-possession"
    assert refused(registry, registered("dept.one", make_key("dept.one/7"))) == "department-registered-once"
    assert refused(registry, registered(OPERATOR, make_key(f"{OPERATOR}/7"))) == "department-registered-once"
    assert refused(registry, registered("dept.six", make_key("dept.seven/1"))) == "key-name"
    assert refused(registry, registered("dept.six", make_key("dept.six/"))) == "key-name"
    assert refused(registry, registered("dept.six", SigningKey.from_seed("dept.six/1", ONE._seed))) == "key-reused"
    other = say(
        "department.registered",
        {"department": "dept.seven", "key": str(six.verifier)},
        "dept.six",
        [OPERATOR_KEY, six],
    )
    assert refused(registry, other) == "own-registration"


def test_a_department_without_a_key_in_force_may_be_registered_again() -> None:
    """After the revocation of its only key it could otherwise never return."""
    gone, new = revoked("dept.one", ONE, OPERATOR, [OPERATOR_KEY]), make_key("dept.one/2")
    back = after(*BASE, gone, registered("dept.one", new))

    assert back.departments == {"dept.one", "dept.two"}
    assert require_signed(filed([new]), back) == {new.verifier}
    assert refused(back, filed([ONE])) == "key-ended"
    assert refused(back, registered("dept.one", make_key("dept.one/3"))) == "department-registered-once"


def test_a_department_returns_by_the_rules_of_its_first_registration() -> None:
    """Operator and new key sign, and the new key is one nobody had: neither the revoked key nor its name returns."""
    registry, new = after(*BASE, revoked("dept.one", ONE, "dept.one", [ONE])), make_key("dept.one/2")

    assert refused(registry, registered("dept.one", new, [new])) == "operator-signs"
    assert refused(registry, registered("dept.one", new, [OPERATOR_KEY])) == "proof-of-possession"
    assert refused(registry, registered("dept.one", new, [OPERATOR_KEY, new, ONE])) == "key-ended"
    assert refused(registry, registered("dept.one", ONE)) == "key-reused"
    namesake = SigningKey.from_seed("dept.one/1", b"\x07" * 32)
    assert refused(registry, registered("dept.one", namesake)) == "key-name-reused"
    assert refused(registry, registered("dept.one", make_key("dept.two/2"))) == "key-name"


def test_a_rotated_key_leaves_its_successor_in_force() -> None:
    """A department that changed its key is not without one."""
    registry = after(*BASE, rotated("dept.one", ONE, make_key("dept.one/2")))

    assert refused(registry, registered("dept.one", make_key("dept.one/3"))) == "department-registered-once"


def test_a_rotation_needs_both_keys() -> None:
    """The old key hands over, the new proves possession; then only the new speaks."""
    registry, new = after(*BASE), make_key("dept.one/2")
    later = after(*BASE, rotated("dept.one", ONE, new))

    assert require_signed(filed([new]), later) == {new.verifier}
    assert refused(later, filed([ONE])) == "key-ended"
    assert refused(later, filed([ONE, new])) == "key-ended"
    assert refused(registry, rotated("dept.one", ONE, new, [new])) == "both-keys-sign"
    assert refused(registry, rotated("dept.one", ONE, new, [ONE])) == "both-keys-sign"
    assert refused(registry, rotated("dept.one", ONE, new, [OPERATOR_KEY, new])) == "both-keys-sign"
    assert refused(registry, rotated("dept.two", ONE, make_key("dept.two/2"))) == "key-of-another"
    assert refused(registry, rotated("dept.one", ONE, make_key("dept.two/2"), [ONE])) == "key-name"
    assert refused(later, rotated("dept.one", new, ONE)) in {"key-ended", "key-reused"}
    for_another = say(
        "key.rotated",
        {"department": "dept.two", "key": str(new.verifier), "replaces": str(ONE.verifier)},
        "dept.one",
        [ONE, new],
    )
    assert refused(registry, for_another) == "own-key"


def test_a_key_name_is_used_once() -> None:
    """Also with another public key: names stand in records for ever."""
    namesake = SigningKey.from_seed("dept.one/1", b"\x07" * 32)
    assert refused(after(*BASE), rotated("dept.one", ONE, namesake)) == "key-name-reused"


def test_a_key_is_revoked_by_its_department_or_the_operator() -> None:
    """And never speaks again."""
    registry = after(*BASE)
    for by, keys in (("dept.one", [ONE]), (OPERATOR, [OPERATOR_KEY])):
        later = after(*BASE, revoked("dept.one", ONE, by, keys))
        assert refused(later, filed([ONE])) == "key-ended"
        assert refused(later, revoked("dept.one", ONE, OPERATOR, [OPERATOR_KEY])) == "key-in-force"
    assert refused(registry, revoked("dept.one", ONE, "dept.two", [TWO])) == "own-key"
    assert refused(registry, revoked("dept.two", ONE, OPERATOR, [OPERATOR_KEY])) == "key-in-force"
    assert refused(registry, revoked("dept.one", make_key("dept.one/5"), OPERATOR, [OPERATOR_KEY])) == "key-in-force"
    assert refused(registry, revoked("dept.one", ONE, OPERATOR, [TWO])) == "key-of-another"


def test_the_catalogue_is_published_by_the_operator_in_steps_of_one() -> None:
    """No version is skipped or said twice."""
    registry = after(*BASE)

    assert after(*BASE, published(2)).items == {ITEM: 2}
    assert refused(registry, published(1)) == "item-version"
    assert refused(registry, published(3)) == "item-version"
    assert refused(registry, published(2, [ONE], "dept.one")) == "operator-signs"
    assert refused(registry, published(2, [ONE])) == "key-of-another"


def test_rules_are_published_by_the_operator_in_steps_of_one() -> None:
    """Each name counts for itself, apart from items of the same name."""
    registry = after(*BASE, ruled("calendar/2026"))

    assert after(*BASE, ruled("calendar/2026"), ruled("calendar/2026", 2)).rules == {"calendar/2026": 2}
    assert refused(registry, ruled("calendar/2026")) == "rules-version"
    assert refused(registry, ruled("calendar/2026", 3)) == "rules-version"
    assert refused(registry, ruled("calendar/2027", 2)) == "rules-version"
    assert refused(registry, ruled("calendar/2027", 1, [ONE])) == "key-of-another"
    assert registry.items == {ITEM: 1}


@pytest.mark.parametrize(
    "rules",
    [
        None,
        {"name": "calendar/2026"},
        {"name": "calendar/2026", "version": 0},
        {"name": "calendar/2026", "version": True},
        {"name": "calendar/2026", "version": 1, "why": "x"},
        {"name": "calendar", "version": 1},
        {"name": "calendar/", "version": 1},
        {"name": "a/b/c", "version": 1},
        {"name": "Calendar/2026", "version": 1},
        {"name": "calendar/two words", "version": 1},
        {"name": "calendar/2026\n", "version": 1},
        {"name": "calendar/" + "x" * 60, "version": 1},
        {"name": 2026, "version": 1},
    ],
    ids=repr,
)
def test_a_rules_reference_has_one_form(rules: JsonValue) -> None:
    """Kind, name and version: no sentence fits in."""
    with pytest.raises(Malformed, match="about/rules"):
        RulesRef.of({"rules": rules})


def test_records_name_a_published_item_version() -> None:
    """An older one may still be used, one to come may not."""
    registry = after(*BASE, published(2))

    assert require_signed(filed([ONE], version=1), registry)
    assert require_signed(filed([ONE], version=2), registry)
    assert refused(registry, filed([ONE], version=3)) == "item-version"
    assert refused(after(*BASE[:3]), filed([ONE])) == "item-unknown"


def test_an_objection_is_taken_by_operator_or_department() -> None:
    """A subject objects to either; only the operator's key speaks for the operator."""
    registry, about = after(*BASE), {"objection": RECORD, "record": RECORD}

    assert require_signed(say("objection.raised", about, OPERATOR, [OPERATOR_KEY]), registry)
    assert require_signed(say("objection.raised", about, "dept.two", [TWO]), registry)
    assert refused(registry, say("objection.raised", about, OPERATOR, [ONE])) == "key-of-another"
    assert refused(registry, say("objection.resolved", about, OPERATOR, [OPERATOR_KEY])) == "department-signs"


@pytest.mark.parametrize(
    "catalogue",
    [
        None,
        {},
        "x",
        {"item": ITEM},
        {"item": ITEM, "version": 0},
        {"item": ITEM, "version": True},
        {"item": 1, "version": 1},
        {"item": "", "version": 1},
        {"item": "张三欠款", "version": 1},
        {"item": "Zhang San owes", "version": 1},
        {"item": "administrative-penalty\n", "version": 1},
        {"item": "a" * 65, "version": 1},
    ],
    ids=repr,
)
def test_a_catalogue_reference_has_one_form(catalogue: JsonValue) -> None:
    """Item and version, from 1."""
    with pytest.raises(Malformed, match="about/catalogue"):
        CatalogueRef.of({"catalogue": catalogue})


@pytest.mark.parametrize("kind", list(StatementType))
def test_about_has_the_members_of_its_type_and_no_other(kind: StatementType) -> None:
    """There is no room for a name beside the references."""
    registry = after(*BASE) if kind is not StatementType.LEDGER_OPENED else Registry()
    keys = [OPERATOR_KEY] if kind in ADMINISTRATIVE else [ONE]
    text = statement_text(
        id="0193f000-0000-7000-8000-000000000002",
        issuer="dept.one",
        made_at="2026-11-22T08:00:01.000000Z",
        type=kind,
        about={"name": "张三"},
        openings={},
    )
    statement = Statement.parse(SignedNote.sign(text, keys).to_bytes())

    with pytest.raises(Malformed, match="about"):
        registry.authorise(statement, {key.verifier for key in keys})


def test_an_unknown_type_is_refused() -> None:
    """A later version's statements need a later version's reader."""
    with pytest.raises(Malformed, match="type"):
        statement_type(say("record.renamed", {}, "dept.one", [ONE]))


def test_three_types_introduce_a_key() -> None:
    """It must sign the statement that brings it in."""
    new = make_key("dept.one/2")

    assert introduced_key(BASE[0]) == OPERATOR_KEY.verifier
    assert introduced_key(BASE[1]) == ONE.verifier
    assert introduced_key(rotated("dept.one", ONE, new)) == new.verifier
    assert introduced_key(filed([ONE])) is None
    for vkey in (7, None, "x"):
        with pytest.raises(Malformed):
            introduced_key(say("key.rotated", {"key": vkey}, "dept.one", [ONE]))
