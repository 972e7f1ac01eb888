"""门面 · the pages that people use: the family's phone, the clerk's desk, the institution's console."""
