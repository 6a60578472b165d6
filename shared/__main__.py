"""`python -m shared COMMAND`: the command line."""

from shared.cli.commands import main

if __name__ == "__main__":
    main()
