"""Who may say what, at one position of the log."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

import pytest

from tests.verify.log_builder import ITEM, LOG_KEY, OPERATOR, OPERATOR_KEY, make_key
from verify.errors import Incompetent, Malformed, SignatureInvalid
from verify.note import NoteSignature, SignedNote, SigningKey
from verify.registry import Registry, introduced_key, require_signed
from verify.statement import Statement, statement_text
from verify.statement_type import (
    ABOUT,
    ADMINISTRATIVE,
    TWO_SIGN,
    CatalogueRef,
    Clock,
    ClockRef,
    RulesRef,
    StatementType,
    statement_type,
)
from verify.strict import JsonValue

ONE, TWO = make_key("dept.one/1"), make_key("dept.two/1")
SECOND = make_key("dept.one/second")
LIST_ITEM = "dishonesty-list"
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


def added(issuer: str, key: SigningKey, keys: Sequence[SigningKey], department: str | None = None) -> Statement:
    """key.added."""
    about: dict[str, JsonValue] = {"department": department or issuer, "key": str(key.verifier)}
    return say("key.added", about, issuer, keys)


def rotated(issuer: str, old: SigningKey, new: SigningKey, keys: Sequence[SigningKey] | None = None) -> Statement:
    """key.rotated."""
    about: dict[str, JsonValue] = {"department": issuer, "key": str(new.verifier), "replaces": str(old.verifier)}
    return say("key.rotated", about, issuer, keys if keys is not None else [old, new])


def revoked(issuer: str, key: SigningKey, by: str, keys: Sequence[SigningKey]) -> Statement:
    """key.revoked."""
    return say("key.revoked", {"department": issuer, "key": str(key.verifier)}, by, keys)


def published(
    version: int = 1, keys: Sequence[SigningKey] = (OPERATOR_KEY,), issuer: str = OPERATOR, item: str = ITEM
) -> Statement:
    """catalogue.published."""
    return say("catalogue.published", {"catalogue": {"item": item, "version": version}}, issuer, keys)


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


FULL = (
    *BASE,
    added("dept.one", SECOND, [OPERATOR_KEY, ONE, SECOND]),
    published(item=LIST_ITEM),
    ruled(f"list/{LIST_ITEM}"),
    ruled("repair/order-36"),
)


def spoken(kind: str, issuer: str, keys: Sequence[SigningKey], **members: JsonValue) -> Statement:
    """A statement with all that its type must name, unless told otherwise."""
    listing = kind.startswith("listing")
    named: dict[str, JsonValue] = dict.fromkeys(ABOUT[StatementType(kind)][0], RECORD)
    known: dict[str, JsonValue] = {
        "catalogue": {"item": LIST_ITEM if listing else ITEM, "version": 1},
        "rules": {"name": f"list/{LIST_ITEM}" if listing else "repair/order-36", "version": 1},
        "clock": "verify",
        "since": 4,
    }
    about = named | {name: value for name, value in known.items() if name in named} | members
    return say(kind, about, issuer, keys)


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


def test_a_signature_verified_elsewhere_gives_no_right_here() -> None:
    """Who verified it may have known another registry."""
    with pytest.raises(Incompetent, match="not registered at this position"):
        after(*BASE).authorise(filed([ONE]), {ONE.verifier, make_key("dept.one/9").verifier})


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
    assert refused(registry, published(2, [ONE, OPERATOR_KEY], "dept.one")) == "operator-signs"
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


BY_THE_OPERATOR = {
    "publicity.ended",
    "listing.expired",
    "bar.ended",
    "deadline.missed",
    "deadline.recomputed",
    "objection.forwarded",
    "repair.forwarded",
}
BY_EITHER = {
    "listing.defended",
    "objection.raised",
    "objection.delivered",
    "review.requested",
    "repair.applied",
}
BY_TWO_KEYS = {"listing.decided", "listing.removed", "repair.granted", "repair.refused", "repair.revoked"}
ALL = {kind.value for kind in StatementType} - {kind.value for kind in ADMINISTRATIVE}


@pytest.mark.parametrize("kind", sorted(BY_THE_OPERATOR))
def test_the_operator_alone_says_what_falls_due_and_hands_over(kind: str) -> None:
    """Under its own name: an issuer of its own that the operator countersigns is another's word."""
    registry = after(*FULL)

    assert require_signed(spoken(kind, OPERATOR, [OPERATOR_KEY]), registry)
    assert refused(registry, spoken(kind, "dept.one", [ONE, SECOND])) == "operator-signs"
    assert refused(registry, spoken(kind, "dept.one", [ONE, OPERATOR_KEY])) == "operator-signs"
    assert refused(registry, spoken(kind, OPERATOR, [ONE])) == "key-of-another"
    with pytest.raises(Incompetent, match="operator's signature"):
        registry.authorise(spoken(kind, OPERATOR, [OPERATOR_KEY]), set())


