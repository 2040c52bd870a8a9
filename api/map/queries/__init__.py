"""SQL of the map: the view, the tile and the features of a search, each from one statement."""

from api.map.queries.features import find_features
from api.map.queries.tile import draw_tile
from api.map.queries.view import find_view

__all__ = ["draw_tile", "find_features", "find_view"]
