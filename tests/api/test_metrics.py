"""What a server measures: right numbers, in the format, for those who have the token, and nothing about subjects."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest

from api.clockwork import ticking
from api.observing.exposition import Counter, Histogram, exposition, gauge
from api.observing.scrape import scrape
from api.observing.watch import Watch
from tests.api.observed import SCRAPE_TOKEN, Observed, eventually, observed, samples
from tests.api.service import body_of
from tests.commands import kesu_here
from tests.ledger.harness import ENTERPRISE, ENTRIES_OF_A_NEW_LEDGER, STRANGER, Desk, put
from tests.processes import ask

FIRST = ENTRIES_OF_A_NEW_LEDGER


@pytest.fixture(scope="module")
def desk(tmp_path_factory: pytest.TempPathFactory) -> Desk:
    """A new ledger."""
    desk = Desk(tmp_path_factory.mktemp("metrics") / "ledger")
    with desk.found():
        pass
    return desk


@pytest.fixture(scope="module")
def server(desk: Desk) -> Iterator[Observed]:
    """A server that has appended two statements, one of them sent twice, and has refused four in different ways."""
    with observed(desk.folder) as server:
        record = desk.new_id()
        filed = desk.file(record)
        for submission in (filed, filed, desk.file(record), desk.file(key=STRANGER), desk.file(CF_WSH=None)):
            server.post("/v1/statements", body_of(submission))
        server.post("/v1/statements", b"{}")
        assert server.post("/v1/statements", body_of(desk.file())).status == 201
        eventually(lambda: server.metrics()["kesu_append_seconds_count"] == 4)
        yield server


def test_statements_are_counted_by_type_outcome_and_reason(server: Observed) -> None:
    """Whether they were refused before or after they were queued."""
    told = {key: value for key, value in server.metrics().items() if key.startswith("kesu_statements_total")}

    def of(outcome: str, reason: str = "") -> str:
        return f'kesu_statements_total{{type="record.filed",outcome="{outcome}",reason="{reason}"}}'

    assert told == {
        of("appended"): 2,
        of("repeated"): 1,
        of("refused", "rule-broken"): 1,
        of("refused", "not-entitled"): 1,
        of("refused", "not-admissible"): 1,
    }


def test_the_log_the_inbox_and_the_machine_are_measured(server: Observed) -> None:
    """What nobody measured in between is measured when asked."""
    told = server.metrics()

    assert told["kesu_log_entries"] == told["kesu_checkpoint_entries"] == FIRST + 2
    assert (told["kesu_inbox_statements"], told["kesu_inbox_statements_max"]) == (0, 4096)
    assert told["kesu_sequencer_working"] == 1
    lags = {key: value for key, value in told.items() if key.startswith("kesu_projection_lag_entries{")}
    assert len(lags) == 7
    assert set(lags.values()) == {0}
    assert 0 <= told["kesu_checkpoint_age_seconds"] < 60
    assert told["kesu_disk_free_bytes"] > 1 << 28
    assert 1 << 24 < told["process_resident_memory_bytes"] < 1 << 32
    assert told["kesu_deadlines_overdue"] == told["kesu_deadlines_missed_total"] == 0
    assert told["kesu_log_lines_dropped_total"] == 0
    eventually(lambda: server.metrics()['kesu_clock_runs_total{ended="well"}'] == 1)
    assert server.metrics()["kesu_clock_last_run_timestamp_seconds"] > 1_700_000_000


def test_histograms_count_every_statement_and_every_batch(server: Observed) -> None:
    """Buckets are cumulative, and the last one holds all."""
    told = server.metrics()

    assert told["kesu_batch_statements_sum"] == told["kesu_append_seconds_count"] == 4
    assert told['kesu_append_seconds_bucket{le="+Inf"}'] == 4
    buckets = [value for key, value in told.items() if key.startswith("kesu_append_seconds_bucket")]
    assert buckets == sorted(buckets)
    assert 0 < told["kesu_append_seconds_sum"] < 60


def test_requests_are_counted_by_template_and_class(server: Observed) -> None:
    """Where no route leads is one label, or a stranger could make as many as he likes."""
    for path in (f"/v1/subjects/uscc/{ENTERPRISE.code}/records", "/nowhere/1", "/nowhere/2"):
        server.get(path)
    told = server.metrics()

    assert told['kesu_http_requests_total{route="/v1/subjects/{scheme}/{code}/records",status="2xx"}'] == 1
    assert told['kesu_http_requests_total{route="(none)",status="4xx"}'] == 2
    assert told['kesu_http_requests_total{route="/v1/statements",status="2xx"}'] == 3
    assert told['kesu_http_requests_total{route="/v1/statements",status="4xx"}'] == 4


def test_measurements_need_a_token(server: Observed, desk: Desk) -> None:
    """The monitor's own, or the auditor's; the monitor's opens nothing else."""
    assert server.get("/metrics").status == 401
    assert server.get("/metrics", token="wrong").status == 401
    assert server.get("/metrics", token=desk.home.auditor_token()).status == 200
    assert server.scrape().headers["content-type"] == "text/plain; version=0.0.4; charset=utf-8"
    monitor = {"Authorization": f"Bearer {SCRAPE_TOKEN}"}
    assert ask(server.address, "GET", "/tile/entries/000.p/5", None, monitor).status == 401


