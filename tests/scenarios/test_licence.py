"""A licence is changed into a new one, another is given up: what holds is shown, the old one names the new."""

from __future__ import annotations

from ledger.vocabulary import RecordStatus
from projections.records import standing
from tests.ledger.harness import TAX
from tests.scenarios.office import Office
from tests.scenarios.papers import LICENCE


def test_a_changed_licence_gives_way_to_the_new_one(office: Office) -> None:
    """变更: the old licence was right as long as it held; it is no longer shown, and names its successor."""
    office.on("2026-05-20")
    old = office.file(LICENCE, XK_WSH="京测许〔2026〕1号")

    assert office.sees(old) is not None
    assert office.clocks(old) == {}, "a licence has no class, and no period that ends by itself"

    office.on("2026-09-01")
    new = office.file(LICENCE, XK_WSH="京测许〔2026〕2号")
    with office.refuses("issuer"):
        office.change(old, by=TAX, superseded_by=new)
    office.change(old, superseded_by=new)
    seen = office.sees(new)

    assert office.sees(old) is None
    assert office.status(old) is RecordStatus.CHANGED
    assert office.view(old).superseded_by == new
    assert seen is not None
    assert seen["XK_WSH"] == "京测许〔2026〕2号"
    assert [str(view.record) for view in standing([office.view(old), office.view(new)])] == [new]
    assert office.history(old) == ["record.filed", "record.changed"]
    with office.refuses("about/record") as answer:
        office.change(old, superseded_by=office.desk.new_id())
    assert answer.says("change its successor")
    assert office.audit() == []


def test_an_abolished_licence_has_no_successor(office: Office) -> None:
    """废止: it was right and holds no longer, which is not what 撤销 says of it."""
    office.on("2026-05-20")
    record = office.file(LICENCE)
    office.on("2026-09-01")
    office.change(record)

    assert office.sees(record) is None
    assert office.status(record) is RecordStatus.CHANGED
    assert office.view(record).superseded_by is None
    assert standing([office.view(record)]) == []
    assert office.audit() == []


def test_a_licence_that_was_changed_can_still_turn_out_never_to_have_been_valid(office: Office) -> None:
    """撤销 after 变更: what was never valid is called so, whatever came in between, and its successor stands."""
    office.on("2026-05-20")
    old = office.file(LICENCE)
    office.on("2026-09-01")
    new = office.file(LICENCE)
    office.change(old, superseded_by=new)
    office.revoke(old)

    assert office.status(old) is RecordStatus.REVOKED
    assert office.sees(old) is None
    assert office.sees(new) is not None
    assert office.audit() == []
