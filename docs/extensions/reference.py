"""The reference: made from commands, tables, rules, settings and faces, so never out of date."""

from __future__ import annotations

import re
import tomllib
from collections.abc import Iterator, Mapping
from importlib import import_module
from importlib.resources import files
from pathlib import Path
from types import NoneType, UnionType
from typing import Annotated, Any, Literal, Union, get_args, get_origin

from docutils import nodes
from languages import Lang, language_of
from pydantic import BaseModel
from sphinx import addnodes
from sphinx.application import Sphinx
from sphinx.util.docutils import SphinxDirective
from tables import code, codes, paragraph, section, table
from typer.main import get_command

from weizhan.cli.commands import app as commands
from weizhan.cli.overview import COMMANDS
from weizhan.data.plan_rows import plan_commands, plan_rows
from weizhan.geo.rules import TownConfig
from weizhan.geo.rules.rule_set import DEFAULT_RULES
from weizhan.geo.tables import KINDS, SCHEMAS, Column, allowed_words
from weizhan.geo.words import LANGS, VOCABULARIES, catalogue, label, text

ROOT = Path(__file__).parents[2]


class Reference(SphinxDirective):
    """A page of the reference in the language of its tree."""

    def run(self) -> list[nodes.Node]:
        """Return what the page holds."""
        self.lang: Lang = language_of(self.env.docname)
        return list(self.made())

    def made(self) -> Iterator[nodes.Node]:
        """Return the nodes."""
        raise NotImplementedError

    def heads(self, *names: str) -> list[str]:
        """Return heads of a table in the language of the page."""
        return [text(f"docs.{name}", self.lang) for name in names]

    def words(self, *names: str) -> str:
        """Return short remarks, one after the other."""
        return "，".join(self.heads(*names)) if self.lang == "zh" else ", ".join(self.heads(*names))

    def part(self, name: str, title: str, *parts: nodes.Node, said: str = "") -> nodes.section:
        """Return a section that `ref` finds under the language and its name."""
        return section(self.state.document, f"{self.lang}-{name}", title, *parts, said=said)


class Commands(Reference):
    """Every command with its arguments and options."""

    def made(self) -> Iterator[nodes.Node]:
        """Return a section a command."""
        group: Any = get_command(commands)
        for name, (_, function) in COMMANDS.items():
            command = group.get_command(None, name)
            shown = [f"[{_typed(p)}]" if not p.required else _typed(p) for p in command.params]
            usage = " ".join(("weizhan", name, *shown))
            rows = [
                [codes(_spelt(p)), _kind(p), _in(p.help or "", self.lang), self.default(p)]
                for p in command.params
            ]
            what = text(f"cli.{function}", self.lang)
            yield self.part(
                f"command-{name}",
                "",
                paragraph(what),
                nodes.literal_block(usage, usage, language="none"),
                table(self.heads("option", "kind", "meaning", "default"), rows),
                said=f"weizhan {name}",
            )

    def default(self, parameter: Any) -> str:
        """Return what an option is when nobody gives it."""
        if parameter.required:
            return text("docs.required", self.lang)
        repeated = text("docs.several", self.lang) if parameter.multiple else ""
        given = parameter.default
        plain = given in (None, False, (), []) or callable(given)
        return repeated or ("" if plain else str(getattr(given, "value", given)))


def _spelt(parameter: Any) -> list[str]:
    """Return how a parameter is written: an option's names, an argument's place."""
    if parameter.param_type_name == "argument":
        return [parameter.metavar or parameter.name.upper()]
    return [*parameter.opts, *parameter.secondary_opts]


def _kind(parameter: Any) -> str:
    if parameter.param_type_name == "argument" or getattr(parameter, "is_flag", False):
        return ""
    if parameter.metavar:
        return str(parameter.metavar)
    said = parameter.type_descriptor.annotation
    choices = [str(member.value) for member in said] if hasattr(said, "__members__") else []
    return "|".join(choices) or {int: "N", float: "NUMBER"}.get(said, "TEXT")


