"""``town.toml``: what a town is called, where its layers come from, its rules and scenarios."""

from __future__ import annotations

import datetime as dt
import tomllib
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Annotated, Any, Literal

from pydantic import (
    BaseModel,
    BeforeValidator,
    ConfigDict,
    Field,
    StringConstraints,
    ValidationError,
    model_validator,
)

from ..postgis import fetch_files, read_address
from ..words import TOWN_FILE as TOWN_FILE
from ..words import (
    Datum,
    InputError,
    TownError,
    Use,
    Workdays,
    codes,
    read_reference,
    told_values,
)
from ..words import fields as f
from .rule_set import DEFAULT_RULES

IMPORT_FILE = "import.json"  # what was found wrong when the layers came in
WEEKDAYS = ("Mo", "Tu", "We", "Th", "Fr", "Sa", "Su")
SATURDAY = 5
WEEKS_AHEAD = 53
DAY_SHIFT = (dt.time(8), dt.time(20))  # which column of crew and people a time of day reads


class _Frozen(BaseModel):
    model_config = ConfigDict(frozen=True, extra="forbid", allow_inf_nan=False)


#: A name by which something is called on lists and papers.
Name = Annotated[str, StringConstraints(strip_whitespace=True, min_length=1)]


def _code_of_use(said: Any) -> Any:
    """Return the code of a use that is told in words, as in a table; anything else as it is."""
    return codes("use").get(said.strip().lower(), said) if isinstance(said, str) else said


#: A use by its code, or in the words of either language.
UseWord = Annotated[Use, BeforeValidator(_code_of_use)]


def with_plane(said: Any) -> Any:
    """Split a datum that names a plane, such as ``cgcs2000:117``, into datum and EPSG code."""
    if not isinstance(said, dict):
        return said
    given = dict(said)
    meridian = given.pop("central_meridian", None)  # as earlier versions wrote it
    told = given.get("datum") if meridian is None else f"cgcs2000:{meridian}"
    if isinstance(told, str) and (reference := read_reference(told)) is not None:
        given["datum"] = reference.datum
        if reference.plane is not None:
            given.setdefault("plane", reference.plane)
    return given


class LedgerSource(_Frozen):
    """A table of further attributes, joined to a layer by its identity column."""

    file: str
    sheet: str | None = None
    header_rows: int | None = Field(default=None, ge=1, le=1000)
    encoding: str | None = None
    columns: dict[str, str] = {}


class LayerSource(LedgerSource):
    """Where a layer comes from. ``columns`` maps our names to the file's headers.

    ``origin`` is the user's own file, where `weizhan new` copied it; messages name that.
    ``plane`` is the EPSG code of metres without a zone, also told by ``datum = "cgcs2000:117"``.
    """

    layer: str | None = None
    origin: str = ""
    datum: Datum | None = None
    plane: int | None = None
    x: str | None = None
    y: str | None = None
    ledgers: tuple[LedgerSource, ...] = ()

    @model_validator(mode="before")
    @classmethod
    def _with_plane(cls, said: Any) -> Any:
        return with_plane(said)


class ImportSource(_Frozen):
    """How one kind of imported ledger was read: ``columns`` maps our names to its headers."""

    columns: dict[str, str] = {}


class Scenario(_Frozen):
    """A day and time under which a town is assessed; ``PH`` is a public holiday.

    A holiday of which no rule of its own is told is lived like a Sunday.
    """

    label: dict[str, str] = {}
    time: dt.time
    day: Literal["Mo", "Tu", "We", "Th", "Fr", "Sa", "Su", "PH"] = "We"

    @property
    def is_day(self) -> bool:
        """Whether the day shift is on duty and people are where they are by day."""
        return DAY_SHIFT[0] <= self.time < DAY_SHIFT[1]

    @property
    def weekday(self) -> int:
        """The day of the week, 0 for Monday."""
        return WEEKDAYS.index("Su" if self.day == "PH" else self.day)

    def lived_on(self, day: dt.date, *, workdays: Workdays) -> dt.date:
        """Return the day whose season, holidays and shifted workdays hold under the scenario.

        Parameters
        ----------
        day
            Of the assessment. It is the answer when it is the scenario's day of the week, and
            when it is out of the ordinary: a public holiday, a weekend that is worked.
        workdays
            The town's calendar.

        Returns
        -------
        date
            Else the next ordinary day of the scenario's kind; of holidays the next Sunday of one,
            where none is announced the next Sunday.
        """
        usual = workdays.is_workday(day) == (day.weekday() < SATURDAY)
        holiday = workdays.is_holiday(day)
        if holiday or not usual or (self.day != "PH" and day.weekday() == self.weekday):
            return day
        ahead = day + dt.timedelta(days=(self.weekday - day.weekday()) % 7)
        weeks = [ahead + dt.timedelta(weeks=k) for k in range(WEEKS_AHEAD)]
        if self.day == "PH":
            return next((d for d in weeks if workdays.is_holiday(d)), ahead)
        rest = self.weekday >= SATURDAY
        return next(
            (d for d in weeks if workdays.is_workday(d) != rest and not workdays.is_holiday(d)),
            ahead,
        )


