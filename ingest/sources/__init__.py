"""The sources whose files we know, by their code."""

from api.errors import BadInput, FieldProblem
from ingest.mapping import KnownSource
from ingest.sources import (
    calendar,
    cambridgeshire_libraries,
    mobile_essex,
    mutual_aid_cambs,
    open_referral,
    openstreetmap,
    outpost,
)

KNOWN_SOURCES: dict[str, KnownSource] = {
    source.code: source
    for source in (
        calendar.SOURCE,
        cambridgeshire_libraries.SOURCE,
        mobile_essex.SOURCE,
        mutual_aid_cambs.SOURCE,
        open_referral.SOURCE,
        openstreetmap.SOURCE,
        outpost.SOURCE,
    )
}


def get_source(code: str) -> KnownSource:
    """Raises BadInput that names the sources we know."""
    if code not in KNOWN_SOURCES:
        known = ", ".join(sorted(KNOWN_SOURCES))
        message = (
            f"We know no source called “{code}”. The sources we know: {known}. "
            f"For any other, make a mapping: hereabouts ingest FILE --source {code} --propose."
        )
        raise BadInput(message, errors=[FieldProblem(field="source", message=message)])
    return KNOWN_SOURCES[code]
