"""Opening hours in Chinese, translated to the syntax of OpenStreetMap's ``opening_hours``."""

from __future__ import annotations

import re
from typing import Final

WORKDAYS: Final = "WD"  # days that are worked: no OpenStreetMap word, see `Hours.expression`

_MONTHS: Final = (
    "Jan", "Feb", "Mar", "Apr", "May", "Jun", "Jul", "Aug", "Sep", "Oct", "Nov", "Dec",
)  # fmt: skip
_DAYS: Final = {c: name for said, name in zip(
    ("一1", "二2", "三3", "四4", "五5", "六6", "日天7"),
    ("Mo", "Tu", "We", "Th", "Fr", "Sa", "Su"), strict=True) for c in said}  # fmt: skip
_DIGITS: Final = {c: i for i, c in enumerate("零一二三四五六七八九")} | {"两": 2}
_MORNING: Final = "上午|早上|早晨|清晨|凌晨|早"
_NOON: Final = "中午"
_EVENING: Final = "下午|午后|傍晚|晚上|晚间|夜间|夜里|夜晚|晚"
_OPEN: Final = "对外开放|正常开放|开放|营业|开门|上班|办公|放行|通行|开启|有人值守|值班|开"
_SHUT: Final = (
    "停止开放|不对外开放|不开放|不营业|不上班|不开门|不开|关闭|关门|休息|闭馆|放假|"
    "禁止通行|禁行|封闭|常闭"
)
_ALWAYS: Final = (
    "(?:长期|常年|一直)开放|常开|全天候|全天24小时|24小时全天|二十四小时|全天|全日|24小时|24h|昼夜"
)

_HOLIDAY: Final = r"(?:法定|国家法定|公众)?(?:节假日|节日|公休日)"
_SCHOOL: Final = r"(?:寒暑假|寒、暑假|寒假|暑假|学校假期)"
_CLOCK: Final = re.compile(
    rf"(?P<half>{_MORNING}|{_NOON}|{_EVENING})?"
    r"(?P<hour>\d{1,2})(?:[:.](?P<minute>\d{2})|[点时](?:(?P<said>\d{1,2})分?|(?P<thirty>半)|(?P<quarter>一刻)|整)?)"
)
_WEEK_DAY: Final = r"(?:[一二三四五六日天]|[1-7](?![\d:点时]))"
_WEEK: Final = re.compile(
    rf"(?:每?(?:周|星期|礼拜))({_WEEK_DAY}(?:[,-]?(?:周|星期|礼拜)?{_WEEK_DAY})*)"
)


def in_osm_syntax(text: str) -> str:
    """Translate opening hours.

    Parameters
    ----------
    text
        In Chinese or in part, NFKC.

    Returns
    -------
    str
        What is not understood is left as it stands, so that no parser takes it; empty when a
        time of day can mean two things.

    Examples
    --------
    >>> in_osm_syntax("周一至周五早6点到晚10点,周六、日休息")
    'Mo-Fr 06:00-22:00; Sa,Su off'
    """
    if re.search(r"\d[:.][6-9]\d", text):
        return ""
    said = re.sub(r"[~\u2010-\u2015\u2212\u301c至到]", "-", text.lower())
    said = re.sub(r"\b(mo|tu|we|th|fr|sa|su|ph|sh)\b", _english, said)
    said = re.sub(r"-+", "-", re.sub(r"[。\n\r]+", ";", said))
    said = re.sub(r"(?<=[\d点半分])\s+(?=\d)", ",", said)  # 8:30-12:00 14:00-17:30
    said = re.sub(r"(?<![A-Za-z])\s+|\s+(?!\d)", "", said)
    said = re.sub(r"[、和及与]", ",", said)
    said = _without_asides(said)
    said = re.sub(r"(?<![周期拜])[一二三四五六七八九十两]+(?=[点时](?!间))", _numeral, said)
    said = re.sub(rf"(\d{{1,2}})-((?:{_MORNING}|{_NOON}|{_EVENING})?\d{{1,2}})([点时])",
                  r"\g<1>点-\2\3", said)  # fmt: skip
    spans = _spans(said)
    return "" if spans is None else _tidy(_days(spans))


def _english(found: re.Match[str]) -> str:
    return found[1].upper() if found[1] in ("ph", "sh") else found[1].capitalize()


def _without_asides(said: str) -> str:
    """Write exceptions as rules, and drop words and brackets that change nothing."""
    shut = f"(?:除外|以外|{_SHUT})"
    said = re.sub(rf"[(,;]?除{_HOLIDAY}(?:外|以外)\)?", "; PH off;", said)
    said = re.sub(rf"[(,;]?{_HOLIDAY}{shut}\)?", "; PH off;", said)
    said = re.sub(rf"[(,;]?{_SCHOOL}{shut}\)?", "; SH off;", said)
    said = re.sub(rf"[(,;]?(?:含|包括|包含){_HOLIDAY}\)?|[(,;]?(?:全年|{_HOLIDAY})(?:无休|不休)\)?",
                  "", said)  # fmt: skip
    said = re.sub(r"周[一1]-周?[五5]\(工作日\)|工作日\(周[一1]-周?[五5]\)", "工作日", said)
    said = re.sub(rf"[(]([^()]*(?:{_SHUT}))[)]", r";\1;", said)
    said = re.sub(r"\((?:24小时|全天|每天|北京时间)(?:开放|营业)?\)", "", said)
    return re.sub(r"(?:开放|营业|办公|上班|服务|工作)时间[:为]?|每天|每日|天天|daily", "", said)