DEFAULT_SCENARIOS = {
    "day": Scenario(label={"zh": "白天", "en": "Daytime"}, time=dt.time(10)),
    "night": Scenario(label={"zh": "夜间", "en": "Night"}, time=dt.time(2)),
    "holiday": Scenario(label={"zh": "节假日白天", "en": "Holiday"}, time=dt.time(10), day="PH"),
}


class KeyDates(_Frozen):
    """Days of a calendar on which another scenario holds: a festival, a fair, a meeting."""

    name: Name
    first: dt.date
    last: dt.date
    scenario: str

    @model_validator(mode="after")
    def _ordered(self) -> KeyDates:
        if self.first > self.last:
            msg = f"first {self.first} 晚于 (is later than) last {self.last}"
            raise ValueError(msg)
        return self


class LaneEvent(_Frozen):
    """Lanes that are closed together: an estate gate, a market day, road works.

    ``lanes`` are identities of lanes, as drawn or after cutting. ``chance`` is the share of the
    time for which they are closed; without it the event is no part of random lane states.
    """

    label: dict[str, str] = {}
    lanes: tuple[str, ...] = Field(min_length=1)
    stops_people: bool = False
    chance: float | None = Field(default=None, ge=0, le=1)


class Campaign(_Frozen):
    """A campaign (三年行动、专项整治、清零): cases carry its name; ``target`` is a share closed."""

    name: Name
    first: dt.date
    last: dt.date
    target: float | None = Field(default=None, ge=0, le=1)

    @model_validator(mode="after")
    def _ordered(self) -> Campaign:
        if self.first > self.last:
            msg = f"first {self.first} 晚于 (is later than) last {self.last}"
            raise ValueError(msg)
        return self


Figure = Literal[
    "covered_micro", "covered_brigade", "share_closed", "share_inspected", "share_detectors",
    "fires_of_year", "deaths_of_year", "micro_stations",
]  # fmt: skip


SHARES = ("covered_", "share_")  # figures so called are shares


class Goal(_Frozen):
    """A goal of a plan (规划目标): a figure, how high or low it should be, by when, who says so."""

    name: Name
    figure: Figure
    at_least: float | None = Field(default=None, ge=0)
    at_most: float | None = Field(default=None, ge=0)
    by: dt.date
    source: Name

    @model_validator(mode="after")
    def _bounded(self) -> Goal:
        if self.at_least is None and self.at_most is None:
            msg = "请写 at_least 或 at_most (write at_least or at_most)"
            raise ValueError(msg)
        told = [bound for bound in (self.at_least, self.at_most) if bound is not None]
        if self.figure.startswith(SHARES) and max(told) > 1:
            msg = f"{self.figure} 是比例 0 … 1，九成写 0.9 (is a share, 0 … 1)"
            raise ValueError(msg)
        if told != sorted(told):
            msg = "at_least 大于 at_most (at_least is above at_most)"
            raise ValueError(msg)
        return self


class Checklist(_Frozen):
    """A checklist or rule set that a town loads: a file with one item a row, for some uses.

    Without ``uses`` it is for all premises.
    """

    name: Name
    file: str
    uses: tuple[UseWord, ...] = ()
    sheet: str | None = None
    encoding: str | None = None


class Gathering(_Frozen):
    """A large event (重大活动): what it is called, when and where it is held.

    The venue is a building by its id, or a point in WGS-84. ``buffer_m`` is how far round it one
    looks, the rule set's distance if not told; ``scenario`` holds on its days.
    """

    name: Name
    first: dt.date
    last: dt.date
    building: str | None = None
    lon: float | None = Field(default=None, ge=-180, le=180)
    lat: float | None = Field(default=None, ge=-90, le=90)
    buffer_m: float | None = Field(default=None, gt=0, le=5000)
    scenario: str | None = None

    @model_validator(mode="after")
    def _placed(self) -> Gathering:
        if self.first > self.last:
            msg = f"first {self.first} 晚于 (is later than) last {self.last}"
            raise ValueError(msg)
        point = self.lon is not None and self.lat is not None
        halves = (self.lon is None) != (self.lat is None)
        if halves or point == (self.building is not None):
            msg = "请写 building，或 lon 与 lat (write building, or lon and lat)"
            raise ValueError(msg)
        return self


