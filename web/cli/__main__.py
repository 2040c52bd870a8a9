"""Lets `python -m web.cli` be the command `hereabouts`."""

from web.cli import app

app(prog_name="hereabouts")
