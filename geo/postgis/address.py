"""Where a shared town stands: ``postgresql://host/database?schema=town``, without a password."""

from __future__ import annotations

import tomllib
from dataclasses import dataclass
from functools import lru_cache
from pathlib import Path
from typing import Final
from urllib.parse import parse_qsl, quote, urlencode, urlsplit, urlunsplit

from ..words import TOWN_FILE, InputError

SCHEMES: Final = ("postgresql", "postgres")
SECRETS: Final = ("password", "sslpassword", "passphrase")
DEFAULT_SCHEMA: Final = "weizhan"
MOST_BYTES: Final = 63  # of a name in PostgreSQL; a longer one is cut in silence


@dataclass(frozen=True, slots=True)
class ServerAddress:
    """A database and the schema in it that holds one town.

    Attributes
    ----------
    conninfo
        As libpq takes it; a service, a host, a port, a user, never a password.
    schema
        Of the town.
    """

    conninfo: str
    schema: str = DEFAULT_SCHEMA

    def __str__(self) -> str:
        """Return the address as people write it."""
        parts = urlsplit(self.conninfo)
        query = [*parse_qsl(parts.query), ("schema", self.schema)]
        told = [(name, value) for name, value in query if value != DEFAULT_SCHEMA]
        # urlunsplit drops the slashes of an address without a host, which libpq needs.
        tail = f"?{urlencode(told, safe='/', quote_via=quote)}" if told else ""
        return f"{parts.scheme}://{parts.netloc}{parts.path}{tail}"


def is_address(said: str) -> bool:
    """Return whether a text is the address of a server, and no folder."""
    return said.partition(":")[0].lower() in SCHEMES and "://" in said


def read_address(said: str) -> ServerAddress:
    """Read ``postgresql://…``, with ``schema`` among its parameters.

    Raises
    ------
    InputError
        When it is no address, names no schema that can be, or holds a password: that belongs
        into the environment, ``~/.pgpass`` or a service file. No message repeats the password.

    Examples
    --------
    >>> read_address("postgresql://clerk@gis.example/fire?schema=qinghe").schema
    'qinghe'
    """
    try:
        parts = urlsplit(said)
        query = parse_qsl(parts.query, keep_blank_values=True, strict_parsing=bool(parts.query))
        secret = parts.password is not None or any(n.lower() in SECRETS for n, _ in query)
    except ValueError as error:
        raise InputError("error.database_address") from error
    if secret:
        raise InputError("error.database_password")
    if parts.scheme.lower() not in SCHEMES or parts.fragment:
        raise InputError("error.database_address")
    schema = dict(query).get("schema", DEFAULT_SCHEMA)
    if not schema or len(schema.encode()) > MOST_BYTES or "\0" in schema or schema[:3] == "pg_":
        raise InputError("error.database_schema", value=schema, most=MOST_BYTES)
    rest = urlencode([(n, v) for n, v in query if n != "schema"], safe="/", quote_via=quote)
    base = urlunsplit((parts.scheme.lower(), parts.netloc, parts.path, "", ""))
    base = base if "://" in base else base.replace(":", "://", 1)
    return ServerAddress(f"{base}?{rest}" if rest else base, schema)


def server_of(folder: Path) -> ServerAddress | None:
    """Return where the town of a folder stands, None where it stands in the folder itself.

    Raises
    ------
    InputError
        When ``town.toml`` names a server wrongly, or a password.
    """
    file = folder / TOWN_FILE
    try:
        changed = file.stat()
        said = _named_in(file, changed.st_mtime_ns, changed.st_size)
    except (OSError, ValueError):  # who reads the configuration tells what is wrong with it
        return None
    return None if said is None else read_address(said)


@lru_cache(maxsize=16)
def _named_in(file: Path, *changed: int) -> str | None:
    said = tomllib.loads(file.read_text(encoding="utf-8-sig")).get("database")
    return said if isinstance(said, str) else None
