"""`python -m shared COMMAND`: the same use cases as in Azure, for a laptop, a pipeline, or a first look."""

from shared.cli.commands import main

if __name__ == "__main__":
    main()
