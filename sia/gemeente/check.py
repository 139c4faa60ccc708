"""What is wrong with the parts of a municipality's file together."""

from __future__ import annotations

from collections import Counter

from sia.errors import InputError, Problem, suggestion
from sia.gemeente.model import BUURT, CODE, FICTIEF, WIJK, Gemeente


def check(gemeente: Gemeente) -> list[Problem]:
    """Return what is wrong with the parts together."""
    problems = [*_check_codes(gemeente), *_check_stadsdelen(gemeente)]
    try:
        known = gemeente.catalogus().ids
    except InputError as error:
        return [*problems, *error.problems]
    for number, table in enumerate(gemeente.eigen_tabellen, start=1):
        for column, name in table.kolommen.items():
            if name not in known:
                problems.append(
                    Problem(
                        bestand=gemeente.bestand,
                        rij=f"eigen_tabel {number}",
                        kolom=f"kolommen.{column}",
                        wat=f"`{name}` staat niet in de catalogus.",
                        oplossing=suggestion(name, known),
                    )
                )
    return problems


def _check_codes(gemeente: Gemeente) -> list[Problem]:
    if not CODE.fullmatch(gemeente.code):
        wat = f"`{gemeente.code}` is geen gemeentecode."
        oplossing = "Gebruik GM met vier cijfers, bijvoorbeeld GM0153."
        return [Problem(bestand=gemeente.bestand, kolom="code", wat=wat, oplossing=oplossing)]
    problems = []
    invented = gemeente.code.startswith(FICTIEF)
    if invented != gemeente.fictief:
        wat = f"Codes die met {FICTIEF} beginnen zijn fictief, en geen andere."
        oplossing = f"Zet `fictief = {'true' if invented else 'false'}`."
        problems.append(
            Problem(bestand=gemeente.bestand, kolom="fictief", wat=wat, oplossing=oplossing)
        )
    named = [
        (part.naam, "wijken", code, WIJK) for part in gemeente.stadsdelen for code in part.wijken
    ]
    named += [
        (part.naam, "buurten", code, BUURT) for part in gemeente.stadsdelen for code in part.buurten
    ]
    named += [("", "te_bevestigen", code, BUURT) for code in gemeente.te_bevestigen]
    for where, veld, code, pattern in named:
        if not pattern.fullmatch(code) or code[2:6] != gemeente.code[2:]:
            problems.append(
                Problem(
                    bestand=gemeente.bestand,
                    rij=where,
                    kolom=veld,
                    wat=f"`{code}` is geen code van {gemeente.naam}.",
                    oplossing=f"Een code begint hier met {pattern.pattern[:2]}{gemeente.code[2:]}.",
                )
            )
    return problems


def _check_stadsdelen(gemeente: Gemeente) -> list[Problem]:
    counts = Counter(code for part in gemeente.stadsdelen for code in (*part.wijken, *part.buurten))
    counts.update(
        code
        for code in gemeente.te_bevestigen
        if any(code in p.buurten for p in gemeente.stadsdelen)
    )
    doubles = [
        Problem(
            bestand=gemeente.bestand,
            kolom="stadsdeel",
            wat=f"`{code}` staat op {count} plaatsen.",
            oplossing="Zet elke wijk en buurt in één stadsdeel, of alleen bij `te_bevestigen`.",
        )
        for code, count in sorted(counts.items())
        if count > 1
    ]
    names = Counter(part.naam for part in gemeente.stadsdelen)
    doubles += [
        Problem(
            bestand=gemeente.bestand,
            kolom="stadsdeel",
            wat=f"Stadsdeel `{name}` staat er {count} keer.",
            oplossing="Voeg de onderdelen samen.",
        )
        for name, count in sorted(names.items())
        if count > 1
    ]
    return doubles