@pytest.mark.parametrize("kind", sorted(BY_EITHER))
def test_a_plea_is_taken_in_by_operator_or_department(kind: str) -> None:
    """A subject turns to either; only the operator's key speaks for the operator."""
    registry = after(*FULL)

    assert require_signed(spoken(kind, OPERATOR, [OPERATOR_KEY]), registry)
    assert require_signed(spoken(kind, "dept.two", [TWO]), registry)
    assert refused(registry, spoken(kind, "dept.one", [OPERATOR_KEY])) == "department-signs"
    assert refused(registry, spoken(kind, OPERATOR, [ONE])) == "key-of-another"
    with pytest.raises(Incompetent, match="operator's signature"):
        registry.authorise(spoken(kind, OPERATOR, [OPERATOR_KEY]), set())


@pytest.mark.parametrize("kind", sorted(ALL - BY_THE_OPERATOR - BY_EITHER))
def test_departments_alone_say_the_rest(kind: str) -> None:
    """The operator does not decide for them."""
    registry = after(*FULL)

    assert require_signed(spoken(kind, "dept.one", [ONE, SECOND]), registry)
    assert refused(registry, spoken(kind, OPERATOR, [OPERATOR_KEY])) == "department-signs"
    assert refused(registry, spoken(kind, "dept.one", [OPERATOR_KEY])) == "department-signs"


@pytest.mark.parametrize("kind", sorted(ALL - BY_THE_OPERATOR))
def test_some_decisions_need_two_keys_of_the_department(kind: str) -> None:
    """Neither the operator's key nor an ended one is the second."""
    registry = after(*FULL)
    one = spoken(kind, "dept.one", [ONE])
    with_operator = spoken(kind, "dept.one", [ONE, OPERATOR_KEY])
    ended = registry.apply(revoked("dept.one", SECOND, OPERATOR, [OPERATOR_KEY]), 9)

    assert {kind.value for kind in TWO_SIGN} == BY_TWO_KEYS
    if kind in BY_TWO_KEYS:
        assert refused(registry, one) == refused(registry, with_operator) == "two-sign"
        assert refused(ended, one) == "two-sign"
        with pytest.raises(Incompetent, match="two keys"):
            registry.authorise(one, [ONE.verifier, ONE.verifier])
    else:
        assert require_signed(one, registry)
        assert require_signed(with_operator, registry)
    assert require_signed(spoken(kind, "dept.one", [ONE, SECOND]), registry)
    assert refused(ended, spoken(kind, "dept.one", [ONE, SECOND])) == "key-ended"
    assert refused(registry, spoken(kind, "dept.one", [ONE, TWO])) == "key-of-another"


