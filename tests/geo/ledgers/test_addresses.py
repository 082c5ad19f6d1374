import re

import pytest

from weizhan.geo.ledgers.addresses import Address, AddressBook, parse_address
from weizhan.geo.rules.rule_set import load_rules

KNOWN = [
    "云岭路12号", "云岭路14号", "云桂路12号", "悦云苑3栋", "松坝村5号", "云岭路16号附1号",
    "解放大道中段8号", None, "青山街9号", "青山街9号", "阳光城市花园2栋",
]  # fmt: skip


@pytest.fixture(scope="module")
def book():
    return AddressBook(KNOWN, load_rules().ledgers, region="重庆市铜梁区云岭街道")


@pytest.mark.parametrize(
    ("text", "road", "number"),
    [
        ("云岭路12号", "云岭路", "12号"),
        ("云岭路１２号3栋2单元301室", "云岭路", "12号3栋"),
        ("云岭路十二号附3号", "云岭路", "12号附3"),
        ("云岭路12-3号", "云岭路", "12号附3"),
        ("悦云苑三栋", "悦云苑", "3栋"),
        ("一一路一百零三号", "一一路", "103号"),
    ],
)
def test_addresses_are_taken_apart(text, road, number):
    assert parse_address(text) == Address(road, number)


@pytest.mark.parametrize("text", ["云岭路", "12号", "农贸市场旁", ""])
def test_without_road_and_number_there_is_no_address(text):
    assert parse_address(text) is None


@pytest.mark.parametrize(
    ("text", "row"),
    [
        ("重庆市云岭街道云岭路12号", 0),
        ("云岭路12号3栋", 0),  # the only building at that door
        ("云岭12号", 0),  # the road as people say it
        ("解放大道中8号", 6),
        ("悦云苑3幢", 3),
        ("云岭路16号附一号", 5),
    ],
)
def test_what_is_surely_meant_is_found(book, text, row):
    assert book.find([text])[text].row == row


@pytest.mark.parametrize(
    ("text", "guesses"),
    [
        ("云岭路13号", (0, 1, 5)),  # the number is compared exactly
        ("云领路12号", (0, 2, 1)),  # two roads are equally like it
        ("云岭路16号", (5, 1, 0)),  # 附 is part of the number
        ("花园2栋", (10,)),  # no more than the end of a name
        ("某处1号", ()),
    ],
)
def test_what_is_not_sure_is_only_guessed(book, text, guesses):
    found = book.find([text])[text]
    assert (found.row, found.guesses) == (-1, guesses)


def test_of_two_buildings_at_one_number_none_is_chosen(book):
    found = book.find(["青山街9号"])["青山街9号"]
    assert (found.row, found.tied) == (-1, (8, 9))


