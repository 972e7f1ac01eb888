"""The switchboard: settings are read once, and everything is built here."""

import gc
import os
import time
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from datetime import datetime, timedelta
from importlib import resources
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, TypeVar

import msgspec

from gongji.desk.office import Folders, Office
from gongji.desk.ports import Clock, Store
from gongji.store.cipher import Vault, master_key
from gongji.store.sqlite import SqliteStore
from gongji.terms import LOCAL_TIME

if TYPE_CHECKING:
    from gongji.store.postgres import PostgresStore


class BadSetting(Exception):
    """A setting that cannot be used: its name, its form and the remedy."""


AnyStore = TypeVar("AnyStore", bound=Store)

ADDRESS_PATTERN = r"^https?://[^\s/]\S*$"
Address = Annotated[str, msgspec.Meta(pattern=ADDRESS_PATTERN)]
"""Where browsers find a service."""


class Settings(msgspec.Struct, frozen=True, kw_only=True):
    """Everything that the environment may say, read once. docs/reference/settings.md lists it."""

    database: str = "sqlite:///var/gongji.db"
    key: str | None = None
    key_file: Path | None = Path("var/gongji.key")
    packs: Path | None = None
    host: str = "127.0.0.1"
    port: Annotated[int, msgspec.Meta(ge=1, le=65535)] = 8000
    queue: Annotated[int, msgspec.Meta(ge=1)] = 10_000
    public_address: Address | None = None
    oidc_issuer: Address | None = None
    oidc_client: str | None = None
    oidc_secret: str | None = None


_ADDRESS = "an address that begins with https:// or http://, such as https://gongji.example.gov.cn"
_FORMS = {
    "port": "a number from 1 to 65535",
    "queue": "a whole number above 0",
    "public_address": _ADDRESS,
    "oidc_issuer": _ADDRESS,
}
_FOR_TESTS = frozenset({"citus", "pictures", "shared", "test_postgres"})


def settings(environment: Mapping[str, str] | None = None) -> Settings:
    """The settings from GONGJI_… variables; a variable of ours that is unknown is a mistake."""
    env = os.environ if environment is None else environment
    given: dict[str, object] = {}
    for name, value in env.items():
        if not name.startswith("GONGJI_"):
            continue
        field = name.removeprefix("GONGJI_").lower()
        if field in _FOR_TESTS:
            continue
        if field not in Settings.__struct_fields__:
            known = ", ".join(f"GONGJI_{f.upper()}" for f in Settings.__struct_fields__)
            raise BadSetting(f"{name} is no setting of ours; known are {known}")
        given[field] = Path(value) if field in {"key_file", "packs"} else value
    try:
        found = msgspec.convert(given, Settings, strict=False)
    except msgspec.ValidationError as error:
        field = str(error).rpartition("$.")[2].strip("`")
        wrong = f"GONGJI_{field.upper()}: {given[field]!r} is not {_FORMS[field]}"
        raise BadSetting(wrong) from None
    _check_provider(found)
    return found


def _check_provider(found: Settings) -> None:
    """An identity provider is named whole or not at all."""
    named = {
        "GONGJI_OIDC_ISSUER": found.oidc_issuer,
        "GONGJI_OIDC_CLIENT": found.oidc_client,
        "GONGJI_OIDC_SECRET": found.oidc_secret,
    }
    missing = [name for name, value in named.items() if not value]
    if 0 < len(missing) < len(named):
        raise BadSetting(
            f"{' and '.join(missing)}: needed beside the others, as the identity provider has given"
            f" them; {', '.join(named)} are set together or not at all"
        )


def shipped_packs() -> dict[str, dict[str, str]]:
    """The packs that come with the program: folder → file → text."""
    return folders_in(Path(str(resources.files("gongji") / "packs")))


SANDBOX = "990000"
"""The sandbox's region: no place, and loaded by nothing else."""


def sandbox_packs() -> dict[str, dict[str, str]]:
    """The shipped packs and the sandbox's own invented law beside them."""
    folder = Path(str(resources.files("gongji") / "samples" / "sandbox"))
    own = {file.name: file.read_text("utf-8") for file in sorted(folder.glob("*.toml"))}
    return {**shipped_packs(), f"{SANDBOX}-sandbox": own}


def packs_of(chosen: Settings) -> Folders:
    """The shipped packs, or those of `GONGJI_PACKS`."""
    if chosen.packs is None:
        return shipped_packs()
    if not chosen.packs.is_dir():
        raise BadSetting(f"GONGJI_PACKS: {chosen.packs} is no folder")
    return folders_in(chosen.packs)


def folders_in(root: Path) -> dict[str, dict[str, str]]:
    """The packs below a folder: folder → file → text."""
    return {
        folder.name: {file.name: _text_of(file) for file in sorted(folder.glob("*.toml"))}
        for folder in sorted(root.iterdir())
        if folder.is_dir() and any(folder.glob("*.toml"))
    }


