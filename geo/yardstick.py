"""By what a result was measured: two results are held against each other here before any figure.

A result carries its yardstick. What an older result did not keep is unknown, never taken as equal.
"""

from __future__ import annotations

import datetime as dt
import hashlib
import json
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, replace
from importlib.metadata import version
from typing import Any, Final

from .rules import Frozen, Scenario
from .town import Town
from .words import InputError, Lang, label, text

SHORT: Final = 8  # characters of a digest: enough to tell two numbers of a town's life apart
NAMED: Final = 5  # values of the rules that are named in a sentence
_TITLE: Final = ("name", "dated", "overridden")  # of a rule set, beside its numbers
#: What forbids to compare cover: whatever changes, these alone could have changed it.
_FORBIDDING: Final = frozenset({"plan_before", "scenario"})
_PARTS: Final = ("standards_s", "moment", "plan", "rules_digest", "speeds", "calibration",
                 "program")  # fmt: skip


#: Parts that are told by digests and names of versions.
_TRACED: Final = frozenset({"plan_before", "plan_after", "rules", "speeds", "calibration",
                            "program"})  # fmt: skip


class Yardstick(Frozen):
    """By what one result was measured; None is unknown.

    Attributes
    ----------
    town, date
        Whose result, and its day.
    standards_s
        Seconds by tier.
    rules, rules_digest
        Title of the rule set, and a digest of all its numbers but the standards.
    changed
        Values that the town has put over those of the rule set, by their place.
    scenario, moment
        Name of the scenario, and its day of the week and time.
    speeds
        Empty while speeds are assumed, else the arrivals they were fitted to and a digest.
    plan
        Empty for the town as it is, else a digest of what the plan changes.
    calibration
        Empty while risk rests on no fires of the town, else its fires and a digest.
    program
        Version of the program.
    """

    town: str | None = None
    date: dt.date | None = None
    standards_s: dict[str, float] | None = None
    rules: str | None = None
    rules_digest: str | None = None
    changed: dict[str, str] | None = None
    scenario: str | None = None
    moment: str | None = None
    speeds: str | None = None
    plan: str | None = None
    calibration: str | None = None
    program: str | None = None

    def as_record(self) -> dict[str, Any]:
        """Return the yardstick as plain values."""
        return self.model_dump(mode="json")

    def said(self, lang: Lang) -> str:
        """Return the yardstick as one line for the foot or head of a paper."""
        unknown = text("popup.unknown", lang)
        told = {
            part: unknown if value is None else value or text(f"yardstick.none_{part}", lang)
            for part, value in (("speeds", self.speeds), ("calibration", self.calibration))
        }
        plan = unknown if self.plan is None else f"#{self.plan}" if self.plan else (
            text("yardstick.none_plan", lang))  # fmt: skip
        return text(
            "yardstick.line", lang, standards=self._standards(lang) or unknown,
            rules=_titled(self) if self.rules_digest else self.rules or unknown,
            moment=_in_words(_when(self), lang) or unknown, plan=plan,
            program=self.program or unknown, **told,
        )  # fmt: skip

    def plainly(self, moment: str, lang: Lang) -> str:
        """Return the yardstick for a paper that is handed up: no digest, no rule set, no program.

        ``moment`` is what people call the scenario.
        """
        unknown = text("popup.unknown", lang)
        told = {
            part: unknown if value is None else text("office.fitted", lang) if value
            else text(f"yardstick.none_{part}", lang)
            for part, value in (("speeds", self.speeds), ("calibration", self.calibration))
        }  # fmt: skip
        standards = self._standards(lang) or unknown
        return text("office.measured", lang, standards=standards, moment=moment, **told)

    def _standards(self, lang: Lang) -> str:
        comma = "、" if lang == "zh" else ", "
        return comma.join(
            text(
                "yardstick.line_standard",
                lang,
                tier=label("map_tier", tier, lang),
                seconds=f"{s:g}",
            )
            for tier, s in (self.standards_s or {}).items()
        )


