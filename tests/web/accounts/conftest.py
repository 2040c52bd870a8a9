"""What all tests of accounts have in common."""

import pytest


@pytest.fixture(autouse=True)
def hashes(quick_hashes: None) -> None:
    """Every test of this folder may set passwords."""
