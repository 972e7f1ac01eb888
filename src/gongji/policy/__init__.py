"""政策 · the law: dated answers with their citations, read from packs. Pure."""
