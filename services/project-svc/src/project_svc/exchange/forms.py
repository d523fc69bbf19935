"""How a file is read. Run in a process of its own: files come from anywhere."""

from collections.abc import Callable
from pathlib import PurePath

from chassis.problem import FieldError
from planning.exchange import Document, ExchangeError, FidelityReport, read_foreign, read_mspdi
from project_svc.exchange.csv_form import read_csv
from project_svc.exchange.json_form import read_json
from project_svc.exchange.names import ImportForm, UnreadableImport


def read_file(told: Callable[[float], None], data: bytes, name: str, form: str) -> tuple[Document, FidelityReport]:
    """The document in a file, and what of the file it does not hold. Raises UnreadableImport."""
    told(0)
    try:
        match ImportForm(form):
            case ImportForm.MSPDI:
                return read_mspdi(data)
            case ImportForm.CSV:
                return read_csv(data, PurePath(name).stem)
            case ImportForm.JSON:
                return read_json(data)
            case ImportForm.FOREIGN:
                return read_foreign(data, name)
    except ExchangeError as error:
        rule = type(error).__name__
        place = FieldError(location="body", pointer="/file", rule=rule, message=f"{error}.")
        raise UnreadableImport(f"{name}: {error}.", errors=[place]) from None
