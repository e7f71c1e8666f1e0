"""Admission: what is refused before the sequencer sees it, with every fault named and no value repeated."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import replace
from typing import cast

import pytest

from ledger.administration import catalogue_statement, revocation_statement, rules_statement
from ledger.admission import Admitted, admit
from ledger.catalogue import Openness, item_definition
from ledger.domain.bodies import RulesPublished
from ledger.errors import Fault, NotAdmissible, NotEntitled, Refusal
from ledger.rulebook.book import rule_definition, shipped_rules
from ledger.rulebook.calendar import CalendarYear
from ledger.rules_in_force import Rules
from ledger.subjects import Subject, check_identifier, subject_value
from ledger.vocabulary import ObjectionOutcome
from tests.ledger.harness import (
    ENTERPRISE,
    MARKET,
    MARKET_TOO,
    PENALTY,
    STRANGER,
    TAX,
    Desk,
    act,
    findings,
    item_reference,
    penalty,
    plea,
    put,
    record_values,
)
from verify.commitment import Opening
from verify.entry import Entry
from verify.statement_type import StatementType
from verify.strict import JsonValue
from verify.submission import Submission

RESIDENT_ID = "11010519491231002X"
"""The example of GB 11643-1999."""


@pytest.fixture(scope="module")
def office(tmp_path_factory: pytest.TempPathFactory) -> Iterator[tuple[Desk, Rules]]:
    """A founded ledger, of which admission needs the rules alone."""
    desk = Desk(tmp_path_factory.mktemp("admission") / "ledger")
    with desk.found() as ledger:
        yield desk, ledger.sequencer.rules


@pytest.fixture
def desk(office: tuple[Desk, Rules]) -> Desk:
    """Who writes statements."""
    return office[0]


@pytest.fixture
def rules(office: tuple[Desk, Rules]) -> Rules:
    """What they are held against."""
    return office[1]


def admitted(submission: Submission, rules: Rules) -> Admitted:
    """Admit a statement."""
    return admit(submission.statement, submission.openings, rules.registry, rules.catalogue)


def faults(submission: Submission, rules: Rules, kind: type[Refusal] = NotAdmissible) -> tuple[Fault, ...]:
    """The faults for which a statement is refused; each must say field, rule and fix."""
    with pytest.raises(kind) as caught:
        admitted(submission, rules)
    for fault in caught.value.faults:
        assert fault.field
        assert fault.rule
        assert fault.fix
        assert fault.sentence() in str(caught.value)
    return caught.value.faults


def fields(submission: Submission, rules: Rules, kind: type[Refusal] = NotAdmissible) -> list[str]:
    """The fields of the faults."""
    return [fault.field for fault in faults(submission, rules, kind)]


def with_openings(submission: Submission, changed: Mapping[str, Opening | None]) -> Submission:
    """Other openings beside the same statement; None takes one away."""
    openings = {**submission.openings, **changed}
    return Submission(submission.statement, {path: item for path, item in openings.items() if item is not None})


def filing(desk: Desk, *left_out: str, **changed: JsonValue) -> Submission:
    """A filing that commits to other values; in a name of `changed`, `__` stands for `/`."""
    values = record_values(ENTERPRISE, penalty())
    values |= {name.replace("__", "/"): value for name, value in changed.items()}
    for path in left_out:
        del values[path]
    about: dict[str, JsonValue] = {"catalogue": item_reference(), "record": desk.new_id()}
    return desk.sign(StatementType.RECORD_FILED, about, values)


def about(desk: Desk, kind: StatementType, about: Mapping[str, JsonValue], *left_out: str) -> Submission:
    """A statement whose `about` is changed."""
    whole: dict[str, JsonValue] = {"catalogue": item_reference(), "record": desk.new_id(), **about}
    values = record_values(ENTERPRISE, penalty())
    return desk.sign(kind, {name: value for name, value in whole.items() if name not in left_out}, values)


def test_a_right_filing_is_admitted(desk: Desk, rules: Rules) -> None:
    """Statement, signer, subject and item are known from here on."""
    ready = admitted(desk.file(), rules)

    assert ready.signers == {MARKET.verifier}
    assert ready.subject == ENTERPRISE
    assert ready.item == PENALTY
    assert ready.warnings == ()


def test_every_kind_of_statement_about_a_record_is_admitted(desk: Desk, rules: Rules) -> None:
    """Whether the record's state allows it is asked later."""
    record, objection = desk.new_id(), desk.new_id()
    for submission in (
        desk.correct(record),
        desk.correct(record, objection=objection),
        desk.revoke(record, objection=objection),
        desk.object(record, objection, key=TAX),
        *(desk.resolve(record, objection, outcome) for outcome in ObjectionOutcome),
    ):
        ready = admitted(submission, rules)

        assert ready.statement.raw == submission.statement


