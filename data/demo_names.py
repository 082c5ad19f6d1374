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
    """Return so many different two-syllable place names; three syllables when those run out."""
    pool = [a + b for a, b in product(FIRST, SECOND)]
    if count > len(pool):
        pool += [a + b + c for a, b, c in product(FAR, FIRST, SECOND)]
        return pool[: len(FIRST) * len(SECOND)] + _drawn(
            rng, pool[len(FIRST) * len(SECOND) :], count - len(FIRST) * len(SECOND)
        )
    return _drawn(rng, pool, count)


def estates(rng: np.random.Generator, count: int) -> list[str]:
    """Return so many different names of residential estates."""
    pool = [a + b + c for a, b, c in product(FAR, FIRST, ESTATE_ENDINGS)]
    return [pool[i % len(pool)] for i in rng.permutation(max(count, len(pool)))[:count]]


def people(rng: np.random.Generator, count: int) -> list[str]:
    """Return names of owners; some bear the same, as people do."""
    pools = [np.array(list(part)) for part in (SURNAMES, GIVEN_FIRST, GIVEN_SECOND)]
    drawn = [pool[rng.integers(0, len(pool), count)] for pool in pools]
    return ["".join(parts) for parts in zip(*drawn, strict=True)]


def _drawn(rng: np.random.Generator, pool: list[str], count: int) -> list[str]:
    return [pool[i] for i in rng.permutation(len(pool))[:count]]
