"""Who asks, what each must say of itself, and what each is given of a record, whatever became of it."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace

import pytest

from ledger.catalogue import parse_item, shipped_definitions
from ledger.domain.record import Disclosure
from ledger.errors import NotAdmissible
from ledger.rulebook.book import Rulebook
from ledger.rulebook.sharing import Recipient, SharingCatalogue, SharingEntry, SharingMethod
from ledger.vocabulary import Audience
from projections.audiences import CreditService, Department, Public, Viewer, viewer_of
from projections.disclosure import PERSONAL_FIELDS, Personal, personal
from tests.ledger.domain.story import (
    ABNORMAL,
    ATTENTION,
    HONOURED,
    LICENCE,
    RESTRICTED,
    SERIOUS,
    VOLUNTARY,
    Story,
    T,
    day,
)
from tests.ledger.harness import publicity
from tests.projections.given import (
    CASE,
    DISTRICT_UNIT,
    OTHER_UNIT,
    PURPOSE,
    SEES_ALL,
    UNIT,
    VIEWERS,
    fields_of,
    filed,
    given_to,
    report,
)

EVERYBODY = set(VIEWERS)
LEVY, CONTRACT, ADJUDICATION = "administrative-levy", "contract-performance", "administrative-adjudication"
PERSONAL_DATA = {
    "CF_FRDB": "张三丰",
    "CF_FR_ZJLX": "身份证",
    "CF_FR_ZJHM": "11010519491231002X",
    "CF_SY": "经营者李四（11010519491231002X）无证经营",
    "BZ": "内部备注",
}

# ---- who asks ----------------------------------------------------------------------------------------------------


def faults_of(say: Callable[[], object]) -> dict[str, str]:
    """The fields that are refused, each with its rule."""
    with pytest.raises(NotAdmissible) as caught:
        say()
    assert all(fault.fix for fault in caught.value.faults)
    return {fault.field: fault.rule for fault in caught.value.faults}


def test_a_department_names_its_unit_its_purpose_and_the_case() -> None:
    said = {"unit": UNIT, "purpose": PURPOSE, "case": CASE}

    assert viewer_of(Audience.DEPARTMENT, **said, agreement=None) == Department(UNIT, PURPOSE, CASE)
    assert faults_of(lambda: viewer_of(Audience.DEPARTMENT, unit=UNIT)) == {
        "purpose": "a view for department needs it",
        "case": "a view for department needs it",
    }


def test_a_credit_service_names_its_agreement() -> None:
    assert viewer_of(Audience.CREDIT_SERVICE, agreement="协议1号") == CreditService("协议1号")
    assert faults_of(lambda: viewer_of(Audience.CREDIT_SERVICE)) == {"agreement": "a view for credit-service needs it"}


@pytest.mark.parametrize("audience", [Audience.PUBLIC, Audience.SUBJECT, Audience.JUDICIAL, Audience.AUDITOR])
def test_of_nobody_else_anything_is_asked(audience: Audience) -> None:
    """What was said in vain is refused: who names a case wants the department's view."""
    assert viewer_of(audience).audience is audience
    assert faults_of(lambda: viewer_of(audience, case=CASE)) == {
        "case": f"a view for {audience.value} has no use for it"
    }


@pytest.mark.parametrize(
    ("field", "text"),
    [
        ("unit", ""),
        ("unit", "测试市场监管局"),
        ("unit", "x" * 65),
        ("purpose", ""),
        ("purpose", "　"),
        ("purpose", "审" * 201),
        ("purpose", "审\u202e查"),
        ("case", ""),
        ("case", "号" * 129),
    ],
)
def test_what_a_department_says_can_be_shown_again(field: str, text: str) -> None:
    """It stands on the report and in the log of queries; the fault does not repeat it."""
    said = {"unit": UNIT, "purpose": PURPOSE, "case": CASE, field: text}
    faults = faults_of(lambda: viewer_of(Audience.DEPARTMENT, **said))

    assert faults.keys() == {field}
    assert not text or text not in faults[field]


def test_an_agreement_has_a_number() -> None:
    assert faults_of(lambda: CreditService(" ")) == {"agreement": "must be 1 to 128 characters that can be shown"}


@pytest.mark.parametrize(
    ("unit", "recipients"),
    [
        (OTHER_UNIT, {Recipient.CITY_DEPARTMENTS}),
        (DISTRICT_UNIT, {Recipient.DISTRICT_DEPARTMENTS}),
        ("court.example", {Recipient.CITY_DEPARTMENTS, Recipient.DISTRICT_DEPARTMENTS}),
    ],
)
def test_the_code_of_a_unit_says_whether_it_is_the_city_s_or_a_district_s(
    unit: str, recipients: set[Recipient]
) -> None:
    assert Department(unit, PURPOSE, CASE).recipients == recipients