def test_the_operator_may_forward_an_objection(desk: Desk, rules: Rules) -> None:
    """The platform takes objections in; it does not decide them."""
    operator, record, objection = desk.home.operator_key(), desk.new_id(), desk.new_id()

    assert admitted(desk.object(record, objection, key=operator), rules).signers == {operator.verifier}
    assert fields(desk.resolve(record, objection, ObjectionOutcome.UPHELD, key=operator), rules, NotEntitled) == [
        "signature"
    ]


@pytest.mark.parametrize("raw", [b"", b"{}", b"\xff", b"{}\n\n", b"x" * 70_000])
def test_what_is_no_statement_is_refused(rules: Rules, raw: bytes) -> None:
    """Bytes that are not a signed note."""
    assert fields(Submission(raw, {}), rules) == ["statement"]


def test_a_statement_that_no_entry_could_hold_is_refused(desk: Desk, rules: Rules) -> None:
    """An entry has at most 65,535 bytes; the refusal says so before anything else is looked at."""
    huge = desk.sign(StatementType.RECORD_FILED, {}, {f"data/F{number}": None for number in range(1500)})
    (fault,) = faults(huge, rules)

    assert fault.field == "statement"
    assert "more than 65000" in fault.rule


def test_an_unknown_type_is_refused(desk: Desk, rules: Rules) -> None:
    """This version does not guess what a later one means."""
    submission = desk.file()
    unknown = Submission(submission.statement.replace(b"record.filed", b"record.erased"), submission.openings)

    assert fields(unknown, rules) == ["type"]


@pytest.mark.parametrize(
    ("kind", "changed", "left_out", "field"),
    [
        (StatementType.RECORD_FILED, {"note": "x"}, (), "about"),
        (StatementType.RECORD_FILED, {}, ("record",), "about"),
        (StatementType.RECORD_FILED, {}, ("catalogue",), "about"),
        (StatementType.RECORD_FILED, {"record": "7"}, (), "about/record"),
        (StatementType.RECORD_FILED, {"record": 7}, (), "about/record"),
        (StatementType.RECORD_FILED, {"record": "019A0000-0000-7000-8000-000000000000"}, (), "about/record"),
        (StatementType.RECORD_FILED, {"catalogue": "administrative-penalty"}, (), "about/catalogue"),
        (StatementType.RECORD_FILED, {"catalogue": {"item": "x", "version": True}}, (), "about/catalogue"),
        (StatementType.RECORD_REVOKED, {"record": None}, ("catalogue",), "about/record"),
        (StatementType.OBJECTION_RAISED, {"objection": "x"}, ("catalogue",), "about/objection"),
    ],
)
def test_references_must_be_what_they_are_for(
    desk: Desk, rules: Rules, kind: StatementType, changed: dict[str, JsonValue], left_out: tuple[str, ...], field: str
) -> None:
    """A record, an objection or an item version that cannot exist must not reach the sequencer."""
    submission = about(desk, kind, changed, *left_out)
    if kind is not StatementType.RECORD_FILED:
        whole: dict[str, JsonValue] = {"record": desk.new_id(), **changed}
        said = plea(desk.today, origin="subject") if kind is StatementType.OBJECTION_RAISED else act(desk.today)
        submission = desk.sign(kind, whole, said)

    assert fields(submission, rules) == [field]


