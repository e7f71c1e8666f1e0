"""A company's full story out of a real ledger: all its records and links in one, each step with its proof."""

from __future__ import annotations

from uuid import UUID

from ledger.domain.link import identity_of
from ledger.vocabulary import LinkKind, RecordStatus
from projections.history import whole_history
from projections.links import links_at
from projections.timeline import Account, Episode, proof_link, timeline
from projections.timeline_history import timeline_events, unit_names
from tests.ledger.harness import ENTERPRISE, OTHER_ENTERPRISE, TAX, execute, put, query
from tests.ledger.linking import OLD, TWIN, link, separate
from tests.scenarios.office import Office
from tests.scenarios.papers import ABNORMAL
from tests.scenarios.procedures import begin_listing, raise_objection
from verify.receipt import verify_receipt
from verify.statement_type import StatementType
from verify.tiles import parse_bundle

REGISTERED = StatementType.DEPARTMENT_REGISTERED.value


def story_of(office: Office, code: str, as_of: str | None = None) -> list[Episode]:
    """The story of a company in a real ledger."""
    ledger, rules = office.ledger, office.ledger.sequencer.rules
    size = ledger.reader.size()
    identity = identity_of(code, links_at(ledger.recorder, ledger.mapper, size, as_of))
    events = timeline_events(ledger.recorder, ledger.mapper, identity, size)
    return timeline(events, rules.catalogue.items, rules.book, as_of)


def test_records_of_a_company_are_told_in_one_story(office: Office) -> None:
    """Entries of several records alternate as they were recorded; another company's are not among them."""
    office.on("2026-11-02")
    fine = office.file_penalty()
    office.file_penalty(subject=OTHER_ENTERPRISE)
    listing = begin_listing(office, ABNORMAL, "annual-report-not-published")
    complaint = raise_objection(office, fine)
    listing.decide()
    complaint.forward()
    story = story_of(office, ENTERPRISE.handle)

    assert [(str(each.stream), each.kind) for each in story] == [
        (fine, StatementType.RECORD_FILED),
        (fine, StatementType.OBJECTION_RAISED),
        (listing.record, StatementType.LISTING_DECIDED),
        (fine, StatementType.OBJECTION_FORWARDED),
    ]
    assert [each.status_before for each in story] == [None, RecordStatus.STANDING, None, RecordStatus.DISPUTED]
    assert unit_names(office.ledger.recorder, office.ledger.mapper) == {
        "12110000000000000K": "测试市场监管局",
        "12110000000000001N": "测试税务局",
    }


def test_what_the_ledger_says_of_itself_is_nobody_s_story(office: Office) -> None:
    """Keys, catalogue and rules are passed over, whoever asks for a story out of the whole log."""
    office.on("2026-11-02")
    office.file_penalty()
    recorder, mapper, rules = office.ledger.recorder, office.ledger.mapper, office.ledger.sequencer.rules
    story = timeline(whole_history(recorder, mapper), rules.catalogue.items, rules.book)

    assert story == story_of(office, ENTERPRISE.handle)
    assert [each.seq for each in story] == [office.founded]


def test_a_name_that_was_erased_is_left_out(office: Office) -> None:
    """The unit is told by its code alone."""
    (position,) = query(office.desk.home.database, "SELECT min(position) FROM events WHERE topic = ?", REGISTERED)[0]
    execute(office.desk.home.database, "DELETE FROM openings WHERE position = ?", position)

    assert unit_names(office.ledger.recorder, office.ledger.mapper) == {"12110000000000001N": "测试税务局"}


def test_every_proof_link_leads_to_its_entry(office: Office) -> None:
    """Receipt and bundle hold the entry whose number the episode has."""
    office.on("2026-11-02")
    raise_objection(office, office.file_penalty()).forward()
    reader = office.ledger.reader
    size = reader.size()
    for episode in story_of(office, ENTERPRISE.handle):
        proof = proof_link(episode, size)
        identifier = UUID(proof.receipt.removeprefix("/v1/receipts/"))
        receipt = reader.receipt(*reader.find([identifier])[identifier])
        verified = verify_receipt(receipt, office.ledger.log_key)
        width = int(proof.bundle.rpartition(".p/")[2])
        entry = parse_bundle(reader.bundle(0, width))[proof.position]

        assert verified.entry.header.seq == proof.leaf_index == episode.seq
        assert entry == verified.entry.raw


def test_a_linked_code_brings_its_records_and_the_link_into_the_story(office: Office) -> None:
    """新旧代码映射: whichever code is asked for; before the link each code has a story of its own."""
    office.on("2026-05-20")
    old = office.file_penalty(subject=OLD)
    office.on("2026-07-01")
    new = office.file_penalty()
    identifier = office.desk.new_id()
    put(office.ledger, link(office.desk, identifier, OLD, on="2026-06-30"))
    story = story_of(office, ENTERPRISE.handle)
    linked = story[-1]

    assert [str(each.stream) for each in story] == [old, new, identifier]
    assert story_of(office, OLD.handle) == story
    assert [each.subject for each in story] == [OLD.handle, ENTERPRISE.handle, ENTERPRISE.handle]
    assert (linked.kind, linked.outcome, linked.item) == (StatementType.SUBJECT_LINKED, LinkKind.CODE_CHANGED, None)
    assert linked.references == (("handle", OLD.handle),)
    assert (str(linked.effective_on), str(linked.recorded_on)) == ("2026-06-30", "2026-07-01")
    assert (linked.status_before, linked.status_after, linked.clocks) == (None, None, ())
    assert isinstance(linked.account, Account)
    assert linked.account.reason == "换发统一社会信用代码"
    assert [str(each.stream) for each in story_of(office, OLD.handle, "2026-06-30T15:59:59.999999Z")] == [old]


def test_a_link_that_was_taken_back_stays_in_both_stories(office: Office) -> None:
    """取消映射: who was taken for another can read when, by whom and why, though its code leads nowhere today."""
    office.on("2026-05-20")
    mine, identifier = office.file_penalty(subject=TWIN), office.desk.new_id()
    put(office.ledger, link(office.desk, identifier, TWIN, key=TAX, kind=LinkKind.MERGED, valid_until=None))
    office.on("2026-05-27")
    put(office.ledger, separate(office.desk, identifier, key=TAX))
    story = story_of(office, TWIN.handle)

    assert [(str(each.stream), each.kind) for each in story] == [
        (mine, StatementType.RECORD_FILED),
        (identifier, StatementType.SUBJECT_LINKED),
        (identifier, StatementType.SUBJECT_SEPARATED),
    ]
    assert [each.references for each in story[1:]] == [(("handle", TWIN.handle),)] * 2
    assert story_of(office, ENTERPRISE.handle) == story[1:]

    execute(office.desk.home.database, "DELETE FROM folded WHERE name = 'subject_links'")

    assert story_of(office, TWIN.handle) == story, "without the table the events say the same"
