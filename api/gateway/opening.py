"""A gateway put together from its configuration."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from datetime import datetime

from api.gateway.config import Config, SourceRules
from api.gateway.inbox import Inbox
from api.gateway.journal import Journal, alone
from api.gateway.link import PATIENCE_SECONDS, Link
from api.gateway.passage import Department
from api.gateway.rounds import Chances, Gateway, Source
from api.gateway.tray import Tray
from api.gateway.view import View, recover_journal
from api.importer.numbering import Numbering, open_numbering
from verify.strict import format_instant
from verify.submission import Random


@contextmanager
def open_gateway(
    config: Config,
    chances: Chances,
    *,
    environment: Mapping[str, str],
    now: Callable[[], datetime],
    random: Random,
    patience: float = PATIENCE_SECONDS,
) -> Iterator[Gateway]:
    """Open journal and folders, alone; raises `ConfigFault`, `GatewayRunning` or ``OSError``."""
    with alone(config.journal):
        numbering = open_numbering(config.numbering, milliseconds=int(now().timestamp() * 1000), random=random)
        sources = [_source(config, rules, chances, numbering, environment) for rules in config.sources]
        with (
            Journal(config.journal) as journal,
            Link(config.url, log_key=config.vkey, patience=patience, sleep=chances.sleep) as link,
        ):
            for source in sources:
                if source.view is not None:
                    recover_journal(journal, source.rules.name, source.tray.filed())
            department = Department(link, config.key, numbering, journal, lambda: format_instant(now()), random)
            yield Gateway(config, department, sources, chances, lambda: link.asked_for)


def _source(
    config: Config, rules: SourceRules, chances: Chances, numbering: Numbering, environment: Mapping[str, str]
) -> Source:
    tray = Tray(rules.path)
    tray.tidy()
    if rules.view is None:
        return Source(rules, tray, Inbox(rules.path, config.settle_seconds, chances.clock), None)
    view = View(rules.name, rules.view, rules.view.address(environment), numbering, chances.clock)
    return Source(rules, tray, None, view)
