"""A town of many addresses: as people write them all are found, and of near misses none is."""

from __future__ import annotations

import random

import pytest

from weizhan.geo.ledgers.addresses import AddressBook
from weizhan.geo.rules.rule_set import load_rules

COUNT = 300
CITY, DISTRICT, STREET = "重庆市", "铜梁区", "东城街道"
ROADS = {"云岭路": "和平社区", "云岭北路": "和平社区", "桂香街": "金龙社区", "解放大道": "金龙社区",
         "书院巷": "金龙社区", "中兴东路": "和平社区"}  # fmt: skip
ESTATES = {"知沐府": "金龙社区", "阳光花园": "和平社区", "锦绣江南2期": "和平社区"}
VILLAGES = ("松坝村", "大湾村")
DIGITS = "零一二三四五六七八九"


def _chinese(number):
    tens, ones = divmod(number, 10)
    said = ("" if tens == 1 else DIGITS[tens]) + "十" if tens else ""
    return said + (DIGITS[ones] if ones or not tens else "")


def _town():
    """Return rows of address, name and community; doors are even, so that odd ones do not exist."""
    rows = []
    for road, community in ROADS.items():
        rows += [(f"{road}{n}号", None, community) for n in range(2, 40, 4)]
        rows.append((f"{road}40号附2号", None, community))
    for estate, community in ESTATES.items():
        rows += [(None, f"{estate}{n}栋", community) for n in range(2, 14, 2)]
    for village in VILLAGES:
        rows += [
            (f"{village}{group}组{n}号", None, village) for group in (1, 3) for n in (4, 8, 12)
        ]
    return rows


def _prefix(rng, community):
    """Return a way to say where the town is: any of its levels, with or without their kinds."""
    parts = []
    for name, kind in ((CITY, 1), (DISTRICT, 1), (STREET, 2)):
        how = rng.choice(["", name, name[:-kind]])
        parts.append(how)
    parts.append(rng.choice(["", "", community, community.removesuffix("社区")]))
    joint = rng.choice(["", "", " ", "/"])
    return joint.join(filter(None, parts)) + (joint if any(parts) else "")


def _right(rng, address, name, community):
    """Return one of the ways in which a building is written."""
    prefix = _prefix(rng, community if not community.endswith("村") else "")
    if name:
        house, unit = (
            name[:-1],
            rng.choice(["", "2单元3-1", "1单元", "-2-3-1", "301室", "2单元 3楼"]),
        )
        mark = "" if unit.startswith("-") else rng.choice(["栋", "幢", "号楼"])
        return prefix + house + mark + unit
    if "附" in address:
        return prefix + rng.choice([address, address.removesuffix("号"),
                                    address.replace("号附", "-")
                                    .removesuffix("号")])  # fmt: skip
    said = rng.choice([address, address.removesuffix("号")])
    if said.endswith("号"):
        said += rng.choice(["", "", "3楼", "301室", "2单元3-1", "门面", "底楼"])
    if "组" in said:
        said = rng.choice([said, said.replace("组", "社"), said.replace("村", "村第")])
    return prefix + said


def _wrong(rng, address, name, community):
    """Return an address that is nearly that of a building and is another."""
    told = address or name
    number = "".join(c for c in told.replace("2期", "") if c.isdigit())
    other = {
        "door": lambda: told[::-1].replace(number[-1], str((int(number[-1]) + 1) % 10), 1)[::-1],
        "city": lambda: rng.choice(["成都市", "北京市海淀区", "铜梁区西城街道"]) + told,
        "more": lambda: told[::-1].replace(number[-1], number[-1] + "1", 1)[::-1],
        "road": lambda: rng.choice(["新", "南", "小"]) + told,
        "beside": lambda: told + rng.choice(["对面", "隔壁", "旁", "东侧"]),
        "community": lambda: ("金龙社区" if community != "金龙社区" else "和平社区") + told,
        "direction": lambda: told.replace("路", "南路").replace("街", "东街").replace("巷", "西巷")
        .replace("大道", "大道西段").replace("府", "院").replace("花园", "南园")
        .replace("村", "新村")
        .replace("2期", "3期"),
    }  # fmt: skip
    return other[rng.choice(list(other))]()


@pytest.fixture(scope="module")
def town():
    return _town()


@pytest.fixture(scope="module", params=[CITY + DISTRICT + STREET, STREET])
def book(request, town):
    addresses, names, communities = zip(*town, strict=True)
    found = AddressBook(addresses, load_rules().ledgers, names=names, communities=communities,
                        region=request.param)  # fmt: skip
    return found, request.param


def test_all_that_people_write_of_a_building_is_found(book, town):
    known, region = book
    rng = random.Random(7)
    wanted = []
    while len(wanted) < COUNT:
        row = rng.randrange(len(town))
        text = _right(rng, *town[row])
        above = any(part in text for part in (CITY[:-1], DISTRICT[:-1]))
        if region == STREET and above:
            continue  # a town that does not say where it lies cannot know its city
        wanted.append((text, row))
    found = known.find([text for text, _ in wanted])
    assert [
        (text, town[row], found[text].row) for text, row in wanted if found[text].row != row
    ] == []


def test_of_near_misses_none_is_taken(book, town):
    known, _ = book
    rng = random.Random(11)
    every = {told for address, name, _ in town for told in (address, name)}
    wrong = {}
    while len(wrong) < COUNT:
        row = rng.randrange(len(town))
        text = _wrong(rng, *town[row])
        if text not in every:
            wrong[text] = town[row]
    found = known.find(list(wrong))
    assert [(text, wrong[text], found[text].row) for text in wrong if found[text].row >= 0] == []


def test_cities_above_the_town_are_learned_from_its_ledger(town):
    addresses, names, communities = zip(*town, strict=True)
    book = AddressBook(addresses, load_rules().ledgers, names=names, communities=communities,
                       region=STREET)  # fmt: skip
    text = f"{CITY}{DISTRICT}云岭路2号"
    assert book.find([text])[text].row == -1
    told = [f"{CITY}{DISTRICT}{STREET}云岭路{n}号" for n in range(2, 24, 4)]
    assert book.find([text, *told])[text].row == 0
    foreign = "成都市武侯区云岭路2号"
    assert book.find([foreign, text, *told])[foreign].row == -1
