"""Places: the gazetteer, resolving what a person types, and locating where an entry happens."""
