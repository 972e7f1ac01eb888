"""展示 · what others see: the API under `/v1`, the documents of it, and the first page."""