class TownConfig(_Frozen):
    """The whole of ``town.toml``."""

    name: str
    simulated: bool = False
    attribution: str = ""
    rules: str = DEFAULT_RULES
    datum: Datum | None = None
    plane: int | None = None
    terrain: str | None = None
    cross: Literal["apart", "join", "ask"] = "apart"
    arrivals: str | None = None
    layers: dict[str, LayerSource]
    scenarios: dict[str, Scenario] = DEFAULT_SCENARIOS
    calendar: tuple[KeyDates, ...] = ()
    rest_days: frozenset[dt.date] = frozenset()
    work_days: frozenset[dt.date] = frozenset()
    events: dict[str, LaneEvent] = {}
    campaigns: tuple[Campaign, ...] = ()
    goals: tuple[Goal, ...] = ()
    checklists: tuple[Checklist, ...] = ()
    gatherings: tuple[Gathering, ...] = ()
    report_to: str = ""
    imports: dict[str, ImportSource] = {}
    override: dict[str, Any] = {}
    database: str = ""  # where the town stands; set by whoever reads it from there

    @model_validator(mode="before")
    @classmethod
    def _with_plane(cls, said: Any) -> Any:
        return with_plane(said)

    def source(self, layer: str) -> LayerSource:
        """Return where a layer comes from, with the town's own datum where it names none.

        The datum stays None where nobody stated one.
        """
        source = self.layers[layer]
        if source.datum is not None:
            return source
        return source.model_copy(update={"datum": self.datum, "plane": source.plane or self.plane})


def choose_scenario(
    scenarios: Mapping[str, Scenario],
    name: str | None,
    *,
    calendar: Sequence[KeyDates] = (),
    date: dt.date | None = None,
) -> tuple[str, Scenario]:
    """Return a scenario by name, else that of a key date, else the first one.

    Parameters
    ----------
    scenarios
        Of the town, by name.
    name
        The one that is asked for, if any.
    calendar
        Key dates on which one of them holds.
    date
        The day of the assessment.

    Raises
    ------
    InputError
        When there is none of that name; says which there are.
    """
    if name is None and date is not None:
        name = next((k.scenario for k in calendar if k.first <= date <= k.last), None)
    if name is None:
        name = next(iter(scenarios))
    if name not in scenarios:
        raise InputError("error.scenario_unknown", name=name, allowed=", ".join(scenarios))
    return name, scenarios[name]


def read_config(folder: Path) -> TownConfig:
    """Read ``town.toml`` of a town folder.

    Where the file names a server (``database = "postgresql://…"``), that is all it says: the rest
    stands there, and the other files of the town are brought into the folder.

    Raises
    ------
    InputError
        When the folder or the file is not there, is no TOML, or says what is not allowed; all
        that is wrong is named at once.
    OutputError
        When the server that it names does not answer.
    """
    file = folder / TOWN_FILE
    try:
        tables = tomllib.loads(file.read_text(encoding="utf-8-sig"))
        if "database" in tables:
            tables = _on_server(folder, tables)
    except FileNotFoundError as error:
        raise InputError("error.no_town", folder=folder, file=TOWN_FILE) from error
    except (OSError, UnicodeDecodeError) as error:
        raise InputError("error.file_unreadable", file=file, why=error) from error
    except tomllib.TOMLDecodeError as error:
        raise InputError("error.not_toml", file=file, why=error) from error
    try:
        config = TownConfig.model_validate(tables)
    except ValidationError as error:
        raise TownError(told_values(error, "", TOWN_FILE)) from error
    unknown = sorted(set(config.layers) - set(f.LAYERS))
    if unknown:
        raise InputError(
            "error.layer_unknown", file=file, layers=", ".join(unknown), allowed=", ".join(f.LAYERS)
        )
    asked = {key.scenario for key in config.calendar}
    asked |= {event.scenario for event in config.gatherings if event.scenario}
    lost = sorted(asked - set(config.scenarios))
    if lost:
        raise InputError(
            "error.scenario_unknown", name=", ".join(lost), allowed=", ".join(config.scenarios)
        )
    if not config.scenarios:
        raise InputError("error.no_scenario", file=file)
    return config


def _on_server(folder: Path, tables: Mapping[str, Any]) -> dict[str, Any]:
    """Return what the server says of a town of which the folder only names the server."""
    address = read_address(str(tables["database"]))
    others = sorted(set(tables) - {"database"})
    if others:
        raise InputError("error.database_alone", file=folder / TOWN_FILE, names=", ".join(others))
    return {**tomllib.loads(fetch_files(folder, address)), "database": str(address)}
