"""存储 · SQL: the only room that knows a database."""
