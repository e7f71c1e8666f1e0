"""The lists beside that of serious dishonesty: 经营异常, 守信激励, 重点关注, and what society recommends."""

from __future__ import annotations

import pytest

from ledger.rulebook.lists import ListStandard, SourceClass, may_trigger
from ledger.vocabulary import RecordStatus
from tests.ledger.harness import MARKET, MARKET_TOO
from tests.scenarios.office import Office
from tests.scenarios.papers import ABNORMAL, ATTENTION, HONOUR, SERIOUS
from tests.scenarios.procedures import Listing, begin_listing

LATE = "annual-report-not-published"


def abnormal(office: Office, case: str = LATE) -> Listing:
    """An entry of 2026-07-06; no notice comes before it."""
    listing = begin_listing(office, ABNORMAL, case)
    office.on("2026-07-06")
    listing.decide()
    return listing


def test_a_company_that_publishes_its_report_is_removed_and_still_shown_as_removed(office: Office) -> None:
    """移出: the entry was right; everybody sees that it was there, and that it was removed."""
    listing = abnormal(office)
    record = listing.record

    assert office.sees(record) is not None
    assert office.clocks(record) == {}, "no period ends it: it stands until the duty is done"

    office.on("2026-09-01")
    with office.refuses("signature"):
        listing.remove("early-repair", too=None)
    listing.remove("early-repair")

    assert office.sees(record) is not None
    assert office.status(record) is RecordStatus.REMOVED
    with office.refuses("about/record"):
        listing.remove("early-repair")
    assert office.audit() == []


def test_an_entry_that_was_wrong_is_taken_back_and_not_shown(office: Office) -> None:
    """更正移出: not a removal but a revocation, after which nobody sees the entry or that it was there."""
    listing = abnormal(office)
    with office.refuses("removal") as answer:
        listing.remove("corrected-removal")
    assert answer.says("what was wrong is taken back by record.revoked")
    office.on("2026-07-08")
    office.revoke(listing.record)

    assert office.sees(listing.record) is None
    assert office.status(listing.record) is RecordStatus.REVOKED
    assert office.history(listing.record) == ["listing.decided", "record.revoked"]
    assert office.audit() == []


def test_an_entry_that_was_removed_can_still_turn_out_to_have_been_wrong(office: Office) -> None:
    """更正移出 after 移出: what was shown as removed disappears."""
    listing = abnormal(office)
    office.on("2026-09-01")
    listing.remove("early-repair")
    office.on("2026-09-08")
    office.revoke(listing.record)

    assert office.sees(listing.record) is None
    assert office.status(listing.record) is RecordStatus.REVOKED
    assert office.audit() == []


def test_an_honour_is_lost_by_disqualification(office: Office) -> None:
    """取消资格: who no longer keeps faith is no longer shown as keeping it."""
    listing = begin_listing(office, HONOUR, "administrative-counterpart")
    office.on("2026-05-20")
    with office.refuses("signature"):
        listing.decide(too=None)
    listing.decide()

    assert office.sees(listing.record) is not None
    assert office.clocks(listing.record) == {"listing-end": "2027-05-20"}

    office.on("2026-11-02")
    with office.refuses("removal"):
        listing.remove("early-repair")
    listing.remove("disqualification")

    assert office.sees(listing.record) is None
    assert office.status(listing.record) is RecordStatus.REMOVED
    office.on("2027-05-21")
    assert office.run_clock() == [], "what was lost does not expire besides"
    assert office.audit() == []


def test_an_honour_expires_by_itself_after_a_year(office: Office) -> None:
    """期满移出: until the next evaluation."""
    listing = begin_listing(office, HONOUR, "administrative-counterpart")
    office.on("2026-05-20")
    listing.decide()
    office.on("2027-05-21")

    assert office.run_clock() == ["listing.expired on 2027-05-20"]
    assert office.status(listing.record) is RecordStatus.EXPIRED
    assert office.sees(listing.record) is None
    assert office.audit() == []


def test_close_attention_becomes_serious_dishonesty(office: Office) -> None:
    """转为严重失信主体: the list of attention is nobody's to see; the serious list hears the company anew."""
    attention = begin_listing(office, ATTENTION, "below-the-standard-of-sanctions")
    office.on("2026-05-06")
    attention.notify()
    office.on("2026-05-20")
    attention.decide()

    assert office.sees(attention.record) is None, "below the standard of sanctions, it is not published"
    assert office.status(attention.record) is RecordStatus.STORED
    assert office.clocks(attention.record) == {"listing-end": "2027-05-20"}

    serious = begin_listing(office, SERIOUS, "health-and-life")
    office.on("2026-09-01")
    serious.notify()
    office.on("2026-09-15")
    serious.decide()
    attention.remove("escalation", superseded_by=serious.record)

    assert office.status(attention.record) is RecordStatus.REMOVED
    ending = office.view(attention.record).state.ending
    assert ending is not None
    assert ending[1].superseded_by == serious.record
    assert office.sees(attention.record) is None
    assert office.sees(serious.record) is not None
    assert office.clocks(attention.record) == {}
    assert office.audit() == []


def test_a_decision_can_prolong_an_entry_only_where_the_standard_says_so(office: Office) -> None:
    """延长: no months on top of the three years of the serious list."""
    listing = begin_listing(office, SERIOUS, "health-and-life")
    office.on("2026-05-06")
    listing.notify()
    office.on("2026-05-20")
    with office.refuses("prolonged_by"):
        listing.decide(prolonged_by=12)

    assert office.audit() == []


def test_what_is_on_a_list_is_decided_and_not_filed(office: Office) -> None:
    """Nobody comes on a list by a mere filing, which one key could sign."""
    office.on("2026-05-20")
    with office.refuses("signature"):
        office.file(SERIOUS, YZ_QXZ="2029-05-20")

    assert office.audit() == []


@pytest.mark.parametrize(
    ("name", "mandatory"),
    [(SERIOUS, True), (ATTENTION, False), (ABNORMAL, False), (HONOUR, False)],
)
def test_only_the_serious_list_brings_measures_that_must_be_taken(
    office: Office, name: str, *, mandatory: bool
) -> None:
    """强制性、推荐性: whatever society supplied is reference only, on whichever list it stands."""
    standard = office.ledger.sequencer.rules.book.latest(f"list/{name}")
    assert isinstance(standard, ListStandard)

    assert may_trigger(standard, mandatory=True) is mandatory
    assert may_trigger(standard, mandatory=True, source=SourceClass.SOCIAL) is False
    assert may_trigger(standard, mandatory=False, source=SourceClass.SOCIAL) is True


def test_what_an_association_recommends_is_shown_for_reference(office: Office) -> None:
    """社会来源（供参考）: the entry says where it comes from, and no department must act on it."""
    listing = begin_listing(office, HONOUR, "member-recommended")
    office.on("2026-05-20")
    listing.decide(by=MARKET, too=MARKET_TOO, SX_XXLY="社会来源（供参考）", SX_LY="行业协会商会推荐的诚信会员企业")
    seen = office.sees(listing.record)

    assert seen is not None
    assert seen["SX_XXLY"] == "社会来源（供参考）"
    assert office.audit() == []
