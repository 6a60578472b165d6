"""The routes that the app registers. The worker library lists them once a process, so they are kept."""

from functools import cache
from typing import Any

import function_app


@cache
def levels() -> dict[tuple[str, str], str]:
    """Give each route of the app and method, with the key that it asks for: `function`, or `anonymous` for none."""
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
