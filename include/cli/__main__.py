"""`python -m include.cli`: the same as the `departures` command."""

from include.cli.main import main

main()
