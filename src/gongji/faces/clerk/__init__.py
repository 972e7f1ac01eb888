"""经办 · the clerk's desk: one box finds a person; what a family does on its phone is done here for it."""
