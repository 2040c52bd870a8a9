"""Squares of the web map: known tiles, blocks that fill a box without gaps, and runs of numbers."""

from random import Random

import pytest
from sqlalchemy import text
from sqlalchemy.orm import Session

from geo.tiles import DEEPEST, Block, Box, block_box, frame, inside, run_of_tile, runs, touched

ELY = (0.2639, 52.3986)


def draw_block(random: Random, level: int) -> Block:
    west, north = random.randrange(1 << level), random.randrange(1 << level)
    east = min((1 << level) - 1, west + random.randrange(12))
    return Block(level, west, north, east, min((1 << level) - 1, north + random.randrange(12)))


def tile_box(zoom: int, x: int, y: int) -> Box:
    return block_box(Block(zoom, x, y, x, y))


def squares(block: Block) -> set[tuple[int, int]]:
    columns, rows = range(block.west, block.east + 1), range(block.north, block.south + 1)
    return {(x, y) for x in columns for y in rows}


@pytest.mark.parametrize("zoom", [0, 3, 9, 14, 22])
def test_tiles_are_those_that_postgis_knows(session: Session, zoom: int) -> None:
    block = touched((*ELY, *ELY), zoom)
    held = "ST_Covers(ST_TileEnvelope(:zoom, :x, :y), ST_Transform(ST_Point(:lon, :lat, 4326), 3857))"
    values = {"zoom": zoom, "x": block.west, "y": block.north, "lon": ELY[0], "lat": ELY[1]}
    assert session.execute(text(f"SELECT {held}"), values).scalar_one()
    west, south, east, north = tile_box(zoom, block.west, block.north)
    assert west < ELY[0] < east
    assert south < ELY[1] < north


def test_the_world_is_one_tile() -> None:
    west, south, east, north = tile_box(0, 0, 0)
    assert (west, east) == (-180, 180)
    assert (south, north) == pytest.approx((-85.0511288, 85.0511288))
    assert touched((-180, -90, 180, 90), 0) == Block(0, 0, 0, 0, 0)


def test_what_is_inside_a_box_is_touched_by_it_and_no_more_is_missing_than_its_rim() -> None:
    random = Random(3)
    for _ in range(300):
        level = random.randrange(4, 18)
        side = 360 / (1 << level)
        west, south = random.uniform(-6, 2), random.uniform(50, 58)
        box = (west, south, west + side * random.uniform(0, 9), south + side * random.uniform(0, 6))
        outer, core = touched(box, level), inside(box, level)
        rim = squares(outer) - (squares(core) if core else set())
        assert core is None or squares(core) < squares(outer)
        for x, y in squares(core) if core else set():
            corner = tile_box(level, x, y)
            assert box[0] <= corner[0]
            assert box[1] <= corner[1]
            assert corner[2] <= box[2]
            assert corner[3] <= box[3]
        edge = {outer.west, outer.east}, {outer.north, outer.south}
        assert all(x in edge[0] or y in edge[1] for x, y in rim)


def test_a_tile_s_own_box_touches_its_neighbours_only_at_the_edge() -> None:
    assert inside(tile_box(9, 256, 168), 11) == Block(11, 1025, 673, 1026, 674)
    assert touched(tile_box(9, 256, 168), 9) == Block(9, 255, 167, 257, 169)


def test_a_frame_and_its_hole_fill_the_block_once() -> None:
    random = Random(5)
    for _ in range(200):
        outer = draw_block(random, 9)
        west, north = (
            random.randint(outer.west, outer.east),
            random.randint(outer.north, outer.south),
        )
        hole = Block(9, west, north, random.randint(west, outer.east), random.randint(north, outer.south))
        sides = [squares(side) for side in frame(outer, hole)]
        assert sum(len(side) for side in sides) + hole.size == outer.size
        assert set().union(squares(hole), *sides) == squares(outer)


def test_runs_hold_the_block_and_leave_out_what_is_to_be_left_out() -> None:
    random = Random(11)
    for _ in range(100):
        block = draw_block(random, 10)
        but = Block(10, block.west, block.north, block.west, block.north)
        firsts, lasts = runs(block)
        held = sum(last - first + 1 for first, last in zip(firsts, lasts, strict=True))
        assert held == block.size << 2 * (DEEPEST - 10)
        # Each run ends before the next begins, with a gap: they could not be joined.
        assert all(last + 1 < first for last, first in zip(lasts, firsts[1:], strict=False))
        less = runs(block, but=but)
        assert sum(b - a + 1 for a, b in zip(*less, strict=True)) == block.size - 1 << 2 * (DEEPEST - 10)


def test_the_database_numbers_squares_alike(session: Session) -> None:
    """A point's number, worked out in SQL, is in the run of its tile of every zoom, worked out here."""
    random = Random(13)
    points = [(random.uniform(-8, 2), random.uniform(50, 60)) for _ in range(60)] + [(0.0, 52.3), ELY]
    for lon, lat in points:
        number = session.execute(text("SELECT face.square_at(:lon, :lat)"), {"lon": lon, "lat": lat})
        square = number.scalar_one()
        for zoom in (0, 5, 9, 14, 18, 22):
            block = touched((lon, lat, lon, lat), zoom)
            tiles = [run_of_tile(zoom, x, y) for x, y in squares(block)]
            assert sum(first <= square <= last for first, last in tiles) == 1
