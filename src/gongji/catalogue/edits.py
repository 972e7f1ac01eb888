"""How many typing mistakes lie between a query and a name (Myers' bit vectors, Hyyrö 2003)."""


def masks(query: str) -> dict[str, int]:
    """Where each letter stands in the query: bit n for the nth letter."""
    found: dict[str, int] = {}
    for at, letter in enumerate(query):
        found[letter] = found.get(letter, 0) | 1 << at
    return found


def distance_within(query: str, where: dict[str, int], text: str) -> int:
    """The fewest mistakes between the query and any part of the text.

    A mistake is a letter too many, too few, another one, or two neighbours swapped. `where` is
    `masks(query)`. The whole column of the edit table is one integer, so a name costs about a
    microsecond and not a hundred.
    """
    size = len(query)
    last = 1 << (size - 1)
    up, down, same, seen = (1 << size) - 1, 0, 0, 0
    whole = up
    score = best = size
    for letter in text:
        here = where.get(letter, 0)
        swapped = ((~same & here) << 1) & seen
        same = (swapped | (((here & up) + up) ^ up) | here | down) & whole
        right, left = (down | ~(same | up)) & whole, up & same
        if right & last:
            score += 1
        elif left & last:
            score -= 1
        # A part may begin anywhere in the text: no mistake is counted for what stands before it.
        right, left = (right << 1) & whole, (left << 1) & whole
        up, down = (left | ~(same | right)) & whole, right & same
        seen = here
        best = min(best, score)
    return best