def _text_of(file: Path) -> str:
    """A pack's file. Windows editors put a byte order mark before it, which TOML does not know."""
    try:
        return file.read_text("utf-8-sig")
    except UnicodeDecodeError:
        raise BadSetting(f"{file}: this is not UTF-8; save the file as UTF-8") from None


def calm_the_collector() -> None:
    """What stands here now stays for the life of the process: the collector need not walk it again,
    and need not look often at the short-lived objects of a request, which hold no cycles."""
    gc.collect()
    gc.freeze()
    gc.set_threshold(50_000, 20, 100)


def local_clock() -> datetime:
    """Now, in China."""
    return datetime.now(LOCAL_TIME)


def never_back(clock: Clock = local_clock, elapsed: Callable[[], float] = time.monotonic) -> Clock:
    """A clock that follows another one forward and never back.

    Where the machine's clock is set back, time goes on at its own pace from where it was: a bond
    that has ended stays ended, and what comes later is recorded later. `elapsed` are seconds that
    nobody sets. All processes of one machine that were running by then go on together.
    """
    furthest = clock() - timedelta(seconds=elapsed())

    def now() -> datetime:
        nonlocal furthest
        # Read in this order: a pause in between may then not be taken for time that has passed.
        read, passed = clock(), timedelta(seconds=elapsed())
        furthest = max(furthest, read - passed)
        return furthest + passed

    return now


def open_vault(chosen: Settings, *, to_read: bool = False) -> Vault:
    """The vault with the key of the environment or of the key file. Who only reads makes none."""
    try:
        return Vault(master_key(chosen.key, chosen.key_file, make=not to_read))
    except ValueError as error:
        raise BadSetting(str(error)) from None
    except OSError as error:
        raise BadSetting(
            f"GONGJI_KEY_FILE: {chosen.key_file}: {error.strerror}; name a file that this user may"
            " read, or a folder with room in which it may be made"
        ) from None


def open_store(chosen: Settings, *, to_read: bool = False) -> "SqliteStore | PostgresStore":
    """The store that `GONGJI_DATABASE` names; its schema is the migrations' business."""
    scheme, _, path = chosen.database.partition("://")
    if scheme == "sqlite" and path.startswith("/") and path not in ("/", "/:memory:"):
        return SqliteStore(path[1:], open_vault(chosen, to_read=to_read), to_read=to_read)
    if scheme in {"postgresql", "postgres"}:
        return _open_postgres(chosen.database, open_vault(chosen, to_read=to_read))
    raise BadSetting(
        "GONGJI_DATABASE: a database is named as sqlite:///PATH or as"
        f" postgresql://USER:PASSWORD@HOST/NAME, and not as {scheme}..."
    )


def _open_postgres(database: str, vault: Vault) -> "PostgresStore":
    from psycopg import ProgrammingError

    from gongji.store.postgres import PostgresStore

    try:
        return PostgresStore(database, vault)
    except ProgrammingError:  # its words would repeat the password
        raise BadSetting(
            "GONGJI_DATABASE: this is not of the form postgresql://USER:PASSWORD@HOST:PORT/NAME;"
            " in user and password write @ : / % as %40 %3A %2F %25"
        ) from None


def build(chosen: Settings, clock: Clock = local_clock, folders: Folders | None = None) -> Office:
    """The office of a running service: schema brought up to date, key checked, law kept. `folders`
    are packs in place of those that the settings name."""
    from gongji.store.migrate import upgrade

    with _closed_on_failure(open_store(chosen)) as store:
        upgrade(store)
        store.check_key()
        office = Office(store, folders or packs_of(chosen), clock)
        office.open()
    return office


def build_to_read(chosen: Settings, clock: Clock = local_clock) -> Office:
    """The office for who only reads, an inspector for instance: it writes nothing, so that the right
    to read is enough. The schema must be today's; the key is compared, and today's law not kept."""
    from gongji.store.migrate import check_schema

    with _closed_on_failure(open_store(chosen, to_read=True)) as store:
        check_schema(store)
        with store.read() as unit:
            unit.compare_key()
        return Office(store, packs_of(chosen), clock)


@contextmanager
def _closed_on_failure(store: AnyStore) -> Iterator[AnyStore]:
    """An office that cannot be built leaves no connection open."""
    try:
        yield store
    except BaseException:
        store.close()
        raise


def office_in_memory(clock: Clock, folders: Folders | None = None) -> Office:
    """A fresh office that lives as long as a scenario, with a throw-away key."""
    store = SqliteStore(":memory:", Vault(os.urandom(32)))
    store.create()
    office = Office(store, folders or shipped_packs(), clock)
    office.open()
    return office
