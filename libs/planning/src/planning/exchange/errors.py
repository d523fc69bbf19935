"""What can be wrong with a file. Each error names the place; none of them leaves half a document behind."""


class ExchangeError(ValueError):
    """A file that cannot be taken over; the subclasses say why."""


class TooLarge(ExchangeError):
    """More bytes than are taken. `size` and `limit` are bytes; size is None where reading stopped at the limit."""

    def __init__(self, limit: int, size: int | None = None) -> None:
        self.limit = limit
        self.size = size
        given = "more" if size is None else f"{size:,}"
        super().__init__(f"A file of {given} bytes; the limit is {limit:,}")


class MalformedDocument(ExchangeError):
    """Not the format it is said to be: no XML, another root, entities, a document type."""

    def __init__(self, reason: str, line: int | None = None) -> None:
        self.reason = reason
        self.line = line
        super().__init__(reason if line is None else f"Line {line}: {reason}")


class BadValue(ExchangeError):
    """An element whose text is no value of its kind. `rule` is what a value has to be."""

    def __init__(self, element: str, line: int, value: str, rule: str) -> None:
        self.element = element
        self.line = line
        self.value = value
        self.rule = rule
        super().__init__(f"Line {line}: {element} is {value!r}, and has to be {rule}")


class UnknownReference(ExchangeError):
    """A record that names another which the file does not hold."""

    def __init__(self, element: str, line: int, source_id: str) -> None:
        self.element = element
        self.line = line
        self.source_id = source_id
        super().__init__(f"Line {line}: {element} names {source_id}, which is not in the file")


class NotWritable(ExchangeError):
    """A document that contradicts itself, and so has no file."""


class ConverterMissing(ExchangeError):
    """This installation reads no foreign formats: MPXJ or Java is not there."""


class NotIsolated(ExchangeError):
    """The system does not let the converter give up the network, and it does not run with it."""


class UnreadableFile(ExchangeError):
    """MPXJ does not know the format, or finds the file broken; the message is its own."""


class ConversionTimedOut(ExchangeError):
    """The converter took too long and was killed. `timeout` is seconds."""

    def __init__(self, timeout: float) -> None:
        self.timeout = timeout
        super().__init__(f"The conversion took more than {timeout:g} seconds")


class ConverterOutOfMemory(ExchangeError):
    """The file needs more memory than the converter has. `memory` is bytes."""

    def __init__(self, memory: int) -> None:
        self.memory = memory
        super().__init__(f"The conversion needs more than {memory:,} bytes of memory")


class ConverterCrashed(ExchangeError):
    """The converter ended without an answer."""
