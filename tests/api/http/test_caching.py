"""What may be kept and by whom, and answers that are not sent twice."""

from __future__ import annotations

import gzip
from collections.abc import Iterator

import pytest

from tests.api.service import Service, running
from tests.ledger.harness import ENTERPRISE, OTHER_ENTERPRISE
from tests.ledger.linking import TWIN
from tests.processes import Answer, ask

DECIDED = "2026-01-05"
REPORT = f"/v1/subjects/uscc/{ENTERPRISE.code}"
SEARCH = f"/v1/search?q={ENTERPRISE.code}"
ITEM = "/v1/catalogue/administrative-penalty/1"
TAGGED = [REPORT, f"{REPORT}/records", SEARCH, ITEM, "/v1/rules", "/v1/ledger", "/checkpoint", "/tile/0/000.p/3"]
FOR_AUDITORS = [f"{REPORT}/timeline", f"{REPORT}/records", SEARCH, "/v1/coverage"]


@pytest.fixture(scope="module")
def service(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Service]:
    """One record is shown; of another subject the only record is revoked and hidden."""
    with running(tmp_path_factory.mktemp("caching") / "ledger") as started:
        desk, hidden = started.desk, started.desk.new_id()
        started.put(desk.file(CF_JDRQ=DECIDED))
        started.put(desk.file(hidden, subject=OTHER_ENTERPRISE, CF_JDRQ=DECIDED))
        started.put(desk.revoke(hidden))
        yield started


def get(service: Service, path: str, **headers: str) -> Answer:
    """``GET`` a resource; `_` in a header's name stands for `-`."""
    named = {name.replace("_", "-"): value for name, value in headers.items()}
    return ask(service.server.address, "GET", path, headers=named)


@pytest.mark.parametrize("path", TAGGED)
def test_whoever_has_an_answer_is_not_sent_it_again(service: Service, path: str) -> None:
    """By its tag, in a list of tags, or whatever it is; another tag gets all of it."""
    first = get(service, path)
    tag = first.headers["etag"]
    again = [get(service, path, if_none_match=sent) for sent in (tag, f'"x", {tag}', f"W/{tag}", "*", '"x"')]

    assert [answer.status for answer in again] == [304, 304, 304, 304, 200]
    assert [answer.body for answer in again] == [b"", b"", b"", b"", first.body]
    assert {answer.headers["cache-control"] for answer in again} == {first.headers["cache-control"]}
    assert {answer.headers.get("vary") for answer in again[:4]} == {first.headers.get("vary")}
    assert all("304" in each["responses"] for each in service.operations("GET", path.partition("?")[0]))


def test_a_new_entry_changes_the_tag_of_what_it_changes(service: Service) -> None:
    """A report tells the checkpoint it rests on; a tile of a given width never changes."""
    before = [get(service, path).headers["etag"] for path in (REPORT, "/checkpoint", "/tile/0/000.p/3", ITEM)]
    service.put(service.desk.file())
    after = [get(service, path).headers["etag"] for path in (REPORT, "/checkpoint", "/tile/0/000.p/3", ITEM)]

    assert [tag == then for tag, then in zip(after, before, strict=True)] == [False, False, True, True]


@pytest.mark.parametrize("path", ["/v1/subjects/uscc/{}", "/v1/subjects/uscc/{}/records", "/v1/search?q={}"])
def test_a_tag_tells_no_more_than_the_answer(service: Service, path: str) -> None:
    """The tag of an unknown subject's answer fits a hidden one's, once the code (and handle) is the same."""
    hidden, unknown = (get(service, path.format(each.code)) for each in (OTHER_ENTERPRISE, TWIN))
    body = hidden.body.replace(OTHER_ENTERPRISE.code.encode(), TWIN.code.encode())

    assert body.replace(OTHER_ENTERPRISE.handle.encode(), TWIN.handle.encode()) == unknown.body
    assert hidden.headers.keys() == unknown.headers.keys()
    assert (hidden.headers["etag"] == unknown.headers["etag"]) is (hidden.body == unknown.body)
    for subject in (OTHER_ENTERPRISE, TWIN):
        tag = get(service, path.format(subject.code)).headers["etag"]
        assert get(service, path.format(subject.code), if_none_match=tag).status == 304


@pytest.mark.parametrize("path", FOR_AUDITORS)
def test_what_a_token_decides_is_kept_by_nobody(service: Service, path: str) -> None:
    """It has no tag either, and caches are told that the public's answer is another one."""
    told = get(service, path, authorization=f"Bearer {service.token}", if_none_match="*", accept_encoding="gzip")

    assert told.status == 200
    assert (told.headers["cache-control"], told.headers["vary"]) == ("no-store", "Authorization")
    assert "etag" not in told.headers


def test_the_public_answer_beside_an_auditors_is_kept_as_such(service: Service) -> None:
    """To be asked about again each time, and for those without a token alone."""
    told = get(service, SEARCH)

    assert (told.headers["cache-control"], told.headers["vary"]) == ("no-cache", "Accept-Encoding, Authorization")


@pytest.mark.parametrize("path", ["/nothing", "/v1/coverage", "/tile/0/999", "/healthz", "/v1/search"])
def test_what_says_nothing_is_not_kept(service: Service, path: str) -> None:
    """Problems may be gone in a second."""
    answer = get(service, path)

    assert (answer.headers["cache-control"], "etag" in answer.headers) == ("no-store", False)


@pytest.mark.parametrize("path", [REPORT, ITEM, "/openapi.json", "/static/docs/swagger-ui.css"])
def test_long_answers_are_compressed_for_those_who_take_it(service: Service, path: str) -> None:
    """The same bytes inside; the tag of what is compressed is weak, and good for asking again."""
    plain, refused = get(service, path), get(service, path, accept_encoding="br, gzip;q=0.0")
    packed = get(service, path, accept_encoding="br;q=1.0, GZIP;q=0.5")

    assert gzip.decompress(packed.body) == plain.body == refused.body
    assert len(packed.body) < len(plain.body) / 2
    assert "content-encoding" not in refused.headers
    assert (packed.headers["content-encoding"], packed.headers["vary"]) == ("gzip", "Accept-Encoding")
    assert plain.headers["vary"] == "Accept-Encoding"
    if tag := packed.headers.get("etag"):
        again = get(service, path, accept_encoding="gzip", if_none_match=tag)
        assert tag == f"W/{plain.headers['etag']}"
        assert (again.status, again.headers["etag"].removeprefix("W/")) == (304, plain.headers["etag"])


@pytest.mark.parametrize("path", [f"{REPORT}/records", f"{REPORT}/timeline", REPORT, "/openapi.json"])
def test_nothing_is_compressed_beside_a_token(service: Service, path: str) -> None:
    """The length would tell of what is secret in it by what somebody else had put there."""
    told = get(service, path, authorization=f"Bearer {service.token}", accept_encoding="gzip")

    assert (told.status, told.headers.get("content-encoding")) == (200, None)
    assert len(told.body) > 1024


@pytest.mark.parametrize("path", ["/tile/0/000.p/40", "/checkpoint", "/nothing"])
def test_hashes_and_short_answers_are_not_compressed(service: Service, path: str) -> None:
    assert "content-encoding" not in get(service, path, accept_encoding="gzip").headers
