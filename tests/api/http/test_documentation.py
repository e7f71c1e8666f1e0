"""What the API says of itself: complete, true, and readable where no other network can be reached."""

from __future__ import annotations

import re
from collections.abc import Iterator
from html.parser import HTMLParser
from typing import Any

import pytest

from api.problems import INTERNAL, PROBLEMS
from tests.api.service import PROBLEM, Service
from tests.processes import ask

METHODS = {"get", "put", "post", "delete", "options", "head", "patch", "trace"}
BYTES = {"/checkpoint", "/tile/{level}/{number}", "/tile/entries/{number}", "/v1/statements:batch"}
"""Operations whose answers are not JSON."""


def every(node: object) -> Iterator[dict[str, Any]]:
    """All objects of the document."""
    if isinstance(node, dict):
        yield node
    for part in node.values() if isinstance(node, dict) else node if isinstance(node, list) else ():
        yield from every(part)


def operations(document: dict[str, Any]) -> Iterator[tuple[str, dict[str, Any]]]:
    """Every operation with its path."""
    for path, methods in document["paths"].items():
        assert set(methods) <= METHODS
        yield from ((path, operation) for operation in methods.values())


def test_every_reference_of_the_document_leads_somewhere(service: Service) -> None:
    """A generator of clients would stop at the first that does not."""
    document = service.openapi
    references = {str(node["$ref"]) for node in every(document) if "$ref" in node}
    schemas = document["components"]["schemas"]

    assert document["openapi"].startswith("3.1.")
    assert references <= {f"#/components/schemas/{name}" for name in schemas}
    assert {f"#/components/schemas/{name}" for name in schemas} <= references


def test_every_operation_says_what_it_takes_and_gives(service: Service) -> None:
    """Path parameters declared, each response described, names unique."""
    document = service.openapi
    names = [operation["operationId"] for _path, operation in operations(document)]
    for path, operation in operations(document):
        declared = {part["name"] for part in operation.get("parameters", []) if part["in"] == "path"}

        assert declared == set(re.findall(r"\{([a-z_]+)\}", path))
        assert operation["summary"]
        assert operation["description"]
        assert all(response["description"] for response in operation["responses"].values())
        assert any(status.startswith("2") for status in operation["responses"])
    assert len(set(names)) == len(names)


def test_every_operation_with_a_body_has_an_example(service: Service) -> None:
    """Beside the content, or with the schema that the content names."""
    document = service.openapi
    schemas = document["components"]["schemas"]
    with_body = [
        (path, operation["requestBody"]) for path, operation in operations(document) if "requestBody" in operation
    ]
    for path, body in with_body:
        assert body["required"], path
        for content in body["content"].values():
            name = content["schema"].get("$ref", "").rpartition("/")[2]
            assert "example" in content or "example" in schemas[name], path

    assert [path for path, _body in with_body] == ["/v1/statements", "/v1/statements:batch", "/v1/receipts:known"]


def test_every_problem_is_documented_in_the_one_shape(service: Service) -> None:
    """No operation claims an error of another form, and none has a media type it never answers with."""
    shape = {"$ref": "#/components/schemas/ProblemModel"}
    for path, operation in operations(service.openapi):
        for status, response in operation["responses"].items():
            if status.startswith("4") or (status == "503" and path != "/healthz"):
                assert response["content"] == {PROBLEM: {"schema": shape}}, (path, status)
            elif path in BYTES:
                assert "application/json" not in response.get("content", {}), (path, status)


def test_every_kind_of_problem_has_a_page(service: Service) -> None:
    """The `type` of a problem can be followed, and leads to title and remedy."""
    for problem in (*PROBLEMS.values(), INTERNAL):
        page = service.server.get(f"/problems/{problem.slug}")

        assert (page.status, page.headers["content-type"]) == (200, "text/plain; charset=utf-8")
        assert f"{problem.status} {problem.slug}\n{problem.title}.\n{problem.remedy}\n" in page.body.decode()


@pytest.mark.parametrize(
    "path", ["/nothing", "/problems/nothing", "/static/docs/nothing", "/v1/catalogue/nothing/1", "/v1/statements/x"]
)
def test_where_nothing_is_a_problem_says_so(service: Service, path: str) -> None:
    """Unknown routes answer in the same shape as everything else."""
    service.problem(service.server.get(path), 404, "not-found", path)


@pytest.mark.parametrize(
    ("method", "path", "allowed"),
    [("DELETE", "/checkpoint", "GET"), ("GET", "/v1/statements", "POST"), ("PUT", "/v1/receipts:known", "POST")],
)
def test_a_method_that_a_resource_does_not_take_is_a_problem_too(
    service: Service, method: str, path: str, allowed: str
) -> None:
    """With the methods it takes."""
    answer = ask(service.server.address, method, path)

    service.problem(answer, 405, "method-not-allowed", path, method)
    assert answer.headers["allow"] == allowed


@pytest.mark.parametrize("version", ["0", "01", "2", "x", "-1", "9" * 5000])
def test_a_version_of_an_item_has_one_spelling(service: Service, version: str) -> None:
    """And an unpublished one is not there."""
    path = f"/v1/catalogue/administrative-penalty/{version}"

    service.problem(service.server.get(path), 404, "not-found", path)


def test_a_published_item_can_be_read(service: Service) -> None:
    """What an importer checks its mapping against."""
    definition = service.server.get("/v1/catalogue/administrative-penalty/1").json()

    assert (definition["item"], definition["version"], definition["zh"]) == ("administrative-penalty", 1, "行政处罚")
    assert (definition["nature"], definition["decided_on"]) == ("adverse", "CF_JDRQ")


class _Links(HTMLParser):
    def __init__(self) -> None:
        super().__init__()
        self.targets: list[str] = []

    def handle_starttag(self, tag: str, attributes: list[tuple[str, str | None]]) -> None:
        self.targets += [value or "" for name, value in attributes if name in {"src", "href", "action", "data"}]


def test_the_documentation_needs_no_other_host(service: Service) -> None:
    """Every file of the page comes from here; a government network reaches no CDN."""
    page = service.server.get("/docs").body.decode()
    links = _Links()
    links.feed(page)

    assert "http://" not in page
    assert "https://" not in page
    assert len(links.targets) == 3
    for target in links.targets:
        assert target.startswith("/")
        assert not target.startswith("//")
        assert service.server.get(target).status == 200


def test_the_start_page_leads_to_the_documentation(service: Service) -> None:
    """Who opens the address in a browser sees something."""
    answer = service.server.get("/")

    assert (answer.status, answer.headers["location"]) == (307, "/docs")
