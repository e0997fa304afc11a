"""What can be remarkable about the pictures of a folder, and how each kind is treated."""

from dataclasses import dataclass
from enum import StrEnum


class FindingKind(StrEnum):
    """The kinds of findings, the ones that cost pictures first."""

    BROKEN = "broken"
    FOREIGN = "foreign"
    WRONG_PAIR = "wrong_pair"
    UNLABELLED = "unlabelled"
    TINY = "tiny"
    NEARLY_EMPTY = "nearly_empty"
    DUPLICATE = "duplicate"
    NEAR_DUPLICATE = "near_duplicate"
    SMALL_CLASS = "small_class"
    UNBALANCED = "unbalanced"
    ODD_SIZE = "odd_size"
    TRANSPARENT = "transparent"
    GREY = "grey"
    EXIF = "exif"
    CMYK = "cmyk"
    DEEP = "deep"
    ANIMATED = "animated"


TREATMENT: dict[FindingKind, str] = {
    FindingKind.BROKEN: "Cannot be read and is left out.",
    FindingKind.FOREIGN: "Is no picture of a kind that can be read, and is left out.",
    FindingKind.WRONG_PAIR: "What has no partner is left out; doubtful pairs are used unless excluded.",
    FindingKind.UNLABELLED: "Has no label in the labels file and is left out.",
    FindingKind.TINY: "Looks soft where it is enlarged: train at a small size, or exclude it.",
    FindingKind.NEARLY_EMPTY: "Shows next to nothing; it is used unless excluded.",
    FindingKind.DUPLICATE: "Exact copies count once an epoch and never part between training and testing.",
    FindingKind.NEAR_DUPLICATE: "Stays with its relatives or is left out: no test picture is learned.",
    FindingKind.SMALL_CLASS: "Is trained like the others but will be learned badly; add pictures to it.",
    FindingKind.UNBALANCED: "Every picture is shown equally often, so large classes are learned better.",
    FindingKind.ODD_SIZE: "Photos are cut to their middle, drawings get white margins; see the setting fit.",
    FindingKind.TRANSPARENT: "Transparent parts become white.",
    FindingKind.GREY: "Teaches a model of colours grey; a model of grey pictures wants it so.",
    FindingKind.EXIF: "Is turned upright as its EXIF data says.",
    FindingKind.CMYK: "Is converted from CMYK to RGB.",
    FindingKind.DEEP: "Is converted from 16 bits a channel to 8.",
    FindingKind.ANIMATED: "The first frame is used.",
}


@dataclass(frozen=True)
class Finding:
    """One remarkable thing. ``path`` is inside the folder (or names a class), ``other`` the second file that
    it is about, "" for none; ``text`` says it in a sentence.
    """

    kind: FindingKind
    path: str
    other: str
    text: str
