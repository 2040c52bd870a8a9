"""SQL of duplicates: the signs of entries, candidates, remembered pairs, and the rows of a merge."""
