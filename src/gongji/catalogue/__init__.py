"""目录 · the catalogue: which medicine is listed, in which class, and what that does to a bill."""