# ---- what each is given of one record ----------------------------------------------------------------------------


def test_a_record_in_force_is_given_to_everybody_with_what_each_may_read() -> None:
    """The representative is nobody's or 张*; a number in a text is masked, unless whoever reads wrote or judges it."""
    told = given_to(filed(**PERSONAL_DATA))
    read = {name: fields_of(record, PERSONAL_DATA) for name, record in told.items()}
    masked_text = "经营者李四（1101**********002X）无证经营"

    assert read["public"] == read["credit-service"] == {"CF_SY": masked_text}
    assert read["department"] == {"CF_FRDB": "张*", "CF_FR_ZJHM": "1101**********002X", "CF_SY": masked_text}
    assert read["provider"] == read["judicial"] == read["auditor"] == PERSONAL_DATA
    assert read["subject"] == {
        "CF_FRDB": "张三丰",
        "CF_FR_ZJHM": "1101**********002X",
        "CF_SY": masked_text,
        "BZ": "内部备注",
    }


def test_the_other_party_is_masked_for_the_subject_too() -> None:
    """对方当事人 is somebody else's name; whoever decided knows it."""
    told = given_to(filed(ADJUDICATION, CJ_DFDSR="王五"))

    assert {name: fields_of(record, ["CJ_DFDSR"]) for name, record in told.items()} == {
        "public": {},
        "subject": {"CJ_DFDSR": "王*"},
        "provider": {"CJ_DFDSR": "王五"},
        "department": {"CJ_DFDSR": "王*"},
        "judicial": {"CJ_DFDSR": "王五"},
        "credit-service": {},
        "auditor": {"CJ_DFDSR": "王五"},
    }


def test_the_entries_of_a_record_are_given_to_those_who_see_history() -> None:
    """Others get the filing and the entry of the values, so that what lies between is not even counted."""
    story = filed()
    story.object()
    story.correct(objection="o1")
    story.resolve("corrected")
    told = given_to(story)

    assert {name: record.entries for name, record in told.items()} == {
        name: (100, 101, 102, 103) if name in SEES_ALL else (100, 102) for name in EVERYBODY
    }


def test_a_disputed_record_is_shown_as_disputed_to_everybody() -> None:
    """异议标注: annotated, not hidden."""
    story = filed()
    story.object()
    told = given_to(story)

    assert told.keys() == EVERYBODY
    assert {(record.status_zh, record.disputed) for record in told.values()} == {("异议标注", True)}


# ---- what became of it -------------------------------------------------------------------------------------------


def repaired() -> Story:
    """信用修复."""
    story = filed(today="2026-05-20").at("2026-09-01")
    story.grant()
    return story


def revoked() -> Story:
    """撤销."""
    story = filed()
    story.revoke()
    return story


def changed() -> Story:
    """废止."""
    story = filed()
    story.change()
    return story


def expired() -> Story:
    """公示期满."""
    story = filed(today="2026-04-02").at("2027-04-03")
    story.fall_due(T.PUBLICITY_ENDED, "2027-04-02", "publicity/order-36")
    return story


def dropped() -> Story:
    """不予列入."""
    story = Story("2026-04-01")
    story.notify()
    story.drop()
    return story


@pytest.mark.parametrize(
    ("ended", "status"),
    [
        (repaired, "已修复"),
        (revoked, "已撤销"),
        (changed, "已变更"),
        (expired, "期满停止公示"),
        (dropped, "不予列入"),
    ],
)
def test_what_has_ended_is_left_to_the_subject_to_justice_and_to_auditors(
    ended: Callable[[], Story], status: str
) -> None:
    """A repaired record is no longer shown, shared or used, also not by the unit that provided it."""
    told = given_to(ended())

    assert {name: record.status_zh for name, record in told.items()} == dict.fromkeys(SEES_ALL, status)


def test_a_period_that_is_over_ends_sharing_before_the_clock_has_said_so() -> None:
    """The last day still counts; on the next one those who see it all the same are told that it is over."""
    story = filed()
    last, after = given_to(story, "2027-11-20"), given_to(story, "2027-11-21")

    assert last.keys() == EVERYBODY
    assert {record.ends_on for record in last.values()} == {day("2027-11-20")}
    assert {name: record.status_zh for name, record in after.items()} == dict.fromkeys(SEES_ALL, "期满停止公示")


def test_what_is_masked_is_left_to_its_provider_too() -> None:
    """临时屏蔽 while a reorganisation is carried out: whoever lends or licenses is not to see it."""
    story = filed()
    story.mask()
    told = given_to(story)

    assert {name: record.status_zh for name, record in told.items()} == dict.fromkeys(
        {*SEES_ALL, "provider"}, "临时屏蔽"
    )