@dataclass(frozen=True)
class Difference:
    """One part in which two yardsticks differ, or may.

    Attributes
    ----------
    part
        ``town``, ``date``, ``standard`` (of a tier), ``scenario``, ``plan_before`` (what stands
        for the past is a plan), ``plan_after`` (a plan beside the town as it is), ``rules``,
        ``speeds``, ``calibration``, ``program``, ``unknown``.
    before, after
        What each says; of ``unknown`` the parts, comma-separated, that one of them does not tell.
    tier
        Whose standard.
    values
        Of the rules: the values that are known to differ, as ``place: before / after``.
    """

    part: str
    before: str = ""
    after: str = ""
    tier: str = ""
    values: tuple[str, ...] = ()

    def said(self, lang: Lang) -> str:
        """Return the difference as a sentence."""
        if self.part == "unknown":
            comma = "、" if lang == "zh" else ", "
            parts = comma.join(text(f"yardstick.part_{p}", lang) for p in self.before.split(","))
            return text("yardstick.unknown", lang, parts=parts)
        before, after = (self._end(said, lang) for said in (self.before, self.after))
        tier = label("map_tier", self.tier, lang)
        told = text(f"yardstick.{self.part}", lang, before=before, after=after, tier=tier)
        if not self.values:
            return told
        named = "；" if lang == "zh" else "; "
        more = "…" if len(self.values) > NAMED else ""
        values = named.join(self.values[:NAMED]) + more
        return told + text("yardstick.values", lang, values=values)

    def plainly(self, lang: Lang) -> str:
        """Return the difference for a paper that is handed up: no digest, no rule set."""
        if self.part in _TRACED:
            return text(f"yardstick.plain_{self.part}", lang)
        if self.part == "scenario":
            plain = replace(self, before=_moment(self.before), after=_moment(self.after))
            return plain.said(lang)
        return self.said(lang)

    def _end(self, said: str, lang: Lang) -> str:
        """Return what one of the two says, in words."""
        if self.part in ("speeds", "calibration"):
            return said or text(f"yardstick.none_{self.part}", lang)
        return _in_words(said, lang) if self.part == "scenario" else said


class IncomparableError(InputError):
    """Two results that must not stand side by side.

    Parameters
    ----------
    key
        Of the headline.
    differences
        Every part in which they differ.
    **values
        What the headline names.
    """

    def __init__(self, key: str, differences: Iterable[Difference], **values: object) -> None:
        """Keep what differs, to be told in either language."""
        super().__init__(key, **values)
        self.differences = tuple(differences)

    def message(self, lang: Lang = "zh") -> str:
        """Return the headline, then one line a difference."""
        return "\n".join(
            [super().message(lang), *(f"  {found.said(lang)}" for found in self.differences)]
        )


def yardstick_of(
    town: Town, scenario: str, moment: Scenario, *, day: dt.date, speeds: str
) -> Yardstick:
    """Return by what a town is measured.

    Parameters
    ----------
    town
        As it is, or under a plan.
    scenario, moment
        Name of its scenario, and the scenario.
    day
        Of the assessment.
    speeds
        Empty while they are assumed, else what they were fitted to.
    """
    numbers = town.rules.model_dump(mode="json")
    changed = {
        place: _value(numbers, place.split("."))
        for place in town.rules.overridden
        if not place.endswith(".standard_s")
    }
    standards = {tier: rule.standard_s.value for tier, rule in town.rules.tier.items()}
    fitted = town.calibration
    burnt = ""
    if fitted is not None:
        digest = digest_of(fitted.model_dump(mode="json"))
        burnt = f"{fitted.fires} · {fitted.first} – {fitted.last} · #{digest}"
    return Yardstick(
        town=town.name,
        date=day,
        standards_s=standards,
        rules=town.rules.title,
        rules_digest=digest_of(_all_but_standards(numbers)),
        changed=changed,
        scenario=scenario,
        moment=f"{moment.day} {moment.time:%H:%M}",
        speeds=speeds,
        plan=town.plan,
        calibration=burnt,
        program=version("weizhan"),
    )


def yardstick_in(summary: Mapping[str, Any]) -> Yardstick:
    """Return the yardstick that a summary carries, or what an older one tells of its own.

    Parameters
    ----------
    summary
        Of an assessment, read from a file.

    Raises
    ------
    ValueError
        When it carries something else by that name.
    """
    if "yardstick" in summary:
        return Yardstick.model_validate(summary["yardstick"])
    speeds, risk = summary.get("speeds") or {}, summary.get("risk") or {}
    return Yardstick.model_validate(
        {
            **{name: summary.get(name) for name in ("town", "date", "rules", "scenario")},
            "standards_s": {
                tier: figures["standard_s"]
                for tier, figures in (summary.get("coverage") or {}).items()
                if "standard_s" in figures
            }
            or None,
            "speeds": "" if speeds.get("fitted") is False else None,
            "calibration": "" if risk.get("calibrated") is False else None,
        }
    )


def differences(before: Yardstick, after: Yardstick) -> tuple[Difference, ...]:
    """Return where two yardsticks differ, what forbids a comparison first.

    Parameters
    ----------
    before, after
        Of two results that are to be put side by side. A later day is no difference.
    """
    return tuple(_differ(before, after))


