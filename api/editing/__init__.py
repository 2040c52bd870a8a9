"""Changing entries: by the people who look after them, with every version kept."""
