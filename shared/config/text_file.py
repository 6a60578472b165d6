"""Read a text file that the configuration names."""

from pathlib import Path

from shared.config.description import describe
from shared.config.problems import InvalidValue

_EXPECTED = "a text file that is deployed with the app"


def read_text(path: Path, name: str) -> str:
    """Return a UTF-8 file, with or without the byte order mark that Notepad writes.

    Raises `InvalidValue`, which calls the file `name`.
    """
    file = f"the file {describe(name)}"
    try:
        return path.read_text("utf-8-sig")
    except FileNotFoundError:
        todo = "Check the spelling, including capitals."
        raise InvalidValue(f"{file} does not exist", _EXPECTED, todo) from None
    except UnicodeDecodeError:
        todo = 'Save it with the encoding "UTF-8".'
        raise InvalidValue(f"{file} is not UTF-8 text", _EXPECTED, todo) from None
    except (OSError, ValueError) as error:  # a folder, no permission, not a valid path
        found = f"{file} cannot be read ({type(error).__name__})"
        raise InvalidValue(found, _EXPECTED) from None
