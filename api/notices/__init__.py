"""Notices: what everyone in an area should know for a while, such as severe weather or warm spaces."""