def test_what_its_subject_took_back_is_left_to_its_provider_too() -> None:
    """撤回授权: a voluntary record is withdrawn when the day is recorded, and disclosed again with the consent."""
    story = Story("2026-11-20")
    assert story.file(item=VOLUNTARY) is Disclosure.DISCLOSE
    before = given_to(story)
    assert story.withdraw("2026-11-20") is Disclosure.WITHDRAW
    told = given_to(story)
    assert story.correct() is Disclosure.DISCLOSE
    again = given_to(story)

    assert before.keys() == again.keys() == EVERYBODY
    assert told.keys() == {*SEES_ALL, "provider"}


def test_what_the_secrecy_gate_holds_back_is_left_to_its_provider_too() -> None:
    """国家秘密, 商业秘密, 个人隐私: not shared, because the reason holds for other units as well."""
    told = given_to(filed(terms=publicity("ordinary", withheld={"reason": "trade-secret", "text": "涉及配方"})))

    assert told.keys() == {*SEES_ALL, "provider"}


def test_a_list_entry_that_is_only_considered_is_between_the_unit_and_the_subject() -> None:
    """拟列入告知: nothing is decided yet."""
    story = Story("2026-04-01")
    story.notify()

    assert given_to(story).keys() == {*SEES_ALL, "provider"}


def test_a_class_that_is_not_shown_is_shared_with_departments() -> None:
    """轻微 is 原则上不予公示; to a credit service no record is given that the public may not see."""
    told = given_to(filed(terms=publicity("minor")))

    assert told.keys() == EVERYBODY - {"public", "credit-service"}
    assert {(record.status_zh, record.ends_on) for record in told.values()} == {("已入库", None)}


def test_an_entry_that_was_removed_is_given_as_the_public_sees_it() -> None:
    """移出 from 经营异常名录 is itself shown; who is no longer 守信激励对象 has no entry any more."""
    shown, gone = Story("2026-04-01"), Story("2026-04-01")
    shown.enlist(item=ABNORMAL, on="2026-04-01")
    shown.at("2026-05-06").remove()
    gone.enlist(item=HONOURED)
    gone.at("2026-05-06").remove("disqualification")

    assert {name: record.status_zh for name, record in given_to(shown).items()} == dict.fromkeys(EVERYBODY, "已移出")
    assert given_to(gone).keys() == SEES_ALL


# ---- 共享目录 ------------------------------------------------------------------------------------------------------


def test_a_restricted_item_is_shared_on_its_condition_and_not_public() -> None:
    """公共信用评价结果: departments are told the condition; credit services are not in its scope."""
    told = given_to(filed(RESTRICTED, GP_FRDB="张三丰"))

    assert told.keys() == EVERYBODY - {"public", "credit-service"}
    assert told["department"].condition == (
        "依法开展信用分级分类监管需要；注明评价标准版本和日期；不得直接作为减损权益的依据"
    )
    assert fields_of(told["department"], ["GP_FRDB"]) == {"GP_FRDB": "张*"}
    assert told["provider"].condition is None


def test_a_list_below_the_standard_of_sanctions_is_for_departments_alone() -> None:
    """重点关注对象名单: 不得公开或者转供."""
    story = Story("2026-04-01")
    story.notify(item=ATTENTION)
    story.at("2026-04-30").enlist(item=ATTENTION)

    assert given_to(story).keys() == EVERYBODY - {"public", "credit-service"}


def test_sharing_on_condition_gives_the_fields_that_are_not_public_too() -> None:
    """征收金额仅限依法履行职责需要: the department said what for; without condition only public fields are shared."""
    levy = given_to(filed(LEVY, ZS_ZSJE=123_400, BZ="备注"))
    licence = given_to(filed(LICENCE, BZ="备注"))

    assert {name: fields_of(record, ["ZS_ZSJE"]) for name, record in levy.items() if record.condition} == {
        "department": {"ZS_ZSJE": 123_400}
    }
    assert {name for name, record in levy.items() if fields_of(record, ["ZS_ZSJE"])} == {
        *SEES_ALL,
        "provider",
        "department",
    }
    assert fields_of(licence["department"], ["BZ"]) == {}
    assert fields_of(licence["provider"], ["BZ"]) == {"BZ": "备注"}


def sharing_changed(change: Callable[[SharingCatalogue], SharingCatalogue | None]) -> Story:
    """A record of a restricted item over a rulebook in which 共享目录 is another, or missing."""
    story = filed(RESTRICTED)
    book = Rulebook()
    for seq, rule in enumerate(story.book.versions.values(), 1):
        changed = change(rule) if isinstance(rule, SharingCatalogue) else rule
        book = book if changed is None else book.with_rule(changed, seq)
    story.book = book
    return story


