"""Connectors: who to ask about a place."""
