"""Tickets: secrets sent by e-mail that open one thing, once, until they run out."""
