"""Set apart what fails, so that one app or item never stops the others.

Code that judges, words or renders has no expected errors: whatever it raises is a fault of the
program, met by one odd app or item. The others must not pay for it.
"""

import traceback
from collections.abc import Callable, Mapping

type Work[Part, Result] = Callable[[Mapping[str, Part], Mapping[str, str]], Result]
"""Makes a result of some parts, by id; the second mapping says why other parts failed."""


def spare[Part, Result](work: Work[Part, Result], parts: Mapping[str, Part]) -> Result:
    """Return what `work` makes of `parts`; those on which it fails are set apart.

    Args:
        work: Has no effects. It is called once if nothing fails, and at most some times for
            each part that does.
        parts: What may fail alone.

    Raises:
        Exception: The work fails whatever is set apart.
    """
    try:
        return work(parts, {})
    except Exception:
        work({}, {})  # raises at once what no part causes, such as a mistake of the caller
        failed = _failed(work, parts)
        if not failed:
            raise
        return work({key: each for key, each in parts.items() if key not in failed}, failed)


def where(error: Exception) -> str:
    """Return the class of an error and the line that raised it, never its text."""
    frame = traceback.extract_tb(error.__traceback__)[-1]
    file = frame.filename.replace("\\", "/").rpartition("/")[2]
    return f"internal error ({type(error).__name__} in {file}, line {frame.lineno})"


def _failed[Part, Result](work: Work[Part, Result], parts: Mapping[str, Part]) -> Mapping[str, str]:
    """Return why each of `parts` fails, found by halves: most parts are fine."""
    try:
        work(parts, {})
    except Exception as error:  # noqa: BLE001  (a fault of the program can be any error)
        if len(parts) == 1:
            return dict.fromkeys(parts, where(error))
        items, half = list(parts.items()), len(parts) // 2
        halves = (dict(items[:half]), dict(items[half:])) if half else ()
        return {key: why for each in halves for key, why in _failed(work, each).items()}
    return {}
