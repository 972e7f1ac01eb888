"""经办 · who does things: one file a use-case. The desk owns the transaction."""
