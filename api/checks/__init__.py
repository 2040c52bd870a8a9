"""Checks: who confirmed which facts, when the next is due, and who was tried to be reached."""
