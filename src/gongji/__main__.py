"""`python -m gongji` is `gongji`."""

from gongji.cli import main

if __name__ == "__main__":
    main()
