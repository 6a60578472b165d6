"""The functions that the app registers, and its routes."""

from collections.abc import Mapping
from functools import cache
from typing import Any

import function_app


@cache
def functions() -> Mapping[str, Any]:
    """Return the functions by name. The worker's library lists them only once a process."""
    return {str(each.get_function_name()): each for each in function_app.app.get_functions()}


@cache
def levels() -> dict[tuple[str, str], str]:
    """Return the key (`function`, or `anonymous` for none) of each route and method."""
    found = {}
    for function in functions().values():
        binding = function.get_trigger().get_dict_repr()
        if binding["type"] == "httpTrigger":
            for method in binding["methods"]:
                found[f"/{binding['route']}", str(method.value).lower()] = str(
                    binding["authLevel"].value
                ).lower()
    return found
