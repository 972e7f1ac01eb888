"""How long reading, indexing and searching take: `python tests/catalogue/bench_search.py LIST.csv`.

Nothing is asserted: a busy machine must not turn a test red.
"""

import random
import sys
import time
from pathlib import Path

from gongji.catalogue.pinyin import readings
from gongji.catalogue.reading import Listing, read_listing
from gongji.catalogue.shelf import Shelf


def queries(listing: Listing, dice: random.Random) -> list[str]:
    """Whole names, parts, pinyin, initials, each also with a mistake."""
    found = []
    for item in dice.sample(listing.items, min(500, len(listing.items))):
        name = item.names[0]
        typed = readings(name.casefold())[0]
        found += [name, name[:3], name[1:4], typed.full, typed.initials, typed.full[:7]]
        for text in (name, typed.full):
            if len(text) > 3:
                at = dice.randrange(len(text) - 1)
                found.append(text[:at] + text[at + 1] + text[at] + text[at + 2 :])
                found.append(text[:at] + "x" + text[at + 1 :])
    return found


def main(path: Path) -> None:
    """Print the figures."""
    content = path.read_bytes()
    start = time.perf_counter()
    listing = read_listing(content)
    read = time.perf_counter()
    shelf = Shelf(listing.items)
    shelved = time.perf_counter()
    shelf.search("a")
    indexed = time.perf_counter()
    print(f"{len(listing.items):,} entries read in {1000 * (read - start):.0f} ms")
    print(f"shelf {1000 * (shelved - read):.0f} ms, index {1000 * (indexed - shelved):.0f} ms")
    times = []
    for query in queries(listing, random.Random(1)):
        # The best of three: what the search costs, and not what else the machine does meanwhile.
        best = 1.0
        for _ in range(3):
            start = time.perf_counter()
            shelf.search(query)
            best = min(best, time.perf_counter() - start)
        times.append((1000 * best, query))
    times.sort()
    for share in (0.5, 0.95, 0.99):
        print(
            f"{share:.0%} of {len(times):,} searches under {times[int(share * len(times))][0]:.2f} ms"
        )
    print(f"the slowest: {times[-1][0]:.2f} ms for {times[-1][1]!r}")


if __name__ == "__main__":
    main(Path(sys.argv[1]))