def test_a_changed_statement_does_not_verify(desk: Desk, rules: Rules) -> None:
    """A signature is over the exact bytes."""
    submission = desk.file()
    changed = submission.statement.replace(b'"made_at":"2026', b'"made_at":"2025')
    (fault,) = faults(Submission(changed, submission.openings), rules, NotEntitled)

    assert fault.field == f"signature {MARKET.verifier.name}"
    assert fault.rule == "does not verify"


def test_a_key_nobody_registered_is_refused(desk: Desk, rules: Rules) -> None:
    """Knowing how to sign is not being entitled."""
    (fault,) = faults(desk.file(key=STRANGER), rules, NotEntitled)

    assert "not registered" in fault.rule
    assert "key-unknown" in fault.fix


def test_a_department_cannot_speak_for_another(desk: Desk, rules: Rules) -> None:
    """A second signature, by somebody else's key, is refused too."""
    (fault,) = faults(desk.file().countersign(TAX), rules, NotEntitled)

    assert "does not belong to issuer" in fault.rule


def test_an_unpublished_version_of_an_item_is_refused(desk: Desk, rules: Rules) -> None:
    """Nobody can hold a record against rules that are not in the ledger."""
    next_version, unknown = replace(PENALTY, version=2), replace(PENALTY, item="unknown-item")

    assert "versions up to 1" in faults(desk.file(item=next_version), rules, NotEntitled)[0].rule
    assert "not published" in faults(desk.file(item=unknown), rules, NotEntitled)[0].rule


def test_an_item_whose_definition_was_erased_takes_no_records(desk: Desk, rules: Rules) -> None:
    """The registry knows the version, but its rules are gone."""
    submission = desk.file()
    with pytest.raises(NotAdmissible) as caught:
        admit(submission.statement, submission.openings, rules.registry, replace(rules.catalogue, items={}))

    assert [fault.field for fault in caught.value.faults] == ["about/catalogue"]


def test_every_commitment_must_be_opened(desk: Desk, rules: Rules) -> None:
    """All of those that are not opened are named at once."""
    submission = with_openings(desk.file(), {"subject": None, "data/CF_SY": None})

    assert fields(submission, rules) == ["openings/data/CF_SY", "openings/subject"]


@pytest.mark.parametrize("wrong", [Opening(bytes(32), "测试违法事实"), Opening(b"short", "测试违法事实")])
def test_a_wrong_opening_is_refused(desk: Desk, rules: Rules, wrong: Opening) -> None:
    """Salt and value must be those that were committed to."""
    assert fields(with_openings(desk.file(), {"data/CF_SY": wrong}), rules) == ["openings/data/CF_SY"]


def test_another_value_under_the_same_salt_is_refused(desk: Desk, rules: Rules) -> None:
    """A value cannot be exchanged on the way."""
    submission = desk.file()
    changed = submission.openings["data/CF_NR_FK"]._replace(value=1)

    assert fields(with_openings(submission, {"data/CF_NR_FK": changed}), rules) == ["openings/data/CF_NR_FK"]


def test_openings_of_nothing_are_refused_without_repeating_their_names(desk: Desk, rules: Rules) -> None:
    """A name that nobody has checked may be anything, a person's for instance."""
    extra = {f"{RESIDENT_ID}\n": Opening(bytes(32), None), "张三": Opening(bytes([1]) * 32, None)}
    submission = with_openings(desk.file(), extra)

    assert fields(submission, rules) == ["openings"]
    with pytest.raises(NotAdmissible) as caught:
        admitted(submission, rules)
    assert RESIDENT_ID not in str(caught.value)
    assert "张三" not in str(caught.value)


@pytest.mark.parametrize("value", [1.5, 2**53, float("nan"), "\ud800", {"x": [0.1]}])
def test_values_outside_canonical_json_are_refused(desk: Desk, rules: Rules, value: JsonValue) -> None:
    """No two readers may see different numbers in one opening."""
    submission = desk.file()
    opening = Opening(submission.openings["data/CF_SY"].salt, value)

    assert fields(with_openings(submission, {"data/CF_SY": opening}), rules) == ["json"]