def test_a_key_is_added_by_department_new_key_and_operator() -> None:
    """Beside those in force, which stay so: from then on two may sign."""
    registry = after(*BASE)
    later = registry.apply(added("dept.one", SECOND, [OPERATOR_KEY, ONE, SECOND]), 4)

    assert after(*FULL).departments == {"dept.one", "dept.two"}
    assert require_signed(filed([ONE]), later)
    assert require_signed(filed([SECOND]), later)
    assert require_signed(filed([ONE, SECOND]), later) == {ONE.verifier, SECOND.verifier}
    third = make_key("dept.one/third")
    assert require_signed(added("dept.one", third, [OPERATOR_KEY, SECOND, third]), later)
    assert refused(registry, added("dept.one", SECOND, [ONE, SECOND])) == "operator-signs"
    assert refused(registry, added("dept.one", SECOND, [OPERATOR_KEY, ONE])) == "proof-of-possession"
    assert refused(registry, added("dept.one", SECOND, [OPERATOR_KEY, SECOND])) == "department-signs"
    assert refused(registry, added("dept.one", SECOND, [OPERATOR_KEY, SECOND, TWO])) == "key-of-another"


def test_an_added_key_is_new_and_the_departments_own() -> None:
    """As every key: of the right name, and nobody had it or its name before."""
    registry = after(*FULL)
    foreign, same = make_key("dept.two/second"), SigningKey.from_seed("dept.one/3", ONE._seed)
    namesake = SigningKey.from_seed("dept.one/second", b"\x07" * 32)

    assert refused(registry, added("dept.one", foreign, [OPERATOR_KEY, ONE, foreign])) == "key-name"
    assert refused(registry, added("dept.one", same, [OPERATOR_KEY, ONE, same])) == "key-reused"
    assert refused(registry, added("dept.one", namesake, [OPERATOR_KEY, ONE, namesake])) == "key-name-reused"
    third = make_key("dept.one/third")
    assert refused(registry, added("dept.one", third, [OPERATOR_KEY, ONE, third], "dept.two")) == "own-key"
    six = make_key("dept.six/1")
    assert refused(registry, added("dept.six", six, [OPERATOR_KEY, six])) == "department-signs"
    own = make_key(f"{OPERATOR}/2")
    assert refused(registry, added(OPERATOR, own, [OPERATOR_KEY, own])) == "department-signs"


def test_a_department_with_two_keys_may_lose_one() -> None:
    """It still has one in force: it is not registered again, and may say all that needs no second."""
    later = after(*FULL, revoked("dept.one", SECOND, "dept.one", [ONE]))

    assert require_signed(filed([ONE]), later)
    assert refused(later, registered("dept.one", make_key("dept.one/7"))) == "department-registered-once"


@pytest.mark.parametrize("kind", sorted(kind for kind in ALL if "rules" in ABOUT[StatementType(kind)][0]))
def test_statements_name_published_rules(kind: str) -> None:
    """An older version may still be used, one to come may not."""
    listing = kind.startswith("listing")
    name, item = (f"list/{LIST_ITEM}", LIST_ITEM) if listing else ("repair/order-36", ITEM)
    issuer, keys = (OPERATOR, [OPERATOR_KEY]) if kind in BY_THE_OPERATOR else ("dept.one", [ONE, SECOND])
    registry = after(*FULL, ruled(name, 2))

    for version in (1, 2):
        assert require_signed(spoken(kind, issuer, keys, rules={"name": name, "version": version}), registry)
    assert refused(registry, spoken(kind, issuer, keys, rules={"name": name, "version": 3})) == "rules-version"
    other = spoken(kind, issuer, keys, rules={"name": f"list/{item}-of-old", "version": 1})
    assert refused(registry, other) == "rules-unknown"
    with pytest.raises(Malformed, match="about/rules"):
        require_signed(spoken(kind, issuer, keys, rules=name), registry)


