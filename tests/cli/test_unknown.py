"""A street of which one thing is not known: nothing that is shown says zero, none or never for it.

The same commands run on the street of which everything is known. Where a figure there is not zero
and here is, or a line is new here and says zero or never, unknown was printed as known.
"""

import re
from collections import defaultdict

import pytest

from .said import lines
from .small_town import COLUMNS, DAY, LEDGER_COLUMNS, TIERS, small_town

#: What may be unknown, and what is then said.
UNKNOWN = {
    "micro": ("没有该级别的站点资料", "未知"),
    "brigade": ("没有该级别的站点资料", "未知"),
    "stations": ("没有该级别的站点资料", "没有站点资料", "未知"),
    "off_lanes": ("该级别的站点都没有接到车道上", "未知"),
    "ledgers": ("没有导入隐患台账", "没有导入火灾台账", "未知"),
    "people": ("12 栋人数未知", "未知"),
    "vulnerable+deadlines": ("弱势 未知", "2 件未销案的没有写明整改期限"),
    "water+lane_reports+communities": (
        "没有水源：未知",
        "没有报告不等于畅通",
        "没有社区（村）边界资料",
    ),
    "floors+flow+crew": ("层数", "流量", "白班人数"),
    "use+width+victims": ("用途", "净宽未知", "未知 / 未知"),
    "counted+remaining+residents": (),
}
COMMANDS = {
    "assess": (),
    "lanes": ("--draws", 20),
    "sheets": (),
    "pack": ("--period", "2026Q3"),
    "risk": (),
    "export": (),
}
#: Only where the stations are not known.
SITING = ("--stations", 1, "--grid", 200, "--draws", 0, "--time-limit", 5)
#: A number by itself: no id, clock or date; zero over something is known, zero over zero is not.
NUMBER = re.compile(r"(?<![A-Za-z\d.,:<_/-])\d+(?:,\d{3})*(?:\.\d+)?(?:e-\d+)?(?![\d:]|-\d|/[1-9])")
NEVER = ("到不了", "无人可到", "没有可通行的路线", "本期未检查")
#: Zeros that are true: bands are cut anew by rank, a lower end of a range may be zero, nobody has
#: reported nothing, and of buildings without an answer it is known that none has one.
TRUE = re.compile(
    r"红 \d|红级|[红橙黄蓝]色建筑|社区 \[3\]|risk_|spread_cluster|可计算的建筑数|known_buildings"
    r"|处，已修复|未排|下限|_low|（0% 至|差距|近优|都有的候选点|无近期报告|(limit|blockage)_cost_s"
    r"|(heat|progress|tasks)\.csv"
)


def told_by(run, folder, out, *, siting):
    """Return what all commands say, by file, and on the screen."""
    said = defaultdict(list)
    commands = dict(COMMANDS) | ({"site": SITING} if siting else {})
    for name, words in commands.items():
        code, screen, errors = run(name, folder, "--out", out / name, "--date", DAY, *words)
        assert code == 0, errors
        said[name] += screen.replace(str(out), "").splitlines()
        for file in sorted((out / name).rglob("*")):
            if file.is_file() and not (name == "pack" and file.suffix == ".pdf"):  # as the .docx
                said[f"{name}/{file.name}"] += lines(file)
    return said


def zeros(line):
    """Return a line without its numbers, and which of them are zero."""
    numbers = [float(found.replace(",", "")) for found in NUMBER.findall(line)]
    return NUMBER.sub("#", line), [number == 0 for number in numbers]


def suspects(known, unknown):
    """Return the lines that say zero or never where all that is known says otherwise.

    A line that stands in both towns, but for its numbers, must not have a zero here where it has
    none there. Lines that are new must not hold more zeros than those whose place they take.
    """
    found = []
    for file, said in unknown.items():
        there = known.get(file, [])
        for word in NEVER:
            if sum(word in line for line in said) > sum(word in line for line in there):
                found += [(file, line) for line in said if word in line]
        before = defaultdict(list)
        for skeleton, flags in map(zeros, there):
            before[skeleton].append(flags)
        fresh = [line for line in said if zeros(line)[0] not in before]
        kept = {zeros(line)[0] for line in said}
        gone = sum(
            sum(flags) for name, rows in before.items() if name not in kept for flags in rows
        )
        new = [line for line in fresh if any(zeros(line)[1]) and not TRUE.search(f"{file} {line}")]
        if sum(sum(zeros(line)[1]) for line in new) > gone:
            found += [(file, line) for line in new]
        for line in said:
            skeleton, flags = zeros(line)
            rows = before.get(skeleton)
            if rows and not TRUE.search(f"{file} {line}"):
                zero = [at for at, is_zero in enumerate(flags) if is_zero]
                if not all(any(other[at] for other in rows) for at in zero):
                    found.append((file, line))
    return found


@pytest.fixture(scope="module")
def told(tmp_path_factory):
    return {}


@pytest.mark.parametrize("without", UNKNOWN)
def test_what_is_unknown_is_never_said_as_zero_or_never(run, told, tmp_path, without):
    siting = without in ("stations", "micro")
    if "known" not in told:
        town = small_town(tmp_path / "known")
        told["known"] = told_by(run, town, tmp_path / "all", siting=True)
    town = small_town(tmp_path / "town", without)
    said = told_by(run, town, tmp_path / "out", siting=siting)
    assert suspects(told["known"], said) == []
    every = "\n".join(line for of in said.values() for line in of)
    for words in UNKNOWN[without]:
        assert words in every, words


def test_every_field_that_the_street_can_lack_is_tried():
    assert {*COLUMNS, *LEDGER_COLUMNS, *TIERS} <= {
        part for parts in UNKNOWN for part in parts.split("+")
    }