def test_no_two_fields_share_a_salt(desk: Desk, rules: Rules) -> None:
    """Whoever knows one opening could try values against the other."""
    lazy = Desk(desk.folder, desk.clock, bytes)

    assert fields(lazy.file(record=desk.new_id(), identifier=desk.new_id()), rules) == ["openings"]


@pytest.mark.parametrize(
    ("changed", "field"),
    [
        ({"note": "x"}, "committed/note"),
        ({"reason": "x"}, "committed/reason"),
        ({"data__CF_NEW": None}, "data/CF_NEW"),
        ({"data__CF_SY": None}, "data/CF_SY"),
        ({"data__CF_JDRQ": "2026-02-30"}, "data/CF_JDRQ"),
        ({"data__CF_XDR_MC": "另一企业"}, "data/CF_XDR_MC"),
    ],
)
def test_a_filing_commits_to_the_fields_of_its_item_and_no_others(
    desk: Desk, rules: Rules, changed: dict[str, JsonValue], field: str
) -> None:
    """Each field of the item is there, follows it, and nothing is added."""
    assert fields(filing(desk, **changed), rules) == [field]


def test_no_field_is_left_out(desk: Desk, rules: Rules) -> None:
    """A field without a value is null, not absent, so that presence reveals nothing."""
    assert fields(filing(desk, "subject"), rules) == ["committed/subject"]
    assert fields(filing(desk, "data/CF_SY"), rules) == ["data/CF_SY"]


def test_all_faults_are_named_at_once(desk: Desk, rules: Rules) -> None:
    """Nobody has to send a record five times to learn of five mistakes."""
    submission = filing(desk, data__CF_SY=None, data__CF_JDRQ="x", data__CF_NR_FK=-1)

    assert sorted(fields(submission, rules)) == ["data/CF_JDRQ", "data/CF_NR_FK", "data/CF_SY"]


@pytest.mark.parametrize(
    ("subject", "field"),
    [
        ("91110000MA00000077", "subject"),
        (None, "subject"),
        ({"scheme": "uscc", "code": "91110000MA00000077"}, "subject"),
        ({"scheme": "uscc", "code": "91110000MA00000077", "name": "x", "born": "1"}, "subject"),
        ({"scheme": "uscc", "code": 91, "name": "x"}, "subject"),
        ({"scheme": "uscc", "code": "91110000MA00000077", "name": ""}, "subject/name"),
        ({"scheme": "uscc", "code": "91110000MA00000077", "name": "测" * 201}, "subject/name"),
        ({"scheme": "USCC", "code": "91110000MA00000077", "name": "x"}, "subject/scheme"),
        ({"scheme": "uscc", "code": "91110000MA00000078", "name": "x"}, "subject/code"),
        ({"scheme": "uscc", "code": "0" * 18, "name": "x"}, "subject/code"),
        ({"scheme": "registration-number", "code": "３２０", "name": "x"}, "subject/code"),
        ({"scheme": "passport", "code": "X1", "name": ENTERPRISE.name}, "subject"),
    ],
)
def test_the_subject_must_be_an_identified_organisation(
    desk: Desk, rules: Rules, subject: JsonValue, field: str
) -> None:
    """Scheme, code and registered name, and nothing else about it."""
    assert fields(filing(desk, subject=subject), rules) == [field]


@pytest.mark.parametrize("scheme", ["uscc", "registration-number", "other"])
@pytest.mark.parametrize("code", [RESIDENT_ID, RESIDENT_ID.lower()])
def test_a_resident_identity_number_is_no_code_of_a_subject(desk: Desk, rules: Rules, scheme: str, code: str) -> None:
    """Everybody can recompute a handle, so it would publish the number."""
    subject: dict[str, JsonValue] = {"scheme": scheme, "code": code, "name": ENTERPRISE.name}
    (fault,) = faults(filing(desk, subject=subject), rules)

    assert fault.field == "subject/code"
    assert code not in fault.sentence()


