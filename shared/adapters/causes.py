"""The errors inside an error: requests and urllib3 wrap one another's."""

from collections.abc import Iterator


def causes(error: BaseException, *names: str) -> Iterator[BaseException]:
    """Yield an error and those inside it: its arguments, and its attributes of these names."""
    pending, seen = [error], set[int]()
    while pending:
        each = pending.pop()
        if id(each) in seen:
            continue
        seen.add(id(each))
        yield each
        inside = [*(getattr(each, name, None) for name in names), *each.args]
        pending += [one for one in inside if isinstance(one, BaseException)]
