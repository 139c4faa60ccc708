"""What is particular to one municipality: its file, read, checked or begun."""

from sia.gemeente.init import init_gemeente
from sia.gemeente.load import default_folder, file_of, load_gemeente, names_with_a_file
from sia.gemeente.model import (
    AANPAK,
    FICTIEF,
    PARTNERSOORTEN,
    TE_BEVESTIGEN,
    EigenTabel,
    Gemeente,
    Huisstijl,
    Partner,
    Stadsdeel,
)

__all__ = [
    "AANPAK",
    "FICTIEF",
    "PARTNERSOORTEN",
    "TE_BEVESTIGEN",
    "EigenTabel",
    "Gemeente",
    "Huisstijl",
    "Partner",
    "Stadsdeel",
    "default_folder",
    "file_of",
    "init_gemeente",
    "load_gemeente",
    "names_with_a_file",
]