@pytest.mark.parametrize(
    ("scheme", "code"),
    [
        ("registration-number", "320404000009559"),
        ("organisation-code", "D2143569Y"),
        ("old-registration-number", "12345"),
        ("natural-person", "test-person"),
    ],
)
def test_a_code_follows_the_rule_of_its_scheme(scheme: str, code: str) -> None:
    """A wrong check digit or length, and no scheme for persons at all."""
    with pytest.raises(NotAdmissible) as caught:
        check_identifier(scheme, code)

    assert code not in str(caught.value)


def test_records_of_natural_persons_are_refused(desk: Desk, rules: Rules) -> None:
    """This version has no handles that only the entitled can link to a person."""
    (fault,) = faults(filing(desk, data__CF_XDR_LB="自然人"), rules)

    assert fault.field == "subject"
    assert "natural persons" in fault.rule


@pytest.mark.parametrize(
    ("changed", "left_out", "field"),
    [
        ({}, "on", "committed/on"),
        ({}, "operator", "committed/operator"),
        ({}, "basis", "committed/basis"),
        ({}, "reason", "committed/reason"),
        ({}, "evidence", "committed/evidence"),
        ({"on": "20 November"}, None, "on"),
        ({"operator": ""}, None, "operator"),
        ({"reason": ""}, None, "reason"),
        ({"reason": " \u3000"}, None, "reason"),
        ({"reason": 7}, None, "reason"),
        ({"reason": "长" * 5001}, None, "reason"),
        ({"basis": None}, None, "basis"),
        ({"evidence": []}, None, "evidence"),
        ({"evidence": ["x"]}, None, "evidence[0]"),
        ({"data/CF_SY": "x"}, None, "committed/data/CF_SY"),
        ({"subject": "x"}, None, "committed/subject"),
    ],
)
def test_a_revocation_is_an_act(
    desk: Desk, rules: Rules, changed: dict[str, JsonValue], left_out: str | None, field: str
) -> None:
    """When, who, by which law, why and on which evidence, each in its form, and nothing else."""
    values = {path: value for path, value in (act(desk.today) | changed).items() if path != left_out}
    submission = desk.sign(StatementType.RECORD_REVOKED, {"record": desk.new_id()}, values)

    assert fields(submission, rules) == [field]


def test_all_faults_of_an_act_are_named_at_once(desk: Desk, rules: Rules) -> None:
    """First the paths, then the forms."""
    record: dict[str, JsonValue] = {"record": desk.new_id()}
    wrong = desk.sign(StatementType.RECORD_REVOKED, record, act("x") | {"operator": "", "basis": ""})

    assert sorted(fields(desk.sign(StatementType.RECORD_REVOKED, record, {"note": "x"}), rules)) == [
        "committed/basis",
        "committed/evidence",
        "committed/note",
        "committed/on",
        "committed/operator",
        "committed/reason",
    ]
    assert sorted(fields(wrong, rules)) == ["basis", "on", "operator"]


@pytest.mark.parametrize("outcome", ["done", "", "UPHELD", 1, None, ["upheld"]])
def test_an_outcome_is_one_of_three(desk: Desk, rules: Rules, outcome: JsonValue) -> None:
    """The refusal lists them."""
    about: dict[str, JsonValue] = {"objection": desk.new_id(), "record": desk.new_id()}
    values = act(desk.today, outcome=outcome, unit="测试市场监管局")

    assert fields(desk.sign(StatementType.OBJECTION_RESOLVED, about, values), rules) == ["outcome"]