def entry_changed(
    change_entry: Callable[[SharingEntry], SharingEntry],
) -> Callable[[SharingCatalogue], SharingCatalogue]:
    """共享目录 with another entry for the restricted item."""

    def change(sharing: SharingCatalogue) -> SharingCatalogue:
        entries = tuple(change_entry(each) if each.item == RESTRICTED else each for each in sharing.entries)
        return replace(sharing, entries=entries)

    return change


def is_given(viewer: Viewer, story: Story) -> bool:
    return bool(report(viewer, story).records)


def test_what_nobody_has_decided_to_share_is_not_shared() -> None:
    """Without a catalogue, before it is in force, and without an entry."""
    department = Department(OTHER_UNIT, PURPOSE, CASE)
    without = sharing_changed(lambda _: None)
    too_early = sharing_changed(lambda rule: replace(rule, effective_from="2026-11-21"))
    unnamed = sharing_changed(
        lambda rule: replace(rule, entries=tuple(each for each in rule.entries if each.item != RESTRICTED))
    )

    assert not any(is_given(department, story) for story in (without, too_early, unnamed))
    assert is_given(department, sharing_changed(lambda rule: replace(rule, effective_from="2026-11-20")))


def test_the_scope_tells_the_city_from_its_districts() -> None:
    """Who is not known to be either is given what is shared with both."""
    story = sharing_changed(entry_changed(lambda entry: replace(entry, scope=(Recipient.CITY_DEPARTMENTS,))))
    units = (OTHER_UNIT, DISTRICT_UNIT, "court.example")

    assert [is_given(Department(unit, PURPOSE, CASE), story) for unit in units] == [True, False, False]
    assert [is_given(Department(unit, PURPOSE, CASE), filed(RESTRICTED)) for unit in units] == [True, True, True]


def test_a_view_is_an_online_query() -> None:
    """核验, an answer of yes or no, is not a view of the record."""
    story = sharing_changed(entry_changed(lambda entry: replace(entry, method=(SharingMethod.VERIFICATION,))))

    assert not is_given(Department(OTHER_UNIT, PURPOSE, CASE), story)


def test_a_credit_service_is_given_a_restricted_item_that_the_catalogue_shares_with_it() -> None:
    """With the public fields and the condition, and nothing once the record has ended."""
    scope = (Recipient.CREDIT_SERVICE_INSTITUTIONS,)
    story = sharing_changed(entry_changed(lambda entry: replace(entry, scope=scope, condition="限于协议范围")))
    (record,) = report(VIEWERS["credit-service"], story).records

    assert record.condition == "限于协议范围"
    assert not is_given(Department(OTHER_UNIT, PURPOSE, CASE), story)
    story.revoke()
    assert not is_given(VIEWERS["credit-service"], story)


def test_not_shared_is_not_hidden_from_those_who_may_see_what_the_public_sees() -> None:
    """行政征收 is public, though not in the scope of credit services: they see it as everybody does."""
    story = filed(LEVY, ZS_ZSJE=123_400)
    public, institution = (report(VIEWERS[name], story).records for name in ("public", "credit-service"))

    assert public == institution
    assert len(public) == 1


# ---- personal fields ---------------------------------------------------------------------------------------------


def test_every_field_for_a_person_is_known_as_one() -> None:
    """By its code; a field of the shipped catalogue that speaks of a person and is not listed would go unmasked."""
    words = ("法定代表人", "证件", "负责人", "责任人", "对方当事人", "姓名")
    fields = [(item, field) for item in map(parse_item, shipped_definitions()) for field in item.fields]
    speaking = {field.code for _, field in fields if any(word in field.zh for word in words) and not field.public}

    assert speaking == {field.code for item, field in fields if personal(item, field) is not None}
    assert {Personal.REPRESENTATIVE, Personal.PERSON, Personal.CERTIFICATE} == set(PERSONAL_FIELDS.values())


def test_a_personal_field_is_masked_for_the_public_even_where_the_catalogue_makes_it_public() -> None:
    """The name of 法定代表人 is in company registers, and still personal: masked by default (domain.md 6)."""
    story = filed(CF_FRDB="张三丰")
    item = story.items["administrative-penalty", 1]
    opened = tuple(replace(field, public=True) if field.code == "CF_FRDB" else field for field in item.fields)
    story.items = {**story.items, ("administrative-penalty", 1): replace(item, fields=opened)}
    (record,) = report(Public(), story).records

    assert fields_of(record, ["CF_FRDB"]) == {"CF_FRDB": "张*"}


def test_serious_dishonesty_is_given_to_everybody_while_it_stands() -> None:
    """The list itself, with those responsible masked."""
    story = Story("2026-04-01")
    story.notify()
    story.at("2026-04-30").enlist(item=SERIOUS)

    assert given_to(story).keys() == EVERYBODY