def _typed(parameter: Any) -> str:
    return " ".join(filter(None, (_spelt(parameter)[0], _kind(parameter))))


def _in(help_text: str, lang: Lang) -> str:
    """Return the half of a help text that is in a language."""
    chinese, _, english = help_text.partition("\n\n")
    return english if lang == "en" and english else chinese


class Columns(Reference):
    """What layers and ledgers share: tables of columns."""

    def columns(self, columns: tuple[Column, ...]) -> nodes.table:
        """Return a table of columns."""
        heads = self.heads("column", "label", "kind", "unit", "allowed", "headers", "notes")
        return table(heads, [self.column(one) for one in columns])

    def column(self, one: Column) -> list[Any]:
        """Return a row for a column."""
        entry = catalogue().get(f"column_name.{one.name}")
        plain = one.synonyms[0] if self.lang == "zh" and one.synonyms else one.name
        notes = [name for name in ("required", "personal", "ahead", "extra") if getattr(one, name)]
        allowed: Any = allowed_words(one) if one.kind in ("number", "count") else ""
        if one.vocabulary:
            allowed = self.link(f"vocabulary-{one.vocabulary}", one.vocabulary)
        return [
            code(one.name),
            str(entry[self.lang]) if entry else plain.replace("_", " "),
            text(f"cell_kind.{one.kind}", self.lang),
            "" if one.kind == "choice" else one.unit,
            allowed if allowed != "-∞ … ∞" else "",
            "、".join(one.synonyms),
            self.words(*notes),
        ]

    def link(self, name: str, said: str) -> nodes.Node:
        """Return a link to a section of the reference in the same language."""
        link = addnodes.pending_xref(
            "", code(said), refdomain="std", reftype="ref", refexplicit=True, refwarn=True,
            reftarget=f"{self.lang}-{name}".lower(), refdoc=self.env.docname,
        )  # fmt: skip
        return link


class Layers(Columns):
    """Every layer with its columns."""

    def made(self) -> Iterator[nodes.Node]:
        """Return a section a layer."""
        for schema in SCHEMAS.values():
            told = [text(f"docs.{schema.shape}", self.lang)]
            told += [text("docs.needed_layer", self.lang)] if schema.required else []
            told += [f"{text('docs.identity', self.lang)} {schema.identity}"]
            yield self.part(
                f"layer-{schema.layer}",
                label("layer_name", schema.layer, self.lang),
                paragraph(" · ".join(told)),
                self.columns(schema.columns),
                said=schema.layer,
            )


class Ledgers(Columns):
    """Every kind of ledger with its columns."""

    def made(self) -> Iterator[nodes.Node]:
        """Return a section a kind."""
        for kind in KINDS.values():
            yield self.part(
                f"ledger-{kind.name}",
                label("ledger_name", kind.name, self.lang),
                paragraph(code(f"weizhan import DIR FILE --kind {kind.name}")),
                self.columns(kind.columns),
                said=kind.name,
            )


class Vocabularies(Reference):
    """Every code that a column may hold, in both languages."""

    def made(self) -> Iterator[nodes.Node]:
        """Return a section a vocabulary."""
        for name, members in VOCABULARIES.items():
            rows = [
                [
                    code(str(member.value)),
                    *(label(name, member.value, lang) for lang in LANGS),
                    "、".join(catalogue()[f"{name}.{member.value}"].get("also", ())),
                ]
                for member in members
            ]
            heads = self.heads("code", "chinese", "english", "also")
            yield self.part(f"vocabulary-{name}", "", table(heads, rows), said=name)