@pytest.mark.parametrize("kind", [StatementType.LISTING_DECIDED, StatementType.REPAIR_GRANTED])
def test_two_keys_sign_what_two_must_decide(office: tuple[Desk, Rules], kind: StatementType) -> None:
    """One official alone is refused at the door; a signature of somebody else's does not help."""
    desk, rules = office
    about: dict[str, JsonValue] = {"record": desk.new_id(), "repair": desk.new_id()}
    if kind is StatementType.LISTING_DECIDED:
        about = {
            "catalogue": {"item": "administrative-penalty", "version": 1},
            "record": desk.new_id(),
            "rules": {"name": "list/administrative-penalty", "version": 1},
        }
    submission = desk.sign(kind, about, act(desk.today))

    assert fields(submission, rules, NotEntitled) == ["signature"]
    assert fields(submission.countersign(TAX), rules, NotEntitled) == ["signature"]


def test_a_catalogue_definition_is_read_strictly(desk: Desk, rules: Rules) -> None:
    """What the operator publishes must be an item that records can be held against, and the one it says."""
    pen = desk.pen(desk.home.operator_key())
    second = replace(PENALTY, version=2)
    reference: dict[str, JsonValue] = {"catalogue": item_reference(second)}
    definition = cast("dict[str, JsonValue]", item_definition(second))
    wrong: dict[str, JsonValue] = {"definition": {**definition, "public": True}}
    third: dict[str, JsonValue] = {"definition": {**definition, "version": 3}}

    assert admitted(catalogue_statement(pen, second), rules).item == second
    assert fields(pen.write(StatementType.CATALOGUE_PUBLISHED, reference, wrong), rules) == ["definition/$"]
    assert fields(pen.write(StatementType.CATALOGUE_PUBLISHED, reference, third), rules) == ["definition"]


def test_a_rule_is_read_strictly(desk: Desk, rules: Rules) -> None:
    """What the operator publishes must be a rule of a kind that is known, the one it says, in the version it says."""
    pen = desk.pen(desk.home.operator_key())
    year = next(rule for rule in shipped_rules() if isinstance(rule, CalendarYear) and rule.year == 2026)
    definition = rule_definition(year)

    def written(name: str, **changed: JsonValue) -> list[str]:
        about: dict[str, JsonValue] = {"rules": {"name": name, "version": 1}}
        values: dict[str, JsonValue] = {"definition": {**definition, **changed}}
        return fields(pen.write(StatementType.RULES_PUBLISHED, about, values), rules)

    assert admitted(rules_statement(pen, year), rules).body == RulesPublished("calendar/2026", 1)
    assert written("calendar/2026", days_off=["2026-01-01", "2025-01-01"]) == ["definition/$.days_off[1]"]
    assert written("calendar/2027") == ["definition/$"]
    assert written("weather/2026") == ["definition/$"]
    assert written("calendar/2026", version=2) == ["definition"]


def test_only_the_operator_publishes_the_catalogue(desk: Desk, rules: Rules) -> None:
    """A department cannot loosen the rules for its own records."""
    submission = catalogue_statement(desk.pen(MARKET), replace(PENALTY, version=2))

    assert "published by the operator" in faults(submission, rules, NotEntitled)[0].rule


def test_a_department_revokes_its_own_keys_only(desk: Desk, rules: Rules) -> None:
    """The operator may; another department may not."""
    operator = desk.home.operator_key()

    for key in (MARKET, operator):
        assert admitted(revocation_statement(desk.pen(key), MARKET.verifier, "x"), rules).signers == {key.verifier}
    assert (
        "by its department"
        in faults(revocation_statement(desk.pen(TAX), MARKET.verifier, "x"), rules, NotEntitled)[0].rule
    )


SECRET = "9137秘密"


@pytest.mark.parametrize("code", [item.code for item in PENALTY.fields])
@pytest.mark.parametrize("value", [SECRET + "\x00", [SECRET], {SECRET: SECRET}, SECRET * 5000])
def test_no_refusal_repeats_a_value(desk: Desk, rules: Rules, code: str, value: JsonValue) -> None:
    """Refusals end up in logs and on screens; values may be personal."""
    with pytest.raises(NotAdmissible) as caught:
        admitted(filing(desk, **{f"data__{code}": value}), rules)

    assert "9137" not in str(caught.value)
    assert code in str(caught.value)


