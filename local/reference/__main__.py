"""Write the tables of docs/reference from the program, the schema and docs/openapi.yaml.

    .venv/bin/python -m local.reference

A page has its tables between two comments, `<!-- table: NAME -->` and `<!-- end of table -->`;
the text around them is written by hand. Prints the pages that have changed.
"""

from local.command_help import answer_help
from local.reference.pages import PAGES, generated


def main() -> None:
    """Write each page whose tables have changed."""
    for page in PAGES:
        before = page.read_text("utf-8")
        after = generated(before)
        if after != before:
            page.write_text(after, encoding="utf-8")
            print(page.name)


if __name__ == "__main__":
    answer_help(__doc__)
    main()
