"""Free text before it is shared: names of people, telephone and identity numbers are hidden.

This is the one place that decides. Columns that hold a person are left out by whoever reads them;
this is for the words of a description, in which anybody may be named. It works by lists and by
the shape of numbers, so it finds what people usually write and not all that can be written.
"""

from __future__ import annotations

import re
import tomllib
from collections.abc import Set
from dataclasses import dataclass
from functools import cache
from importlib.resources import files
from typing import Final

HIDDEN: Final = "〔隐去〕"  # stands for what was hidden; a cell with it tells nothing new
_HAN: Final = r"\u4e00-\u9fff"
_GAP: Final = r"[ \-－—·]?"
#: Numbers of cards (18, 16 to 19 and 15 digits), mobile and fixed telephones, in any digits.
_NUMBER: Final = (
    rf"(?<![\da-zA-Z])(?:\d(?:{_GAP}\d){{15,17}}{_GAP}[\dxXｘＸ]"
    r"|[1-9]\d{7}(?:0[1-9]|1[0-2])(?:0[1-9]|[12]\d|3[01])\d{3}"
    rf"|(?:(?:\+|00)?86{_GAP})?[1１]{_GAP}[3-9３-９](?:{_GAP}\d){{9}}"
    rf"|[(（]?[0０]\d{{2,3}}[)）]?{_GAP}\d{{7,8}}(?:[-－转]\d{{1,6}})?)(?!\d)"
    r"|[一幺壹][三四五六七八九叁肆伍陆柒捌玖][〇零一二三四五六七八九幺壹贰叁肆伍陆柒捌玖]{9}"
)
#: Eight digits are a telephone, and letters an account, only behind such a word.
_TOLD_NUMBER: Final = (
    r"(?:电话|座机|手机|联系方式|号码|致电|拨打|☎|[Tt][Ee][Ll]\.?)"
    r"[^\d，。；;,\n]{0,6}\d[\d \-－]{5,}\d"
    r"|(?:微信|QQ|qq|Qq|扣扣|邮箱)号?码?[:：]? ?[\w.@\-]{5,}"
    r"|[\w.\-]+@[\w\-]+\.[\w.\-]+"
    r"|(?:身份证|证件)(?:号码?|号)?[:：]? ?[\dxX*]{8,20}"
)
_MAY_HOLD_NUMBERS: Final = re.compile(
    r"\d(?:\D?\d){5}|@|微信|[Qq][Qq]|扣扣|邮箱|证件|身份证|[一幺壹][三四五六七八九叁肆伍陆柒捌玖]"
)
_SENTENCE: Final = re.compile(r"[^。；;！!\n]*[。；;！!\n]?")


@dataclass(frozen=True)
class _Patterns:
    numbers: re.Pattern[str]
    beside: re.Pattern[str]
    behind_number: re.Pattern[str]
    role: re.Pattern[str]
    title: re.Pattern[str]
    deed: re.Pattern[str]
    whole: re.Pattern[str]
    no_names: frozenset[str]
    reporters: re.Pattern[str]


def screened(said: str, *, known: Set[str] = frozenset(), place: bool = False) -> str:
    """Return a text without names of people, telephone and identity numbers.

    Parameters
    ----------
    said
        As it was written.
    known
        Names that the town's own ledgers hold in columns of persons; hidden wherever they stand.
    place
        Whether the text is the name or address of a place: many are called after people, so a
        name counts only beside a number, behind a role, or alone at the end.

    Examples
    --------
    >>> screened("楼道堆放杂物，张三丰 13800138000，高层住宅安全出口锁闭")
    '楼道堆放杂物，〔隐去〕，高层住宅安全出口锁闭'
    >>> screened("张家湾李子坝正街12号", place=True)
    '张家湾李子坝正街12号'
    """
    if len(said) < 2:
        return said
    find = _patterns()
    text = said
    if _MAY_HOLD_NUMBERS.search(said):
        for pattern in (find.beside, find.behind_number, find.numbers):
            text = pattern.sub(HIDDEN, text)
    text = find.role.sub(lambda m: m["role"] + HIDDEN, text)
    if place:
        text = HIDDEN if text.strip() in known else text
        text = find.whole.sub(lambda m: m[0] if m["name"] in find.no_names else HIDDEN, text)
    else:
        text = _hide_known(find.title.sub(HIDDEN, text), known)
        text = find.deed.sub(
            lambda m: m[0] if m["name"] in find.no_names else (m["behind"] or "") + HIDDEN, text
        )
    return _joined(text)