BUILDINGS = [  # address, name, community
    ("大湾村6组23号", None, "大湾村"), ("大湾村6组24号", None, "大湾村"),
    ("翠湖花园A3栋", None, "甲社区"), ("锦绣江南1期5栋", None, "甲社区"),
    ("龙凤桥北路8号", None, "甲社区"), ("石桥铺正街上段5号", None, "甲社区"),
    ("滨江大道东段66号", None, "乙社区"), ("工业园区经三路9号", None, "乙社区"),
    ("经济开发区二号路15号", None, "乙社区"), ("经济开发区2号", None, "乙社区"),
    ("和平社区中心街5号", None, "和平社区"), ("解放路1号", None, "甲社区"),
    ("解放路一号桥12号", None, "甲社区"), ("春晖路12号", None, "甲社区"),
    ("春晖路12号附3号", None, "甲社区"), ("朝阳路5号1单元", None, "乙社区"),
    (None, "知沐府1栋", "乙社区"), ("人民路7号", None, "甲社区"),
    ("幸福小区12栋", None, "乙社区"), ("沐溪村一组8号", None, "乙社区"),
]  # fmt: skip
SAME = [
    ("大湾村6组23号", 0), ("大湾村六组23号", 0), ("大湾村6组２３号", 0), ("大湾村6组23", 0),
    ("东城街道大湾村6组24号", 1), ("重庆市铜梁区东城街道大湾村6组24号", 1),
    ("翠湖花园A3栋", 2), ("翠湖花园a3幢", 2), ("翠湖花园A3栋2单元301", 2), ("翠湖花园A三栋", 2),
    ("锦绣江南1期5栋", 3), ("锦绣江南一期五栋", 3), ("锦绣江南1期5栋1单元", 3),
    ("龙凤桥北路8号", 4), ("龙凤桥北路八号", 4), ("龙凤桥北8号", 4), ("东城街道龙凤桥北路8号", 4),
    ("甲社区龙凤桥北路8号", 4), ("石桥铺正街上段5号", 5), ("石桥铺正街上5号", 5),
    ("滨江大道东段66号", 6), ("滨江大道东66号", 6), ("滨江大道东段六十六号", 6),
    ("工业园区经三路9号", 7), ("工业园区经三路 9 号", 7),
    ("经济开发区二号路15号", 8), ("经济开发区2号路15号", 8), ("经济开发区2号", 9),
    ("经济开发区二号", 9), ("和平社区中心街5号", 10), ("中心街5号", 10), ("中心街五号", 10),
    ("解放路1号", 11), ("解放路一号", 11), ("解放路1", 11), ("解放路一号桥12号", 12),
    ("解放路1号桥12号", 12), ("春晖路12号", 13), ("春晖路十二号", 13), ("春晖路12#", 13),
    ("春晖路12号3单元502室", 13), ("春晖路12", 13), ("春晖路12号附3号", 14), ("春晖路12号附3", 14),
    ("春晖路12-3号", 14), ("春晖路12号之三", 14), ("朝阳路5号1单元", 15), ("朝阳路5号", 15),
    ("知沐府1栋", 16), ("知沐府1栋2单元3-1", 16), ("知沐府一幢", 16), ("人民路7号", 17),
    ("人民7号", 17), ("幸福小区12栋", 18), ("幸福12栋", 18), ("沐溪村1组8号", 19),
]  # fmt: skip
DIFFERENT = [
    "大湾村7组23号", "大湾村16组23号", "大湾村1组24号", "大湾村23号", "大湾村6组25号",
    "翠湖花园B3栋", "翠湖花园3栋", "翠湖花园A2栋", "翠湖花园A13栋", "翠湖花园AA3栋",
    "锦绣江南2期5栋", "锦绣江南5栋", "锦绣江南1期6栋", "锦绣江北1期5栋",
    "龙凤桥南路8号", "龙凤桥路8号", "龙凤桥北路18号", "龙凤桥北街8号", "凤龙桥北路8号",
    "石桥铺正街下段5号", "石桥铺正街5号", "石桥铺横街上段5号", "滨江大道西段66号",
    "滨江大道66号", "滨江大道中段66号", "滨河大道东段66号", "工业园区经四路9号",
    "工业园区纬三路9号", "工业园区经三路19号", "工业园区经三街9号", "经济开发区二号路99号",
    "经济开发区一号路15号", "经济开发区三号路15号", "经济开发区15号", "北京市中心街5号",
    "成都市武侯区中心街5号", "幸福社区中心街5号", "甲社区中心街5号", "乙社区龙凤桥北路8号",
    "西城街道龙凤桥北路8号", "解放路二号桥12号", "解放路12号", "解放街1号", "解放北路1号",
    "春晖路12号附4号", "春晖路13号", "春晖路112号", "春辉路12号", "春晖街12号", "春晖路2号",
    "朝阳路6号1单元", "朝阳北路5号1单元", "知沐府2栋", "知沐院1栋", "人民街7号", "人民南路7号",
    "人民路17号", "幸福小区12号", "幸福小区2栋", "沐溪村二组8号", "沐溪村8号", "上沐溪村1组8号",
]  # fmt: skip


@pytest.fixture(scope="module")
def town_book():
    addresses, names, communities = zip(*BUILDINGS, strict=True)
    return AddressBook(
        addresses, load_rules().ledgers, names=names, communities=communities, region="东城街道"
    )


@pytest.mark.parametrize(("text", "row"), SAME)
def test_the_same_place_is_found_however_it_is_written(town_book, text, row):
    assert town_book.find([text])[text].row == row


@pytest.mark.parametrize("text", DIFFERENT)
def test_another_place_is_never_taken_for_one_that_is_like_it(town_book, text):
    assert town_book.find([text])[text].row == -1


def test_a_region_that_most_rows_name_is_the_ledgers_own(town_book):
    own = [f"铜梁区{address}" for address, *_ in BUILDINGS[:6]]
    found = town_book.find([*own, "成都市中心街5号"])
    assert [found[text].row for text in own] == [0, 1, 2, 3, 4, 5]
    assert found["成都市中心街5号"].row == -1


@pytest.mark.parametrize(
    "text",
    [
        "春晖路12号隔壁", "春晖路12号对面", "春晖路12号旁", "春晖路12号东侧", "春晖路12号、14号",
        "春晖路12号-14号", "春晖路12号和14号", "春晖路12号春晖路14号",
    ],
)  # fmt: skip
def test_a_neighbour_and_several_doors_are_proposed_and_not_taken(town_book, text):
    found = town_book.find([text])[text]
    assert (found.row, found.guesses[0], found.tied) == (-1, 13, ())


@pytest.mark.parametrize("text", ["北京市海淀区和平社区中心街5号", "成都市东城街道人民路7号"])
def test_another_city_is_another_place_though_the_community_has_a_name_of_ours(text):
    addresses, names, communities = zip(*BUILDINGS, strict=True)
    rules = load_rules().ledgers
    book = AddressBook(
        addresses, rules, names=names, communities=communities, region="重庆市铜梁区东城街道"
    )
    assert book.find([text])[text].row == -1
    ours = "重庆市铜梁区" + re.sub(r"^.*?[市](?:海淀区)?", "", text)
    assert book.find([ours])[ours].row >= 0


def test_an_address_beside_a_door_is_found_by_its_own_words_only():
    book = AddressBook(["人民路7号", "人民路7号对面"], load_rules().ledgers)
    found = book.find(["人民路7号", "人民路7号对面"])
    assert [f.row for f in found.values()] == [0, 1]
