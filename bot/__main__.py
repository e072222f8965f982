"""`python -m bot` is `fl-bt`."""

from bot.cli.main import main

if __name__ == "__main__":
    main()