class Rules(Reference):
    """Every number of the rule set with its unit, source and confidence."""

    def made(self) -> Iterator[nodes.Node]:
        """Return a section a table of the rule set."""
        stated = files("weizhan.data").joinpath("rules", f"{DEFAULT_RULES}.toml").read_text("utf-8")
        heads = self.heads("rule", "value", "range", "unit", "source", "confidence")
        for name, held in tomllib.loads(stated).items():
            if not isinstance(held, dict):
                continue
            rows = [self.rule(path, value) for path, value in rules_in(held, name)]
            yield self.part(
                f"rules-{name}", text(f"rules_section.{name}", self.lang), table(heads, rows)
            )

    def rule(self, path: str, value: object) -> list[Any]:
        """Return a row for a rule."""
        if not isinstance(value, dict):
            said = "、".join(map(str, value)) if isinstance(value, list) else str(value)
            return [code(path), said, "", "", "", ""]
        bounds = "" if "low" not in value else f"{value['low']:g} … {value['high']:g}"
        sure = label("confidence", value["confidence"], self.lang)
        return [code(path), f"{value['value']:g}", bounds, value.get("unit", ""),
                value["source"], sure]  # fmt: skip


def rules_in(held: Mapping[str, Any], path: str) -> Iterator[tuple[str, object]]:
    """Return what a table of the rule set states, by path."""
    for name, value in held.items():
        if isinstance(value, dict) and "source" not in value:
            yield from rules_in(value, f"{path}.{name}")
        else:
            yield f"{path}.{name}", value


class Settings(Reference):
    """Every setting of ``town.toml``."""

    def made(self) -> Iterator[nodes.Node]:
        """Return the table."""
        rows = [
            [code(shown), kind, text(f"setting.{path}", self.lang), default]
            for path, shown, kind, default in settings_in(TownConfig)
        ]
        yield table(self.heads("setting", "kind", "meaning", "default"), rows)


def settings_in(
    model: type[BaseModel], path: str = "", shown: str = ""
) -> Iterator[tuple[str, str, str, str]]:
    """Return path, how it is written, type and default of every setting."""
    for name, field in model.model_fields.items():
        inner = next(iter(_models(field.annotation)), None)
        kind = "" if inner else _type(field.annotation)
        plain = field.is_required() or field.default in (None, "", (), {}, frozenset())
        default = "" if plain or inner else str(field.default)
        many = "[[{}]]" if "tuple" in str(field.annotation) else "[{}.…]"
        here = f"{path}{name}"
        yield here, many.format(f"{shown}{name}") if inner else f"{shown}{name}", kind, default
        if inner:
            dots = "" if "tuple" in str(field.annotation) else ".…"
            yield from settings_in(inner, f"{here}.", f"{shown}{name}{dots}.")


def _models(annotation: Any) -> Iterator[type[BaseModel]]:
    if isinstance(annotation, type) and issubclass(annotation, BaseModel):
        yield annotation
    for inner in getattr(annotation, "__args__", ()):
        yield from _models(inner)


def _type(annotation: Any) -> str:
    """Return a type as it is written in TOML."""
    if hasattr(annotation, "__members__"):
        return "|".join(str(member.value) for member in annotation)
    origin = get_origin(annotation)
    inner = [one for one in get_args(annotation) if one not in (NoneType, ...)]
    if origin is Literal:
        return "|".join(map(str, inner))
    if origin in (Annotated, Union, UnionType):
        return _type(inner[0])
    if origin in (tuple, frozenset):
        return f"[{_type(inner[0])} …]"
    if origin is dict:
        return "table"
    return {"str": "text", "bool": "true|false"}.get(annotation.__name__, annotation.__name__)


class Faces(Reference):
    """Every name that the rooms offer, linked to its documentation."""

    def made(self) -> Iterator[nodes.Node]:
        """Return a section a room."""
        heads = self.heads("name", "says")
        for module in faces():
            face = import_module(module)
            told = (face.__doc__ or "").strip()
            rows = [[_object(module, name), _first(getattr(face, name))] for name in face.__all__]
            yield self.part(f"face-{module}", "", paragraph(told), table(heads, rows), said=module)


