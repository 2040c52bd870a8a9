"""The database roles that are ours to name."""

FACE_ROLE = "hereabouts_face"
"""The public side's: it can only select from schema `face`."""