def _numeral(found: re.Match[str]) -> str:
    """Return a Chinese hour up to 二十四 in digits; what is none stays."""
    tens, ten, ones = found[0].rpartition("十")
    if not ten:
        return str(_DIGITS[ones]) if len(ones) == 1 and ones in _DIGITS else found[0]
    if len(tens) > 1 or len(ones) > 1:
        return found[0]
    return str(10 * _DIGITS.get(tens, 1) + _DIGITS.get(ones, 0))


def _spans(said: str) -> str | None:
    """Write times of day as 08:30-17:00; None when one can mean two things."""
    next_day = r"(?:次日|第二天|翌日|隔天)"
    end = re.sub(r"\?P<(\w+)>", r"?P<end_\1>", _CLOCK.pattern)
    unclear = False

    def span(found: re.Match[str]) -> str:
        nonlocal unclear
        start, half = _minutes(found, ""), found["half"]
        until = _minutes(found, "end_")
        if half and not found["end_half"] and not found["next"] and until <= start:
            if until < 12 * 60 and until + 12 * 60 > start and not re.match(_MORNING, half):
                until += 12 * 60  # 下午2点到5点
            elif re.match(_MORNING, half):
                unclear = True  # 上午9点到5点
        return f"{_clock(start % (24 * 60) if half else start)}-{_clock(until)}"

    said = re.sub(rf"{_CLOCK.pattern}-(?P<next>{next_day})?{end}", span, said)
    said = re.sub(rf"(?:白天|日间|{_EVENING}|{_MORNING})(?=\d\d:\d\d-)", "", said)
    return None if unclear else said


def _minutes(found: re.Match[str], which: str) -> int:
    hour = int(found[f"{which}hour"])
    told = found[f"{which}minute"] or found[f"{which}said"] or 0
    minute = 30 if found[f"{which}thirty"] else 15 if found[f"{which}quarter"] else int(told)
    half = found[f"{which}half"] or ""
    if re.fullmatch(_EVENING, half):
        at_night = half.startswith("夜") and hour <= 5  # 夜里2点
        hour = 24 if hour == 12 and half not in ("下午", "午后") else hour
        hour += 12 if hour < 12 and not at_night else 0
    elif half == _NOON and hour < 4:
        hour += 12
    return hour * 60 + minute


def _clock(minutes: int) -> str:
    return f"{minutes // 60:02d}:{minutes % 60:02d}"


def _days(said: str) -> str:
    """Write days, months, holidays, and words for always, never, day and night."""
    said = re.sub(r"(\d{1,2})月(\d{1,2})[日号]", lambda m: f"{_month(m[1])}{int(m[2]):02d}", said)
    said = re.sub(r"(\d{1,2})(?:月)?-(\d{1,2})月(?:份)?",
                  lambda m: f"{_month(m[1])}-{_month(m[2])} ", said)  # fmt: skip
    said = re.sub(r"([a-z]{3})(\d\d)-([a-z]{3})(\d\d)", r"\1 \2-\3 \4 ", said, flags=re.I)
    said = _WEEK.sub(_week, said)
    said = re.sub(r"工作日|平日|上班日", f"{WORKDAYS} ", said)
    said = re.sub(r"(?<!-)(?:周末|双休日)(?!-)", "Sa,Su ", said)
    said = re.sub(_HOLIDAY, "PH ", said)
    said = re.sub(_SCHOOL, "SH ", said)
    said = re.sub(r"日出-日落|(?:仅)?(?:白天|日间)", "sunrise-sunset ", said)
    said = re.sub(r"日落-(?:次日)?日出|(?:仅)?(?:夜间|夜晚|晚上)", "sunset-sunrise ", said)
    said = re.sub(
        r"(?:长期|常年|一直)开放|常开|全天候|全天24小时|24小时全天|二十四小时|全天|全日|24小时|24h|昼夜",
        "00:00-24:00 ",
        said,
    )
    said = re.sub(_SHUT, " off", said)
    return re.sub(rf"(?:均|都)?(?:{_OPEN})(?=[;,]|$)", "", said)


def _month(number: str) -> str:
    return _MONTHS[int(number) - 1] if 1 <= int(number) <= 12 else "?"


def _week(found: re.Match[str]) -> str:
    bare = re.sub(r"周|星期|礼拜", "", found[1])
    named = re.sub(_WEEK_DAY, lambda day: f"{_DAYS[day[0]]},", bare)
    return re.sub(r",+(?=-)|,+$", "", re.sub(r",+", ",", named.replace(",-", "-"))) + " "


def _tidy(said: str) -> str:
    """Put blanks and separators where the syntax wants them."""
    said = re.sub(r"(?<=\d:\d\d)(?:,|\s)*(?=(?:[A-Z]{2}|[A-Z][a-z])(?:[\s,-]|$))", "; ", said)
    said = re.sub(r"(?<=[a-z])\s*,(?=(?:[A-Z]{2}|[A-Z][a-z])\s+(?:\d|off|sun))", ",", said)
    said = re.sub(r"\boff\s*,\s*", "off; ", said)
    rules = []
    for rule in said.split(";"):
        plain = re.sub(r"\s*,\s*", ",", re.sub(r"\s+", " ", rule)).strip(" ,")
        plain = re.sub(r"^((?:[A-Za-z]{2}|[-,])+) ?[:(]\s*(.*?)\)?$", r"\1 \2", plain)
        if plain:
            rules.append("24/7" if plain == "00:00-24:00" else plain)
    return "; ".join(rules)