class Rooms(Reference):
    """What stands in the docstrings of a floor: of its rooms' faces, then of its single files."""

    required_arguments = 1

    def made(self) -> Iterator[nodes.Node]:
        """Return a section a module."""
        floor = f"weizhan.{self.arguments[0]}"
        rooms = [module for module in faces() if f"{module}.".startswith(f"{floor}.")]
        single = [
            f"{floor}.{file.stem}"
            for file in sorted((ROOT / self.arguments[0]).glob("*.py"))
            if file.stem != "__init__"
        ]
        for module in [*rooms, *single]:
            said = f"{module}\n{'-' * len(module)}\n\n.. automodule:: {module}\n   :members:\n"
            yield from self.parse_text_to_nodes(said, allow_section_headings=True)


def faces() -> list[str]:
    """Return the modules that offer names, floor by floor."""
    rooms = [
        ".".join(("weizhan", *file.relative_to(ROOT).parts[:-1]))
        for floor in ("geo", "coverage", "maps")
        for file in sorted((ROOT / floor).rglob("__init__.py"))
    ]
    return [room for room in rooms if hasattr(import_module(room), "__all__")]


def _object(module: str, name: str) -> nodes.Node:
    link = addnodes.pending_xref(
        "", code(name), refdomain="py", reftype="obj", reftarget=f"{module}.{name}",
        refexplicit=True, refwarn=False,
    )  # fmt: skip
    link["py:module"] = link["py:class"] = None
    return link


def _first(thing: object) -> str:
    """Return the first sentence of a documentation, none of a plain value's type."""
    if not (callable(thing) or hasattr(thing, "__path__") or hasattr(thing, "__file__")):
        return ""
    return (getattr(thing, "__doc__", None) or "").strip().split("\n\n")[0].replace("\n", " ")


class PlanRows(Reference):
    """Every row of the two work plans, and where it is met."""

    def made(self) -> Iterator[nodes.Node]:
        """Return the table."""
        ran = plan_commands()
        heads = ["#", *self.heads("row", "clause", "given", "ran", "seen")]
        rows = []
        for row in plan_rows().values():
            folders = dict.fromkeys(where.partition("/")[0] for where, *_ in row.see)
            said = [f"weizhan {ran[name]}" for name in folders if name in ran]
            seen = "；".join(f"{where}：{'，'.join(texts)}" for where, *texts in row.see)
            given = f"{row.given[0]}：{'，'.join(row.given[1:])}" if row.given else ""
            rows.append([row.number, row.zh, row.clause, given, codes(said), row.unmet or seen])
        yield table(heads, rows)


class Tags(Reference):
    """The tables of ``openstreetmap.md``, which a test holds true, in the words of the page."""

    required_arguments = 1

    def made(self) -> Iterator[nodes.Node]:
        """Return one table, by its number."""
        lines = (ROOT / "docs" / "openstreetmap.md").read_text("utf-8").splitlines()
        starts = [k for k, line in enumerate(lines) if line.startswith("| tags |")]
        first = starts[int(self.arguments[0])]
        rows = []
        for line in lines[first + 2 :]:
            if not line.startswith("|"):
                break
            tags, at, *held = (cell.strip() for cell in line.strip("|").split("|"))
            rows.append([codes(_TAG.findall(tags)) or tags, at, *map(self.passing, held)])
        vehicles = [
            label("vehicle", name.strip(), self.lang) for name in lines[first].split("|")[3:-1]
        ]
        yield table([*self.heads("tags", "at"), *vehicles], rows)

    def passing(self, said: str) -> str:
        """Return passes, stopped or depends, and the seconds, in the language of the page."""
        word, _, seconds = said.partition(" ")
        return f"{text(f'docs.{word}', self.lang)} {seconds}".strip()


_TAG = re.compile("`([^`]+)`")


def setup(app: Sphinx) -> dict[str, Any]:
    """Offer the pages as directives."""
    for name, directive in (
        ("commands", Commands),
        ("layers", Layers),
        ("ledgers", Ledgers),
        ("vocabularies", Vocabularies),
        ("rules", Rules),
        ("settings", Settings),
        ("faces", Faces),
        ("rooms", Rooms),
        ("plan-rows", PlanRows),
        ("tags", Tags),
    ):
        app.add_directive(name, directive)
    return {"parallel_read_safe": True}