@pytest.mark.parametrize("part", ["scheme", "code", "name"])
@pytest.mark.parametrize("value", [SECRET, SECRET * 50, [SECRET]])
def test_no_refusal_repeats_a_part_of_the_subject(desk: Desk, rules: Rules, part: str, value: JsonValue) -> None:
    """Not even when the part is in a place where nobody looks for a name."""
    subject: dict[str, JsonValue] = {"scheme": "uscc", "code": ENTERPRISE.code, "name": ENTERPRISE.name, part: value}
    with pytest.raises(NotAdmissible) as caught:
        admitted(filing(desk, subject=subject), rules)

    assert "9137" not in str(caught.value)


def test_warnings_go_with_the_receipt(tmp_path_factory: pytest.TempPathFactory) -> None:
    """A text longer than the standard says is taken, and the sender told."""
    desk = Desk(tmp_path_factory.mktemp("warned") / "ledger")
    with desk.found() as ledger:
        accepted = put(ledger, desk.file(CF_SY="违" * 5001))

        assert [warning.field for warning in accepted.warnings] == ["data/CF_SY"]
        assert not accepted.repeated
        assert findings(ledger) == []


def test_a_restricted_item_is_not_disclosed(tmp_path_factory: pytest.TempPathFactory) -> None:
    """A filing of a public item discloses itself in its own header, one of a restricted item nothing."""
    desk = Desk(tmp_path_factory.mktemp("restricted") / "ledger")
    restricted = replace(PENALTY, item="restricted-item", openness=Openness.RESTRICTED, disclose_within=None)
    with desk.found(restricted) as ledger:
        public, hidden = put(ledger, desk.file()), put(ledger, desk.file(item=restricted))

        assert Entry.parse(public.receipt.entry).header.discloses == (public.seq,)
        assert Entry.parse(hidden.receipt.entry).header.discloses == ()
        assert findings(ledger) == []


@pytest.fixture(scope="module")
def listing(founded: Desk, tmp_path_factory: pytest.TempPathFactory) -> Iterator[tuple[Desk, Rules]]:
    """A ledger with standards of lists, and who writes to it."""
    desk = founded.copy(tmp_path_factory.mktemp("lists") / "ledger")
    with desk.open() as ledger:
        yield desk, ledger.sequencer.rules


def listed(
    desk: Desk, kind: StatementType, more: Mapping[str, JsonValue] | None = None, subject: Subject = ENTERPRISE
) -> Submission:
    """A notice or decision on the serious list, signed by two."""
    name = "serious-dishonesty-list"
    about: dict[str, JsonValue] = {
        "catalogue": {"item": name, "version": 1},
        "record": desk.new_id(),
        "rules": {"name": f"list/{name}", "version": 1},
    }
    said = act(desk.today, subject=dict(subject_value(subject)), cases=["health-and-life"])
    return desk.sign(kind, about, {**said, **(more or {})}, too=MARKET_TOO)


def test_a_notice_of_intent_concerns_a_subject_that_the_list_takes(listing: tuple[Desk, Rules]) -> None:
    """It has no fields yet; its item says who can be on the list at all."""
    desk, rules = listing
    ready = admitted(listed(desk, StatementType.LISTING_NOTIFIED), rules)
    assert (ready.subject, ready.item and ready.item.item) == (ENTERPRISE, "serious-dishonesty-list")
    assert ready.signers == {MARKET.verifier, MARKET_TOO.verifier}

    other = Subject("organisation-code", "D2143569X", "测试机关")
    (fault,) = faults(listed(desk, StatementType.LISTING_NOTIFIED, subject=other), rules)
    assert (fault.field, "identified in this scheme" in fault.rule) == ("subject", True)


def test_a_decision_to_list_commits_to_the_fields_of_its_item(listing: tuple[Desk, Rules]) -> None:
    """Like a filing; a notice has none."""
    desk, rules = listing
    bare = listed(desk, StatementType.LISTING_DECIDED, {"prolonged_by": 0})
    early = listed(desk, StatementType.LISTING_NOTIFIED, {"data/YZ_LRRQ": desk.today})

    assert "data/YZ_LRRQ" in fields(bare, rules)
    assert all(field.startswith("data/") for field in fields(bare, rules))
    assert fields(early, rules) == ["committed/data/YZ_LRRQ"]


