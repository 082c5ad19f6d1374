import pytest

from weizhan.geo.ledgers.addresses import Address, AddressBook, parse_address
from weizhan.geo.rules.rule_set import load_rules

KNOWN = [
    "云岭路12号", "云岭路14号", "云桂路12号", "悦云苑3栋", "松坝村5号", "云岭路16号附1号",
    "解放大道中段8号", None, "青山街9号", "青山街9号", "阳光城市花园2栋",
]  # fmt: skip


@pytest.fixture(scope="module")
def book():
    return AddressBook(KNOWN, load_rules().ledgers)


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
        ("松坝社区松坝村5号", 4),
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
