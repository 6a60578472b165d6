"""The routes that the app registers. The worker library lists them only once a process."""

from functools import cache
from typing import Any

import function_app


@cache
def levels() -> dict[tuple[str, str], str]:
    """Return the key (`function`, or `anonymous` for none) of each route and method."""
    found = {}
    for function in function_app.app.get_functions():
        trigger: Any = function.get_trigger()
        binding = trigger.get_dict_repr()
        if binding["type"] == "httpTrigger":
            for method in binding["methods"]:
                found[f"/{binding['route']}", str(method.value).lower()] = str(
                    binding["authLevel"].value
                ).lower()
    return found
