"""审计 · the auditor: who looked at whom, whether the books agree, what the law says and decided."""
