"""Alembic's entry: the connection comes from gongji.store.migrate, or SQL is wanted for reading."""

from alembic import context

import gongji.store.unit  # noqa: F401 - knows every table
from gongji.store.tables import metadata

connection = context.config.attributes.get("connection")
if connection is None:
    context.configure(dialect_name="postgresql", target_metadata=metadata, literal_binds=True)
else:
    context.configure(connection=connection, target_metadata=metadata, render_as_batch=True)
with context.begin_transaction():
    context.run_migrations()
