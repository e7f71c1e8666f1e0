"""What an audit finds wrong with a link between two subjects."""

from __future__ import annotations

from collections.abc import Mapping

import pytest

from tests.verify.courses import audited, world
from tests.verify.log_builder import OPERATOR, LogBuilder
from verify.errors import Malformed
from verify.finding import Fault, Finding
from verify.handle import check_handle, organisation_handle
from verify.strict import JsonValue

TODAY: dict[str, JsonValue] = {"code": "TEST00000000000001", "name": "测试一号有限公司", "scheme": "uscc"}
FORMER: dict[str, JsonValue] = {"code": "TEST00000000000002", "name": "测试二号有限公司", "scheme": "uscc"}
HANDLE = organisation_handle("uscc", "TEST00000000000001")
OLD_HANDLE = organisation_handle("uscc", "TEST00000000000002")
LINK = "0193f000-0000-7000-8000-000000000777"


def say(
    built: LogBuilder,
    kind: str,
    version: int,
    *,
    issuer: str = "dept.one",
    link: JsonValue = LINK,
    handle: JsonValue = OLD_HANDLE,
    subject: str = HANDLE,
    discloses: tuple[int, ...] = (),
    withdraws: tuple[int, ...] = (),
) -> int:
    """An entry of a link's stream."""
    linked = kind == "subject.linked"
    about: dict[str, JsonValue] = {"link": link} | ({"handle": handle} if linked else {})
    values: Mapping[str, JsonValue] = {"subject": TODAY, "former": FORMER} if linked else {}
    said = built.say(kind, about, values, issuer=issuer, keys=built.signers(kind, issuer))
    return built.append(said, stream=LINK, version=version, subject=subject, discloses=discloses, withdraws=withdraws)


def only(built: LogBuilder) -> Finding:
    """The one finding, which is about the last entry."""
    found = audited(built)
    assert [finding.seq for finding in found] == [len(built.entries) - 1]
    return found[0]


def test_a_link_made_and_taken_back_is_clean() -> None:
    built = world()
    say(built, "subject.linked", 1, issuer="dept.two")
    say(built, "subject.separated", 2, issuer="dept.two")

    assert audited(built) == ()


def test_a_link_is_made_once() -> None:
    built = world()
    say(built, "subject.linked", 1)
    say(built, "subject.linked", 2)

    assert "version-wrong: expected a new link; found link of entry 13 again" in only(built).sentence()

    say(built, "subject.linked", 3)
    assert {finding.actual for finding in audited(built)} == {"link of entry 13 again"}


def test_a_link_is_taken_back_once() -> None:
    built = world()
    say(built, "subject.linked", 1)
    say(built, "subject.separated", 2)
    say(built, "subject.separated", 3)

    assert "rule separated-once; found a link that entry 14 took back" in only(built).sentence()


def test_a_link_must_be_made_before_it_is_taken_back() -> None:
    built = world()
    say(built, "subject.separated", 1)

    assert "version-wrong: expected a link that was made" in only(built).sentence()


def test_only_who_linked_takes_the_link_back() -> None:
    built = world()
    say(built, "subject.linked", 1)
    say(built, "subject.separated", 2, issuer="dept.two")

    assert only(built).fault is Fault.NOT_COMPETENT
    assert "the department that linked, dept.one" in only(built).sentence()


def test_the_operator_links_nobody() -> None:
    built = world()
    say(built, "subject.linked", 1, issuer=OPERATOR)

    assert "rule department-signs" in only(built).sentence()


@pytest.mark.parametrize("handle", ["张三 owes 5", "", OLD_HANDLE.lower(), OLD_HANDLE[:-1], f"{OLD_HANDLE}\n", 7, None])
def test_what_stands_in_place_of_the_former_handle_is_found_and_not_repeated(handle: JsonValue) -> None:
    """Free text would stand in the log for ever."""
    built = world()
    number = say(built, "subject.linked", 1, handle=handle)
    del built.openings[number]

    assert only(built).fault is Fault.ENTRY_MALFORMED
    assert only(built).sentence().endswith("expected about/handle must be 32 base32 characters; found another value")


def test_the_former_handle_is_that_of_the_committed_subject() -> None:
    """Whoever has the openings can recompute it."""
    built = world()
    say(built, "subject.linked", 1, handle="A" * 32)

    assert only(built).fault is Fault.SUBJECT_WRONG
    assert "the handle of the committed former" in only(built).sentence()


def test_a_link_keeps_its_subject_and_has_one() -> None:
    built = world()
    say(built, "subject.linked", 1)
    say(built, "subject.separated", 2, subject="A" * 32)
    assert f"subject-wrong: expected {HANDLE}; found {'A' * 32}" in only(built).sentence()

    built = world()
    say(built, "subject.linked", 1, subject="")
    found = audited(built)
    assert {finding.fault for finding in found} == {Fault.SUBJECT_WRONG}
    assert "expected a subject; found none" in found[-1].sentence()


@pytest.mark.parametrize("link", ["张三", LINK.upper(), 7])
def test_a_link_has_an_id(link: JsonValue) -> None:
    built = world()
    say(built, "subject.linked", 1, link=link)

    assert "about/link must be" in only(built).sentence()
    assert "张三" not in only(built).sentence()


def test_a_link_stands_in_its_own_stream() -> None:
    built = world()
    say(built, "subject.linked", 1, link="0193f000-0000-7000-8000-000000000778")

    assert "version-wrong: expected stream 0193f000-0000-7000-8000-000000000778" in only(built).sentence()


def test_a_link_shows_and_hides_nothing() -> None:
    for verb, discloses, withdraws in (("discloses", (6,), ()), ("withdraws", (), (4,))):
        built = world()
        say(built, "subject.linked", 1, discloses=discloses, withdraws=withdraws)

        assert only(built).fault is Fault.DISCLOSURE_WRONG
        assert f"subject.linked {verb} entry" in only(built).sentence()


def test_a_handle_has_one_form() -> None:
    assert check_handle(HANDLE, "about/handle") == HANDLE
    with pytest.raises(Malformed, match="about/handle"):
        check_handle("1" * 32, "about/handle")
