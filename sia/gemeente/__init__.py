"""What is particular to one municipality: its file, read, checked or begun."""

from sia.gemeente.init import init_gemeente as init_gemeente
from sia.gemeente.load import file_of as file_of
from sia.gemeente.load import load_gemeente as load_gemeente
from sia.gemeente.load import names_with_a_file as names_with_a_file
from sia.gemeente.model import FICTIEF as FICTIEF
from sia.gemeente.model import TE_BEVESTIGEN as TE_BEVESTIGEN
from sia.gemeente.model import EigenTabel as EigenTabel
from sia.gemeente.model import Gemeente as Gemeente
from sia.gemeente.model import Huisstijl as Huisstijl
from sia.gemeente.model import Stadsdeel as Stadsdeel
