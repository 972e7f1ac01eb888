"""账簿 · the book: debits and credits. It has never heard of a family. Pure."""
