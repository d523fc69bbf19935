"""Small files of Microsoft Project's XML, put together from pieces."""

from planning.exchange import read_mspdi

HEAD = '<Project xmlns="http://schemas.microsoft.com/project">'


def read(inside):
    return read_mspdi(f"{HEAD}{inside}</Project>".encode())


def task(inside, uid=1):
    return f"<Task><UID>{uid}</UID><Name>T{uid}</Name><OutlineLevel>1</OutlineLevel>{inside}</Task>"


def tasks(*each):
    return f"<Tasks>{''.join(each)}</Tasks>"


def calendar(inside):
    return f"<Calendars><Calendar><UID>1</UID><Name>C</Name>{inside}</Calendar></Calendars>"


def exception(first, last, inside):
    period = f"<TimePeriod><FromDate>{first}T00:00:00</FromDate><ToDate>{last}T23:59:00</ToDate></TimePeriod>"
    return calendar(f"<Exceptions><Exception>{period}{inside}<DayWorking>0</DayWorking></Exception></Exceptions>")
