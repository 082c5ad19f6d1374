"""A town on a PostgreSQL server: its address, a transaction, its layers and files.

SQLAlchemy, GeoAlchemy2 and psycopg are loaded when a town names a server, never before.
"""

from .address import ServerAddress, is_address, read_address, server_of
from .files import (
    change_file,
    fetch_files,
    file_on_server,
    files_on_server,
    inside,
    keep_file,
    make_files,
    send_files,
)
from .layers import (
    LAYERS_FILE,
    layer_of_server,
    make_layers,
    read_stored_layer,
    stored_layers,
    write_stored_layer,
)
from .sessions import lock, make_schema, open_to, quoted, session
from .shares import check_writable, share_kind

__all__ = [
    "LAYERS_FILE",
    "ServerAddress",
    "change_file",
    "check_writable",
    "fetch_files",
    "file_on_server",
    "files_on_server",
    "inside",
    "is_address",
    "keep_file",
    "layer_of_server",
    "lock",
    "make_files",
    "make_layers",
    "make_schema",
    "open_to",
    "quoted",
    "read_address",
    "read_stored_layer",
    "send_files",
    "server_of",
    "session",
    "share_kind",
    "stored_layers",
    "write_stored_layer",
]