def anonymous(said: str, *, known: Set[str] = frozenset()) -> str:
    """Return what a whistle-blower told without any sentence that names or tells of anybody.

    Parameters
    ----------
    said, known
        As for `screened`.

    Examples
    --------
    >>> anonymous("我家楼上302室停放电动自行车。楼道堵塞。张三丰举报")
    '〔隐去〕楼道堵塞。〔隐去〕'
    """
    find = _patterns()
    kept = [
        HIDDEN if find.reporters.search(part) or screened(part, known=known) != part else part
        for part in _SENTENCE.findall(said)
        if part
    ]
    return _joined("".join(kept))


def _joined(text: str) -> str:
    """Return a text in which several hidden words in a row are one."""
    if HIDDEN not in text:
        return text
    return re.sub(rf"{HIDDEN}(?:[ ,，、:：(（)）/\-]*{HIDDEN})+[)）]?", HIDDEN, text)


def _hide_known(text: str, known: Set[str]) -> str:
    """Hide names that are known, the longest first at each place."""
    if not known:
        return text
    kept, at = [], 0
    while at < len(text):
        name = next((text[at : at + n] for n in (4, 3, 2) if text[at : at + n] in known), "")
        kept.append(HIDDEN if name else text[at])
        at += len(name) or 1
    return "".join(kept)


def is_name(said: str) -> bool:
    """Return whether a cell of a column of persons holds a name that can be looked for."""
    return 2 <= len(said) <= 4 and all("\u4e00" <= c <= "\u9fff" for c in said)


@cache
def _patterns() -> _Patterns:
    text = files("weizhan.data").joinpath("person_words.toml").read_text(encoding="utf-8")
    words = tomllib.loads(text)
    single, doubtful = ("".join(words[key].split()) for key in ("surnames", "doubtful"))
    given = "".join(words["given"].split())
    two = "|".join(words["compound"])
    rare = rf"[{doubtful}][{given}]{{2}}"
    longest = rf"(?:(?:{two})[{_HAN}]{{1,2}}|{rare}|[{single}][{_HAN}]{{1,2}})"
    name = rf"(?:(?:{two})[{_HAN}]{{1,2}}?|{rare}|[{single}][{_HAN}]{{1,2}}?)"
    likely = rf"(?:(?:{two})[{_HAN}]{{1,2}}|{rare}|[{single}][{given}]{{1,2}})"
    examples = "|".join(words["examples"])
    sure = rf"(?:(?:{two})[{_HAN}]{{1,2}}|[{single}{doubtful}][{given}]{{2}}|{examples})"
    numbers, roles, titles, deeds, behind, listed = (
        "|".join(sorted(words[key], key=len, reverse=True))
        for key in ("numbers", "roles", "titles", "deeds", "behind", "listed")
    )
    either = f"(?:{_NUMBER}|{_TOLD_NUMBER})"
    sign = r"[ \n,，、:：(（\[【\-/]{0,3}"
    begins = rf"(?:(?<![{_HAN}])|(?P<behind>{behind}))"
    ends = rf"(?![{_HAN}])|(?={deeds})"
    return _Patterns(
        numbers=re.compile(either),
        beside=re.compile(rf"{longest}{sign}(?:{numbers}){{0,2}}{sign}{either}"),
        behind_number=re.compile(
            rf"{either}[ \n,，、:：(（\[【\-/]{{1,3}}{longest}(?![{_HAN}])[)）]?"
        ),
        role=re.compile(
            rf"(?P<role>{roles})(?:(?:姓名)?[ :：]{{1,3}}{longest}"
            rf"|(?:[是为叫系]|名叫)?{name}(?:{ends}))"
        ),
        title=re.compile(rf"(?:{longest}|[{single}])(?:{titles})"),
        deed=re.compile(
            rf"{begins}(?:(?P<name>{sure})(?=(?:家|户)?(?![{_HAN}])|{listed}|{deeds})"
            rf"|{likely}(?={deeds}))"
        ),
        whole=re.compile(
            rf"(?:^|(?<=[号栋幢楼室组社\d ,，(（]))(?P<name>{sure}|{longest}(?:{titles})"
            rf"|[{single}](?:{titles}))(?:[家户宅]|[(（]户主[)）])?[)）]?$"
        ),
        no_names=frozenset(words["no_names"]),
        reporters=re.compile("|".join(words["reporters"])),
    )