def test_a_token_that_could_be_guessed_is_refused(desk: Desk, tmp_path: Path) -> None:
    """Before the ledger is opened."""
    (tmp_path / "token").write_text("secret\n")
    told = kesu_here("serve", desk.folder, "--metrics-token", tmp_path / "token")

    assert told.code == 2
    assert told.err.endswith("token: a token is 20 to 200 printable ASCII characters without spaces\n")


def test_deadlines_are_overdue_until_the_clock_says_that_they_were_missed(tmp_path: Path) -> None:
    """Overdue is what nobody has said yet: while that is not nothing, the clock stands still."""
    desk, watch = Desk(tmp_path / "ledger"), Watch()
    with desk.found(rules=True) as ledger:
        record = desk.new_id()
        put(ledger, desk.file(record))
        put(ledger, desk.object(record, desk.new_id()))
        ledger.sequencer.start(watch)
        key = desk.home.operator_key()

        def deadlines() -> tuple[float, float]:
            told = samples(scrape(ledger, watch).decode())
            return told["kesu_deadlines_overdue"], told["kesu_deadlines_missed_total"]

        assert deadlines() == (0, 0)
        desk.clock.advance(30 * 86_400)
        overdue, missed = deadlines()
        assert (overdue > 0, missed) == (True, 0)
        with ticking(ledger, lambda: desk.pen(key), ran=watch.clock_ran):
            eventually(lambda: deadlines() == (0, overdue))
    assert watch.last_clock_run is not None


def test_prometheus_reads_the_same(server: Observed) -> None:
    """With its own parser, where that is installed."""
    parser = pytest.importorskip("prometheus_client.parser")
    text = server.scrape().body.decode()
    families = list(parser.text_string_to_metric_families(text))
    theirs = {
        (sample.name, frozenset(sample.labels.items())): sample.value
        for family in families
        for sample in family.samples
    }

    assert "unknown" not in {family.type for family in families}
    assert all(family.documentation for family in families)
    assert len(theirs) == len(samples(text))
    assert sorted(theirs.values()) == sorted(samples(text).values())


def test_label_values_are_escaped() -> None:
    """So that no value can end its line or its quotes."""
    counter = Counter("kesu_a_total", "A.", "of")
    counter.add('a"b\\c\nd', by=2)
    histogram = Histogram("kesu_b", "B.", (1, 2.5))
    histogram.observe(1, 2, 9)

    assert exposition((*counter.lines(), *histogram.lines(), *gauge("kesu_c", "C.", 0.5))).decode() == (
        '# HELP kesu_a_total A.\n# TYPE kesu_a_total counter\nkesu_a_total{of="a\\"b\\\\c\\nd"} 2\n'
        '# HELP kesu_b B.\n# TYPE kesu_b histogram\nkesu_b_bucket{le="1"} 1\nkesu_b_bucket{le="2.5"} 2\n'
        'kesu_b_bucket{le="+Inf"} 3\nkesu_b_sum 12.0\nkesu_b_count 3\n'
        "# HELP kesu_c C.\n# TYPE kesu_c gauge\nkesu_c 0.5\n"
    )
