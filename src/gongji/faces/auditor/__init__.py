"""审计 · the auditor: who looked at whom and when, and whether the books agree."""
