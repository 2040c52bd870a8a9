"""Checks of rows: each finds one kind of fault and says row, column, value and what to do about it."""
