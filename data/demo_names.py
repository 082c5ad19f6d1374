"""Invented names. None is meant to be a real place, firm or person."""

from __future__ import annotations

from itertools import product

import numpy as np

FIRST = "云桂柏松竹兰荷枫槐梧杏桐翠碧锦瑞禾霞岚沐"
SECOND = "溪岭湾坪坝冲岗垭泉塘桥台谷源洲屏榭陂"
FAR = "星朗望听映拾栖漫悦知"
ESTATE_ENDINGS = ("苑", "花园", "雅居", "府", "家园", "里")
SURNAMES = "蒲冉阳鄢谯庹况敖牟晏晋苟"
GIVEN_FIRST = "砚屿葭棠珩渚菘荇岑樨桉瓒"
GIVEN_SECOND = "舟禾岫川苓笙曦堇澍柚遥茗"


def places(rng: np.random.Generator, count: int) -> list[str]:
    """Return so many different place names, of two syllables; of more when those run out."""
    two = [a + b for a, b in product(FIRST, SECOND)]
    three = [a + b for a, b in product(FAR, two)]
    return _different(rng, count, two, three, [a + b for a, b in product(two, two)])


def estates(rng: np.random.Generator, count: int) -> list[str]:
    """Return so many different names of residential estates."""
    far = [a + b for a, b in product(FAR, FIRST)]
    near = [a + b for a, b in product(far, ESTATE_ENDINGS)]
    return _different(rng, count, near, [a + b + c for a, b, c in
                                         product(far, SECOND, ESTATE_ENDINGS)])  # fmt: skip


def people(rng: np.random.Generator, count: int) -> list[str]:
    """Return names of owners; some bear the same, as people do."""
    pools = [np.array(list(part)) for part in (SURNAMES, GIVEN_FIRST, GIVEN_SECOND)]
    drawn = [pool[rng.integers(0, len(pool), count)] for pool in pools]
    return ["".join(parts) for parts in zip(*drawn, strict=True)]


def _different(rng: np.random.Generator, count: int, *pools: list[str]) -> list[str]:
    """Draw from the first pool; where that is not enough take all of it and draw from the next."""
    taken: list[str] = []
    for pool in pools:
        if count - len(taken) <= len(pool):
            return taken + [pool[i] for i in rng.permutation(len(pool))[: count - len(taken)]]
        taken += pool
    msg = f"{count} names asked for, {len(taken)} known"
    raise ValueError(msg)