@pytest.mark.parametrize("kind", ["deadline.missed", "deadline.recomputed"])
@pytest.mark.parametrize("clock", list(Clock))
def test_a_clock_of_the_catalogue_names_the_item_as_its_rule(kind: str, clock: Clock) -> None:
    """Collection and disclosure alone; where the rules say when, they name the rules as all others do."""
    registry = after(*FULL)

    def said(name: str, version: int) -> Statement:
        rules: JsonValue = {"name": name, "version": version}
        return spoken(kind, OPERATOR, [OPERATOR_KEY], clock=clock.value, rules=rules)

    assert require_signed(said(f"list/{LIST_ITEM}", 1), registry)
    if clock in {Clock.COLLECT, Clock.DISCLOSE}:
        assert require_signed(said(f"catalogue/{ITEM}", 1), registry)
        assert refused(registry, said(f"catalogue/{ITEM}", 2)) == "item-version"
        assert refused(registry, said("catalogue/another-item", 1)) == "item-unknown"
    else:
        assert refused(registry, said(f"catalogue/{ITEM}", 1)) == "rules-unknown"
    application = spoken("repair.applied", "dept.one", [ONE], rules={"name": f"catalogue/{ITEM}", "version": 1})
    assert refused(registry, application) == "rules-unknown"


@pytest.mark.parametrize("kind", sorted(kind for kind in ALL if "catalogue" in ABOUT[StatementType(kind)][0]))
def test_statements_name_published_items(kind: str) -> None:
    """Not only those that file."""
    registry = after(*FULL)
    item = LIST_ITEM if kind.startswith("listing") else ITEM

    later = spoken(kind, "dept.one", [ONE, SECOND], catalogue={"item": item, "version": 2})
    unknown = spoken(kind, "dept.one", [ONE, SECOND], catalogue={"item": "another-item", "version": 1})
    assert refused(registry, later) == "item-version"
    assert refused(registry, unknown) == "item-unknown"


def test_a_list_entry_is_decided_by_the_standard_of_its_item() -> None:
    """Neither by that of another list nor, with one key, as a record of any other kind."""
    registry = after(*FULL, ruled("list/another-list"))
    listed: dict[str, JsonValue] = {"item": LIST_ITEM, "version": 1}

    for kind in ("listing.notified", "listing.decided"):
        other: dict[str, JsonValue] = {"name": "list/another-list", "version": 1}
        no_list: dict[str, JsonValue] = {"name": "repair/order-36", "version": 1}
        for rules in (other, no_list):
            assert refused(registry, spoken(kind, "dept.one", [ONE, SECOND], rules=rules)) == "list-standard"
    assert refused(registry, spoken("record.filed", "dept.one", [ONE], catalogue=listed)) == "listing-decided"
    assert require_signed(spoken("record.corrected", "dept.one", [ONE], catalogue=listed), registry)
    before = after(*FULL[:6])
    assert require_signed(spoken("record.filed", "dept.one", [ONE], catalogue=listed), before)


@pytest.mark.parametrize("kind", ["deadline.missed", "deadline.recomputed"])
def test_a_deadline_names_a_clock_and_the_entry_that_started_it(kind: str) -> None:
    """No sentence fits in."""
    registry = after(*FULL)

    for clock in Clock:
        assert require_signed(spoken(kind, OPERATOR, [OPERATOR_KEY], clock=clock.value, since=1), registry)
    for wrong in ({"clock": "张三"}, {"clock": None}, {"since": 0}, {"since": True}, {"since": "4"}, {"since": -1}):
        members: dict[str, JsonValue] = {**wrong}
        with pytest.raises(Malformed, match=f"about/{next(iter(wrong))}"):
            require_signed(spoken(kind, OPERATOR, [OPERATOR_KEY], **members), registry)
    assert ClockRef.of({"clock": "act", "since": 7}) == ClockRef(Clock.ACT, 7)


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


def test_four_types_introduce_a_key() -> None:
    """It must sign the statement that brings it in."""
    new = make_key("dept.one/2")

    assert introduced_key(BASE[0]) == OPERATOR_KEY.verifier
    assert introduced_key(BASE[1]) == ONE.verifier
    assert introduced_key(rotated("dept.one", ONE, new)) == new.verifier
    assert introduced_key(added("dept.one", new, [ONE])) == new.verifier
    assert introduced_key(filed([ONE])) is None
    for vkey in (7, None, "x"):
        with pytest.raises(Malformed):
            introduced_key(say("key.rotated", {"key": vkey}, "dept.one", [ONE]))