def test_a_decision_to_list_needs_months_and_cases(listing: tuple[Desk, Rules]) -> None:
    """Both always, the defence where there was one."""
    desk, rules = listing
    decided = StatementType.LISTING_DECIDED

    assert fields(listed(desk, decided), rules) == ["committed/prolonged_by"]
    assert fields(listed(desk, decided, {"prolonged_by": "0"}), rules) == ["prolonged_by"]
    assert fields(listed(desk, decided, {"prolonged_by": 0, "defence": ""}), rules) == ["defence"]


@pytest.mark.parametrize(("name", "reason"), [("list/trustworthy-subject", "list/serious"), ("list/none", "published")])
def test_an_entry_names_the_standard_of_its_list(listing: tuple[Desk, Rules], name: str, reason: str) -> None:
    """Another list's, or one that nobody published, is no ground."""
    desk, rules = listing
    about: dict[str, JsonValue] = {
        "catalogue": {"item": "serious-dishonesty-list", "version": 1},
        "record": desk.new_id(),
        "rules": {"name": name, "version": 1},
    }
    said = act(desk.today, subject=dict(subject_value(ENTERPRISE)), cases=["health-and-life"])
    (fault,) = faults(desk.sign(StatementType.LISTING_NOTIFIED, about, said), rules, NotEntitled)

    assert reason in fault.rule


def test_an_entry_of_a_list_is_not_filed(listing: tuple[Desk, Rules]) -> None:
    """Refused before its fields are looked at."""
    desk, rules = listing
    about: dict[str, JsonValue] = {
        "catalogue": {"item": "serious-dishonesty-list", "version": 1},
        "record": desk.new_id(),
    }
    submission = desk.sign(StatementType.RECORD_FILED, about, record_values(ENTERPRISE, {}))

    assert "decided, not filed" in faults(submission, rules, NotEntitled)[0].rule


def test_what_falls_due_is_said_by_the_operator(listing: tuple[Desk, Rules]) -> None:
    """A department cannot end its own record's publicity, nor say that somebody else was late."""
    desk, rules = listing
    about: dict[str, JsonValue] = {"record": desk.new_id(), "rules": {"name": "publicity/order-36", "version": 1}}
    values: dict[str, JsonValue] = {"on": desk.today, "reason": "期满"}
    operator = desk.home.operator_key()

    admitted(desk.sign(StatementType.PUBLICITY_ENDED, about, values, operator), rules)
    assert (
        "operator alone" in faults(desk.sign(StatementType.PUBLICITY_ENDED, about, values), rules, NotEntitled)[0].rule
    )


@pytest.mark.parametrize(
    ("rules_named", "clock", "since", "kind"),
    [
        ("catalogue/administrative-penalty", "collect", 7, None),
        ("catalogue/none", "collect", 7, NotEntitled),
        ("objection/default", "verify", 7, None),
        ("objection/default", "sleep", 7, NotAdmissible),
        ("objection/default", "verify", 0, NotAdmissible),
        ("objection/default", "verify", "7", NotAdmissible),
    ],
)
def test_a_missed_deadline_names_a_clock_an_entry_and_a_rule(
    listing: tuple[Desk, Rules], rules_named: str, clock: str, since: JsonValue, kind: type[Refusal] | None
) -> None:
    """Whether that clock ran out is asked later."""
    desk, rules = listing
    about: dict[str, JsonValue] = {
        "clock": clock,
        "record": desk.new_id(),
        "rules": {"name": rules_named, "version": 1},
        "since": since,
    }
    values: dict[str, JsonValue] = {"on": desk.today, "reason": "逾期", "calendar": [[2026, 1]]}
    submission = desk.sign(StatementType.DEADLINE_MISSED, about, values, desk.home.operator_key())
    if kind is None:
        admitted(submission, rules)
    else:
        assert len(faults(submission, rules, kind)) == 1
