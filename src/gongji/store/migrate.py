"""Bringing a store's schema up to date with Alembic."""

from importlib import resources

from alembic import command
from alembic.config import Config
from sqlalchemy import create_engine
from sqlalchemy.pool import StaticPool

from gongji.store.postgres import ADVICE, PostgresStore
from gongji.store.sqlite import SqliteStore


def config() -> Config:
    """Alembic's configuration; there is no ini file to find."""
    found = Config()
    found.set_main_option("script_location", str(resources.files("gongji.store") / "migrations"))
    return found


def upgrade(store: SqliteStore | PostgresStore, revision: str = "head") -> None:
    """Apply every migration that the store has not seen."""
    engine = create_engine(
        f"{store.dialect}://", creator=store.raw_connection, poolclass=StaticPool
    )
    with engine.begin() as connection:
        if connection.dialect.name == "postgresql":  # processes that start at once take turns
            connection.exec_driver_sql(f"SELECT pg_advisory_xact_lock({ADVICE}, -1)")
        settings = config()
        settings.attributes["connection"] = connection
        command.upgrade(settings, revision)
    engine.dispose()
