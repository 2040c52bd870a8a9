"""Owners: people who run an entry, propose changes to it, and publish them where they are trusted."""
