"""Entries: what people can turn to, how they are written down, saved, and shown whole."""
