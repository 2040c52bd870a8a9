"""Reminders: polite letters to those who run an entry when a check is due, and what they answer."""
