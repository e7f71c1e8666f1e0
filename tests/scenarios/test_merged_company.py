"""A company gets a new code, and later takes over another: what was recorded under each code is one company's."""

from __future__ import annotations

from ledger.domain.bodies import RecordFiled
from ledger.domain.link import identity_of
from ledger.subjects import Subject
from ledger.vocabulary import LinkKind
from projections.history import subject_history
from projections.links import links_at
from tests.ledger.harness import ENTERPRISE, MARKET, TAX, publicity, put
from tests.ledger.linking import OLD, TWIN, link, separate
from tests.scenarios.office import Office
from tests.scenarios.papers import PENALTY, repair_facts
from tests.scenarios.procedures import apply_for_repair
from verify.note import SigningKey


def joined(office: Office, former: Subject, kind: LinkKind, *, by: SigningKey = MARKET) -> str:
    """新旧代码映射、主体合并: `former` is today's test enterprise."""
    identifier = office.desk.new_id()
    until = "2026-06-30" if kind is LinkKind.CODE_CHANGED else None
    put(office.ledger, link(office.desk, identifier, former, key=by, kind=kind, valid_until=until))
    return identifier


def records_of(office: Office, subject: Subject) -> set[str]:
    """What is found under a code today: the records of the whole company."""
    ledger = office.ledger
    links = links_at(ledger.recorder, ledger.mapper, ledger.reader.size())
    return {
        str(event.originator_id)
        for handle in identity_of(subject.handle, links).handles
        for event in subject_history(ledger.recorder, ledger.mapper, handle)
        if isinstance(event.body, RecordFiled)
    }


def test_a_company_is_found_by_its_old_code_and_by_its_new_one(office: Office) -> None:
    """代码变更: nothing is rewritten, what was collected late still names the code of its document."""
    office.on("2026-05-20")
    old = office.file_penalty(subject=OLD)

    assert records_of(office, ENTERPRISE) == set()

    office.on("2026-07-01")
    new = office.file_penalty()
    joined(office, OLD, LinkKind.CODE_CHANGED)
    late = office.file(PENALTY, "2026-06-29", subject=OLD, terms=publicity("ordinary"))
    seen = office.sees(old)

    assert records_of(office, OLD) == records_of(office, ENTERPRISE) == {old, new, late}
    assert seen is not None
    assert seen["CF_XDR_SHXYM"] == OLD.code, "as it was signed"
    with office.refuses("subject"):
        office.correct(old, "2026-05-20", subject=ENTERPRISE)
    office.correct(old, "2026-05-20", subject=OLD, CF_NR_FK=500_000)
    assert office.audit() == []


def test_the_bar_of_a_company_follows_it_into_the_one_that_takes_it_over(office: Office) -> None:
    """主体合并: who lied under one code is not repaired under another, as long as the two are one."""
    office.on("2026-05-20")
    lied, own = office.file_penalty(subject=TWIN), office.file_penalty()
    office.on("2026-08-20")
    facts = repair_facts("2026-06-01", "2026-06-01", "2026-06-01")
    repair = apply_for_repair(office, lied, facts)
    repair.grant_in_all_steps()
    office.on("2026-09-01")
    repair.revoke("false-material")
    merger = joined(office, TWIN, LinkKind.MERGED, by=TAX)

    assert records_of(office, ENTERPRISE) == {lied, own}
    with office.refuses("about/record") as answer:
        apply_for_repair(office, own, facts)
    assert answer.says("barred from repair until 2029-09-01")

    office.on("2026-09-08")
    with office.refuses("issuer") as answer:
        put(office.ledger, separate(office.desk, merger))
    assert answer.says("which linked, may separate")
    put(office.ledger, separate(office.desk, merger, key=TAX))

    assert records_of(office, ENTERPRISE) == {own}

    apply_for_repair(office, own, facts).grant_in_all_steps()

    assert office.sees(own) is None
    assert office.sees(lied) is not None
    assert office.audit() == []


def test_a_code_is_one_company_s_at_a_time(office: Office) -> None:
    """Nobody is two companies, and no company is its own predecessor."""
    office.on("2026-07-01")
    joined(office, OLD, LinkKind.CODE_CHANGED)
    for former, subject in ((OLD, TWIN), (ENTERPRISE, OLD)):
        with office.refuses("about/handle"):
            put(office.ledger, link(office.desk, office.desk.new_id(), former, subject))

    assert records_of(office, TWIN) == set()
    assert office.audit() == []
