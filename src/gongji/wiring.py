"""The switchboard: settings are read once, and everything is built here."""

import gc
import os
from collections.abc import Mapping
from datetime import datetime
from importlib import resources
from pathlib import Path
from typing import Annotated

import msgspec

from gongji.desk.office import Folders, Office
from gongji.desk.ports import Clock
from gongji.store.cipher import Vault, master_key
from gongji.store.sqlite import SqliteStore
from gongji.terms import LOCAL_TIME


class BadSetting(Exception):
    """A setting that cannot be used: its name, its form and the remedy."""


class Settings(msgspec.Struct, frozen=True, kw_only=True):
    """Everything that the environment may say, read once. docs/reference/settings.md lists it."""

    database: str = "sqlite:///var/gongji.db"
    key: str | None = None
    key_file: Path | None = Path("var/gongji.key")
    packs: Path | None = None
    host: str = "127.0.0.1"
    port: Annotated[int, msgspec.Meta(ge=1, le=65535)] = 8000
    public_address: str | None = None
    oidc_issuer: str | None = None
    oidc_client: str | None = None
    oidc_secret: str | None = None


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
        return msgspec.convert(given, Settings, strict=False)
    except msgspec.ValidationError as error:
        raise BadSetting(f"a GONGJI_ setting has the wrong form: {error}") from None


_FOR_TESTS = frozenset({"citus", "pictures", "shared"})


def shipped_packs() -> dict[str, dict[str, str]]:
    """The packs that come with the program: folder → file → text."""
    return folders_in(Path(str(resources.files("gongji") / "packs")))


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
        folder.name: {file.name: file.read_text("utf-8") for file in sorted(folder.glob("*.toml"))}
        for folder in sorted(root.iterdir())
        if folder.is_dir() and any(folder.glob("*.toml"))
    }


def calm_the_collector() -> None:
    """What stands here now stays for the life of the process: the collector need not walk it again,
    and need not look often at the short-lived objects of a request, which hold no cycles."""
    gc.collect()
    gc.freeze()
    gc.set_threshold(50_000, 20, 100)


def local_clock() -> datetime:
    """Now, in China."""
    return datetime.now(LOCAL_TIME)


def open_vault(chosen: Settings) -> Vault:
    """The vault with the key of the environment or of the key file."""
    try:
        return Vault(master_key(chosen.key, chosen.key_file))
    except ValueError as error:
        raise BadSetting(str(error)) from None


def open_store(chosen: Settings) -> SqliteStore:
    """The store that `GONGJI_DATABASE` names; its schema is the migrations' business."""
    scheme, _, path = chosen.database.partition(":///")
    if scheme != "sqlite" or not path:
        raise BadSetting(
            f"GONGJI_DATABASE: {chosen.database!r}; a database is named as sqlite:///PATH"
        )
    return SqliteStore(path, open_vault(chosen))


def build(chosen: Settings, clock: Clock = local_clock) -> Office:
    """The office of a running service: schema brought up to date, key checked, law kept."""
    from gongji.store.migrate import upgrade

    store = open_store(chosen)
    upgrade(store)
    store.check_key()
    office = Office(store, packs_of(chosen), clock)
    office.open()
    return office


def office_in_memory(clock: Clock, folders: Folders | None = None) -> Office:
    """A fresh office that lives as long as a scenario, with a throw-away key."""
    store = SqliteStore(":memory:", Vault(os.urandom(32)))
    store.create()
    office = Office(store, folders or shipped_packs(), clock)
    office.open()
    return office
