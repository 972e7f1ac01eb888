"""Alembic's entry: the connection comes from gongji.store.migrate."""

from alembic import context

import gongji.store.unit  # noqa: F401 - knows every table
from gongji.store.tables import metadata

connection = context.config.attributes["connection"]
context.configure(connection=connection, target_metadata=metadata, render_as_batch=True)
with context.begin_transaction():
    context.run_migrations()
