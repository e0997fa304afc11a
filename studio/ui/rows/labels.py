"""The actions that choose a label: 0 is any, 1 to 9 are the model's first nine."""

from collections.abc import Callable
from functools import partial

from studio.ui.actions import LABEL_IDS, ActionId, ActionSpec
from studio.ui.label_mix import chosen
from studio.ui.parts import Parts


def labels_actions(parts: Parts) -> list[ActionSpec]:
    """The rows, in the order of the menu."""
    session = parts.session

    def names() -> tuple[str, ...]:
        entry = session.entry
        return entry.manifest.labels if entry is not None and entry.manifest is not None else ()

    def choose(place: int) -> None:
        session.document.set_choices(labels=chosen(names()[place - 1]) if place else ())

    def why_not(place: int) -> str:
        return "" if len(names()) >= max(place, 1) else "The model has no such label"

    def exists(place: int) -> bool:
        return place <= len(names())

    def words(place: int) -> Callable[[], str]:
        return lambda: names()[place - 1].replace("&", "&&") if place <= len(names()) else f"Label {place}"

    rows = [
        ActionSpec(
            ActionId.LABEL_ANY,
            "Any label",
            "The model decides by the drawing alone",
            partial(choose, 0),
            ("0",),
            blocked=partial(why_not, 0),
        )
    ]
    for place, action_id in enumerate(LABEL_IDS, start=1):
        rows.append(
            ActionSpec(
                action_id,
                f"Label {place}",
                "Colour the drawing as this label",
                partial(choose, place),
                (str(place),),
                blocked=partial(why_not, place),
                words=words(place),
                exists=partial(exists, place),
            )
        )
    return rows
