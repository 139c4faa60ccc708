"""Write ``docs/reference/indicatoren.md`` anew from the catalogue: ``python -m sia.catalogue``."""

from __future__ import annotations

from sia.catalogue.page import catalogue_page
from sia.settings import project_root
from sia.store import write_text


def main() -> None:
    """Write the page and say where it stands."""
    target = project_root() / "docs" / "reference" / "indicatoren.md"
    write_text(target, catalogue_page())
    print(f"Geschreven: {target}")


if __name__ == "__main__":
    main()
