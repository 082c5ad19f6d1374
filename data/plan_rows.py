"""The rows of the two work plans, and how a user sees each; tests run them."""

from __future__ import annotations

import tomllib
from dataclasses import dataclass
from importlib.resources import files
from typing import Any

IN_SCOPE = 159  # of 167 rows; eight have nothing for a planner of places


@dataclass(frozen=True)
class PlanRow:
    """A row of the plans.

    Attributes
    ----------
    number, zh, clause
        As in the table of the plans.
    given
        A file, and texts in one line of it.
    see
        Outputs, each with texts that stand in one line of it.
    hidden
        An output and a text that must not stand in it.
    unmet
        Why it is not met; empty for rows that are.
    """

    number: str
    zh: str
    clause: str
    given: tuple[str, ...]
    see: tuple[tuple[str, ...], ...]
    hidden: tuple[str, ...]
    unmet: str


def plan_rows() -> dict[str, PlanRow]:
    """Return every row by its number."""
    return {
        number: PlanRow(
            number,
            row["zh"],
            row["clause"],
            tuple(row.get("given", ())),
            tuple(tuple(seen) for seen in row.get("see", ())),
            tuple(row.get("hidden", ())),
            row.get("unmet", ""),
        )
        for number, row in _tables()["rows"].items()
    }


def plan_commands() -> dict[str, str]:
    """Return the commands by the name of their folder of results, in order."""
    return dict(_tables()["commands"])


def plan_table() -> str:
    """Return the rows as a table in Markdown: what is given, which command, where to look."""
    commands = plan_commands()
    lines = ["| # | 条目 | 条款 | 给什么 given | 命令 command | 在哪里看 where to look |",
             "|---|---|---|---|---|---|"]  # fmt: skip
    for row in plan_rows().values():
        seen = "；".join(f"`{where}`：{'，'.join(texts)}" for where, *texts in row.see)
        ran = dict.fromkeys(_command(where, commands) for where, *_ in row.see)
        given = f"`{row.given[0]}`：{'，'.join(row.given[1:])}" if row.given else ""
        cells = (row.number, row.zh, row.clause, given, " ".join(filter(None, ran)),
                 row.unmet or seen)  # fmt: skip
        lines.append("| " + " | ".join(cell.replace("|", "\\|") for cell in cells) + " |")
    return "\n".join(lines)


def unmet_table() -> str:
    """Return the rows that are not met as a table in Markdown, and how many are."""
    rows = plan_rows().values()
    unmet = [row for row in rows if row.unmet]
    said = (
        f"两份工作要点的 {IN_SCOPE} 条中，{len(rows) - len(unmet)} 条由测试逐条给入、运行、查看"
        "（见 [docs/plan-rows.md](docs/plan-rows.md)）"
    )
    if not unmet:
        return said + "，没有未满足的。"
    lines = [said + "；未满足的：", "", "| # | 条目 | 为什么 why |", "|---|---|---|"]
    lines += [f"| {row.number} | {row.zh} | {row.unmet} |" for row in unmet]
    return "\n".join(lines)


def _command(where: str, commands: dict[str, str]) -> str:
    name = where.partition("/")[0].removesuffix(".txt")
    words = commands.get(name, name.replace("import-", "import TOWN FILE --kind "))
    return f"`weizhan {words}`"


def _tables() -> dict[str, Any]:
    text = files("weizhan.data").joinpath("plan_rows.toml").read_text("utf-8")
    return tomllib.loads(text)


if __name__ == "__main__":
    print(unmet_table() + "\n\n" + plan_table())
