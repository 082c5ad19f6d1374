"""One transaction with a server: all of it is kept, or none; what fails is told without secrets."""

from __future__ import annotations

import os
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from functools import lru_cache
from typing import TYPE_CHECKING, Any, Final

from ..words import InputError, OutputError, WeizhanError
from .address import ServerAddress

if TYPE_CHECKING:
    from sqlalchemy import Connection, Engine

PATIENCE_S: Final = 10  # until a server that does not answer is given up
# A machine that is switched off in the middle must not keep others waiting for hours.
_NOTICE_WHO_IS_GONE: Final = """
SELECT set_config(name, CASE name WHEN 'client_connection_check_interval' THEN '2s'
                                  WHEN 'tcp_keepalives_count' THEN '3' ELSE '10s' END, true)
FROM pg_settings WHERE name IN ('client_connection_check_interval', 'tcp_keepalives_idle',
                                'tcp_keepalives_interval', 'tcp_keepalives_count')
"""
_NO_RIGHT: Final = "42501"
_READ_ONLY: Final = "25006"
_NOT_THERE: Final = ("3F000", "42P01")  # schema, table


@contextmanager
def session(address: ServerAddress, *, reads: bool = False) -> Iterator[Connection]:
    """Open a transaction; it is kept when the block ends without an error, else nothing of it.

    Parameters
    ----------
    address
        Of the town.
    reads
        Whether it only reads; then all is seen as it was at one moment.

    Raises
    ------
    InputError
        When the extra is not installed, or the server holds no town there.
    OutputError
        When the server cannot be reached, breaks off, or does not allow it.
    """
    engine = _engine(address)
    from sqlalchemy.exc import DBAPIError

    try:
        with engine.connect() as connection:
            if reads:
                connection.execution_options(
                    isolation_level="REPEATABLE READ", postgresql_readonly=True
                )
            with connection.begin():
                if not reads:
                    connection.exec_driver_sql(_NOTICE_WHO_IS_GONE)
                connection.exec_driver_sql(
                    "SELECT set_config('search_path', quote_ident(%s) || ', ' || "
                    "current_setting('search_path'), true)",
                    (address.schema,),
                )
                yield connection
    except WeizhanError:
        raise
    except DBAPIError as error:
        raise _told(error.orig, address) from None  # the parameters are rows: they stay here


def lock(connection: Connection, table: str) -> None:
    """Wait until nobody else holds a table of the town, then hold it until the transaction ends.

    Readers pass; they see what was there before.

    Parameters
    ----------
    connection
        An open transaction.
    table
        Of the town.
    """
    connection.exec_driver_sql("SELECT pg_advisory_xact_lock(%s::regclass::oid::bigint)", (table,))


@lru_cache(maxsize=4)
def _engine(address: ServerAddress) -> Engine:
    try:
        import geoalchemy2  # noqa: F401  # teaches SQLAlchemy what a geometry is
        import psycopg
        from sqlalchemy import NullPool, create_engine
    except ImportError as error:
        raise InputError("error.no_postgis", why=error.name or error) from error

    def connect() -> Any:
        return psycopg.connect(
            address.conninfo,
            connect_timeout=PATIENCE_S,
            client_encoding="utf8",
            fallback_application_name="weizhan",
        )

    return create_engine("postgresql+psycopg://", creator=connect, poolclass=NullPool)


def _told(error: BaseException | None, address: ServerAddress) -> WeizhanError:
    """Return what a server said as our error."""
    state = getattr(error, "sqlstate", None)
    diagnosis = getattr(error, "diag", None)
    why = (getattr(diagnosis, "message_primary", None) or str(error)).strip().splitlines()
    said = _plain(why[0] if why else type(error).__name__)
    if state in (_NO_RIGHT, _READ_ONLY):
        return OutputError("error.database_not_allowed", address=address, why=said)
    if state in _NOT_THERE:
        return InputError("error.database_no_town", address=address)
    return OutputError("error.database_failed", address=address, why=said)


def _plain(said: str) -> str:
    """Return a message without what the environment keeps secret."""
    secret = os.environ.get("PGPASSWORD")
    return said.replace(secret, "***") if secret else said


def make_schema(connection: Connection, address: ServerAddress) -> None:
    """Make the schema of a new town, and PostGIS where the database lacks it.

    Parameters
    ----------
    connection
        An open transaction.
    address
        Of the town.

    Raises
    ------
    InputError
        When there is a town already.
    OutputError
        When the database does not store UTF-8.
    """
    encoding = connection.exec_driver_sql("SHOW server_encoding").scalar()
    if encoding != "UTF8":
        raise OutputError("error.database_encoding", address=address, value=encoding)
    there = connection.exec_driver_sql(
        "SELECT 1 FROM information_schema.tables WHERE table_schema = %s "
        "AND table_name = 'town_files'", (address.schema,),
    ).fetchone()  # fmt: skip
    if there is not None:
        raise InputError("error.push_there", address=address)
    has = connection.exec_driver_sql("SELECT 1 FROM pg_extension WHERE extname = 'postgis'")
    if has.fetchone() is None:
        connection.exec_driver_sql("CREATE EXTENSION postgis SCHEMA public")
    connection.exec_driver_sql(
        f"CREATE SCHEMA IF NOT EXISTS {quoted(address.schema)}".replace("%", "%%")
    )


def open_to(
    connection: Connection, schema: str, *, readers: Sequence[str], writers: Sequence[str]
) -> None:
    """Let roles read a town, or also import into it and change what it keeps.

    Parameters
    ----------
    connection
        An open transaction of who made the town.
    schema
        Of the town.
    readers
        Roles that may only read.
    writers
        Roles that may append to ledgers, add layers and change the town's files.

    Raises
    ------
    InputError
        When the server has no such role; tells how it is made.
    """
    run, own = connection.exec_driver_sql, quoted(schema)
    for role in (*readers, *writers):
        if run("SELECT 1 FROM pg_roles WHERE rolname = %s", (role,)).fetchone() is None:
            raise InputError(
                "error.database_role", value=role, sql=f"CREATE ROLE {quoted(role)} LOGIN"
            )
        to = f"TO {quoted(role).replace('%', '%%')}"
        said = own.replace("%", "%%")
        run(f"GRANT USAGE ON SCHEMA {said} {to}")
        run(f"GRANT SELECT ON ALL TABLES IN SCHEMA {said} {to}")
        run(f"ALTER DEFAULT PRIVILEGES IN SCHEMA {said} GRANT SELECT ON TABLES {to}")
        if role in writers:
            run(f"GRANT CREATE ON SCHEMA {said} {to}")
            run(f"GRANT INSERT ON ALL TABLES IN SCHEMA {said} {to}")
            run(f"GRANT UPDATE ON town_files {to}")


def readers_of(connection: Connection, table: str) -> list[str]:
    """Return the roles that were given the right to read a table of the town.

    Parameters
    ----------
    connection
        An open transaction.
    table
        Of the town.
    """
    rows = connection.exec_driver_sql(
        "SELECT DISTINCT pg_get_userbyid(right_of.grantee) FROM pg_class, "
        "aclexplode(relacl) AS right_of WHERE oid = %s::regclass AND privilege_type = 'SELECT'",
        (table,),
    )
    return sorted(str(role) for (role,) in rows)


def quoted(name: str) -> str:
    """Return a name as PostgreSQL takes it, whatever stands in it."""
    return '"' + name.replace('"', '""') + '"'
