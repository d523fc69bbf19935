"""The public holidays of a country or a part of it, from the package `holidays`."""

from dataclasses import dataclass
from datetime import date

from planning.errors import UnknownCountry

NAMES_IN = "en_US"


@dataclass(frozen=True, slots=True)
class PublicHoliday:
    """A day that is free by law; several holidays on one day are one, their names joined."""

    on: date
    name: str


def public_holidays(country: str, subdivision: str | None, first_year: int, last_year: int) -> list[PublicHoliday]:
    """The holidays of these years, both included, in order; moved ones on the day on which they are kept.

    country: ISO 3166-1, two letters; subdivision: the part of ISO 3166-2 after the hyphen. Names are English where the package knows them.
    Raises UnknownCountry.
    """
    # Not before it is asked for: few processes ever do.
    from holidays import country_holidays, list_supported_countries

    places = list_supported_countries(include_aliases=True)
    if country not in places:
        raise UnknownCountry(country)
    if subdivision is not None and subdivision not in places[country]:
        raise UnknownCountry(country, subdivision)
    years = range(first_year, last_year + 1)
    known = country_holidays(country, subdiv=subdivision)
    # Said explicitly, or the names would follow the locale of the machine.
    language = NAMES_IN if NAMES_IN in known.supported_languages else known.default_language
    found = country_holidays(country, subdiv=subdivision, years=years, language=language)
    return [PublicHoliday(on, name) for on, name in sorted(found.items()) if on.year in years]
