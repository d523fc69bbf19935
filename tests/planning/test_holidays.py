from datetime import date

import pytest

from planning.errors import UnknownCountry
from planning.holidays import public_holidays


def test_a_country_keeps_its_holidays_in_order():
    found = public_holidays("FR", None, 2026, 2027)
    assert [each.on for each in found] == sorted(each.on for each in found)
    assert (found[0].on, found[0].name) == (date(2026, 1, 1), "New Year's Day")
    assert {each.on.year for each in found} == {2026, 2027}
    assert date(2026, 7, 14) in {each.on for each in found}


def test_a_part_of_a_country_may_keep_more():
    whole = {each.on for each in public_holidays("DE", None, 2026, 2026)}
    berlin = {each.on for each in public_holidays("DE", "BE", 2026, 2026)}
    assert berlin - whole == {date(2026, 3, 8)}
    assert whole < berlin


@pytest.mark.parametrize(("country", "subdivision"), [("XX", None), ("de", None), ("DE", "ZZ"), ("", None)])
def test_what_is_not_known_is_named(country, subdivision):
    with pytest.raises(UnknownCountry) as caught:
        public_holidays(country, subdivision, 2026, 2026)
    assert (caught.value.country, caught.value.subdivision) == (country, subdivision)


def test_names_do_not_follow_the_locale_of_the_machine(monkeypatch):
    monkeypatch.setenv("LANGUAGE", "de")
    assert public_holidays("DE", None, 2026, 2026)[0].name == "New Year's Day"