def incomparable(found: Iterable[Difference], tiers: Iterable[str]) -> frozenset[str]:
    """Return the tiers whose cover must not be compared.

    Parameters
    ----------
    found
        From `differences`.
    tiers
        Of both results.
    """
    told = list(found)
    if any(difference.part in _FORBIDDING for difference in told):
        return frozenset(tiers)
    return frozenset(d.tier for d in told if d.part == "standard") & frozenset(tiers)


def digest_of(value: Any) -> str:
    """Return a short digest of plain values; the order of keys does not matter."""
    said = json.dumps(value, ensure_ascii=False, sort_keys=True, default=str)
    return hashlib.sha256(said.encode()).hexdigest()[:SHORT]


def _differ(before: Yardstick, after: Yardstick) -> Iterator[Difference]:
    if _both(before.town, after.town) and before.town != after.town:
        yield Difference("town", str(before.town), str(after.town))
    one, other = before.standards_s or {}, after.standards_s or {}
    for tier in other:
        if tier in one and one[tier] != other[tier]:
            yield Difference("standard", f"{one[tier]:g}", f"{other[tier]:g}", tier)
    if _differing_moments(before, after):
        yield Difference("scenario", _when(before), _when(after))
    if _both(before.plan, after.plan) and before.plan != after.plan:
        part = "plan_before" if before.plan else "plan_after"
        yield Difference(part, before.plan or "", after.plan or "")
    if before.date and after.date and before.date > after.date:
        yield Difference("date", before.date.isoformat(), after.date.isoformat())
    if _both(before.rules_digest, after.rules_digest):
        if before.rules_digest != after.rules_digest:
            yield Difference(
                "rules", _titled(before), _titled(after), values=_values(before, after)
            )
    elif _both(before.rules, after.rules) and before.rules != after.rules:
        yield Difference("rules", str(before.rules), str(after.rules))
    for part in ("speeds", "calibration", "program"):
        was, now = getattr(before, part), getattr(after, part)
        if _both(was, now) and was != now:
            yield Difference(part, was, now)
    unknown = [name for name in _PARTS if not _both(getattr(before, name), getattr(after, name))]
    if unknown:
        yield Difference("unknown", ",".join(unknown))


def _both(one: object, other: object) -> bool:
    return one is not None and other is not None


def _differing_moments(before: Yardstick, after: Yardstick) -> bool:
    if _both(before.moment, after.moment):
        return before.moment != after.moment
    return _both(before.scenario, after.scenario) and before.scenario != after.scenario


def _when(measured: Yardstick) -> str:
    return " ".join(said for said in (measured.scenario, measured.moment) if said)


def _in_words(moment: str, lang: Lang) -> str:
    """Return the name of a scenario, its day of the week and time, with the day in words."""
    return " ".join(label("yardstick_day", word, lang) for word in moment.split(" "))


def _moment(scenario: str) -> str:
    """Return day of the week and time, without the name of the scenario in the town's file."""
    return scenario.partition(" ")[2] or scenario


def _titled(measured: Yardstick) -> str:
    return f"{measured.rules} #{measured.rules_digest}"


def _values(before: Yardstick, after: Yardstick) -> tuple[str, ...]:
    """Return the values that a town has changed and that differ; one not changed is a dash."""
    one, other = before.changed or {}, after.changed or {}
    return tuple(
        f"{place}: {one.get(place, '—')} / {other.get(place, '—')}"
        for place in sorted({*one, *other})
        if one.get(place) != other.get(place)
    )


def _numbers(table: Any) -> Any:
    """Return a table of rules without what is written beside its numbers: source, unit."""
    if not isinstance(table, Mapping):
        return table
    if "value" in table:
        return [table["value"], table.get("low"), table.get("high")]
    return {key: _numbers(value) for key, value in table.items()}


def _all_but_standards(rules: Mapping[str, Any]) -> Any:
    """Return the numbers of a rule set without the standards, which are told apart."""
    kept = {key: value for key, value in rules.items() if key not in _TITLE}
    kept["tier"] = {
        tier: {key: value for key, value in rule.items() if key != "standard_s"}
        for tier, rule in rules["tier"].items()
    }
    return _numbers(kept)


def _value(table: Any, place: list[str]) -> str:
    """Return one value of the rules as text, with its bounds."""
    for key in place:
        table = table.get(key, "") if isinstance(table, Mapping) else ""
    if not isinstance(table, Mapping):
        return str(table)
    if "value" not in table:
        return f"#{digest_of(_numbers(table))}"
    ends = [table.get("low"), table.get("high")]
    span = (
        "" if ends == [None, None] else " ({}–{})".format(*("" if e is None else e for e in ends))
    )
    return f"{table['value']:g}{span}"
