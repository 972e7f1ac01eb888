"""机构 · the institution's console: quote, settle, receipt, reverse, the day, and reconciliation."""
