"""The form is valid, and what a server exports of it comes back by the ids of the round."""

import csv
import datetime as dt
import io
import re
import shutil

import pytest
from lxml import etree
from pyxform.xls2xform import convert

from weizhan.coverage.rounds import RoundKind
from weizhan.geo.ledgers import import_round, is_round_book, read_events, read_records
from weizhan.geo.words import InputError
from weizhan.maps.phone import round_form

from ...cli.small_town import DAY
from .conftest import ROUND

NS = {"h": "http://www.w3.org/1999/xhtml", "x": "http://www.w3.org/2002/xforms"}


def form_of(handed, lang="zh", **other):
    _, rounds, ground, _ = handed
    return round_form(
        other.get("rounds", rounds), other.get("ground", ground), kind=RoundKind.DUE,
        round_id=ROUND, lang=lang,
    )  # fmt: skip


class Filled:
    """A form that is filled in as a client of ODK does: calculations follow the answers."""

    def __init__(self, content):
        made = convert(io.BytesIO(content), validate=False)
        assert made.warnings == []
        self.tree = etree.fromstring(made.xform.encode())
        self.root = self.tree.xpath("//x:model/x:instance[1]/*", namespaces=NS)[0]
        self.names = [etree.QName(e).localname for e in self.root]
        self.calculated = {
            b.get("nodeset").rsplit("/", 1)[1]: b.get("calculate")
            for b in self.tree.xpath("//x:bind[@calculate]", namespaces=NS)
        }

    def stops(self):
        items = self.tree.xpath("//x:instance[@id='stops']/x:root/x:item", namespaces=NS)
        return [{etree.QName(e).localname: e.text or "" for e in item} for item in items]

    def row(self, **answers):
        """Return what a server exports of one filling-in."""
        said = {name: "" for name in self.names} | answers
        (stop,) = [one for one in self.stops() if one["name"] == answers["stop"]]
        for name in self.calculated:  # in the order of the form
            looked_up = re.fullmatch(r"instance\('stops'\)/root/item\[name=.*\]/(\w+)",
                                     self.calculated[name].strip())  # fmt: skip
            said[name] = stop.get(looked_up[1], "") if looked_up else self._value(name, said)
        return {name: said[name] for name in said if name not in ("meta", "instanceID")}

    def _value(self, name, said):
        flat = etree.Element("form")
        for key, value in said.items():
            etree.SubElement(flat, key).text = value
        path = re.sub(r"/[\w-]+/([A-Za-z_]\w*)", r"/form/\1", self.calculated[name])
        path = re.sub(r"\bif\(", "f:if(", path)
        path = re.sub(r"\bsubstr\(", "f:substr(", path)
        path = re.sub(r"\bconcat\(", "f:concat(", path)

        def text(value):
            if isinstance(value, list):
                return "".join(str(getattr(one, "text", one) or "") for one in value)
            return f"{value:g}" if isinstance(value, float) else str(value)

        functions = {
            ("f", "if"): lambda _, test, yes, no: yes if test else no,
            ("f", "substr"): lambda _, said, first: text(said)[int(first):],
            ("f", "concat"): lambda _, *parts: "".join(map(text, parts)),
        }  # fmt: skip
        found = etree.ElementTree(flat).xpath(path, namespaces={"f": "f"}, extensions=functions)
        return text(found)


def exported(rows, file, *, separator=";", group=""):
    with file.open("w", encoding="utf-8-sig", newline="") as out:
        writer = csv.DictWriter(out, list(rows[0]), delimiter=separator)
        writer.writerow({name: group + name for name in rows[0]})
        writer.writerows(rows)
    return file


@pytest.fixture(scope="module")
def form(handed):
    return Filled(form_of(handed))


@pytest.fixture
def rows(form):
    stops = form.stops()
    at = [s.get("building_id", "") for s in stops]
    house = stops[next(k for k, key in enumerate(at) if key not in ("", "B01", "B02"))]
    known = stops[next(k for k, key in enumerate(at) if key in ("B01", "B02"))]
    lane = stops[at.index("")]
    count = len([n for n in form.names if n.startswith(house["checks"].replace("k", "c") + "_")])
    k = house["checks"][1:]
    number = next(n for n in range(1, 9) if form.calculated.get(f"h{n}", "").startswith(
        f"'{known['stop_id']}|"))  # fmt: skip
    checks = {f"c{k}_{n}": "no" if n == 2 else "yes" for n in range(1, count)}
    whose = {"team": "t1", "inspector": "甲", "inspected_on": DAY}
    return [
        form.row(stop=house["name"], **whose, **checks, note="约5～6米",
                 new1_code="H2", new1_what="楼道里两辆", new1_photos="12"),
        form.row(stop=known["name"], **whose, **{f"h{number}_state": "fixed"}),
        form.row(stop=lane["name"], **whose, l1_state="narrowed", l1_width="2.4"),
    ], (house, known, lane)  # fmt: skip


def test_an_export_comes_back_by_the_ids_of_the_round(handed, rows, tmp_path):
    rows, (house, _, _) = rows
    at = dt.datetime(2026, 9, 30, 18)
    for name, look in (("kobo.csv", {}), ("odk.csv", {"separator": ",", "group": "data/"})):
        folder = tmp_path / name[:4]
        shutil.copytree(handed[0], folder)
        file = exported(rows, tmp_path / name, **look)
        assert is_round_book(file)
        taken, problems = import_round(folder, file, at=at, as_of=at.date())
        assert problems == []
        assert {part.kind: part.added + part.changed for part in taken} == {
            "inspections": 1, "hazards": 2, "lane-reports": 1,
        }  # fmt: skip
        visit = read_records(folder, "inspections").set_index("inspection_id").loc[
            f"{ROUND}/{house['stop_id']}"
        ]  # fmt: skip
        assert visit["hazards_found"] == 1
        assert re.fullmatch(
            r"不合格;不符合:2 \D+;符合:1、3.*;未看:\d+;备注:约5~6米", visit["result"]
        )
        steps = read_events(folder).set_index("key")["state"]
        assert "fixed" in steps[steps.index.isin(["Y1", "Y2"])].tolist()
        seen = read_records(folder, "lane-reports").set_index("report_id")
        ours = seen.index.astype(str).str.startswith(ROUND)
        assert seen.loc[ours, "remaining_width_m"].tolist() == [2.4]
        again, problems = import_round(folder, file, at=at, as_of=at.date())
        assert problems == [] and all(part.added == part.changed == 0 for part in again)


def test_what_two_filled_in_differently_and_what_is_no_stop_is_told(handed, rows, tmp_path):
    rows, _ = rows
    other = rows[0] | {"inspector": "乙", "result": "合格", "hazards_found": "0"}
    lost = dict.fromkeys(rows[0], "") | {"inspector": "丙"}
    folder = tmp_path / "town"
    shutil.copytree(handed[0], folder)
    file = exported([rows[0], other, rows[0], lost], tmp_path / "x.csv")
    at = dt.datetime(2026, 9, 30, 18)
    _, problems = import_round(folder, file, at=at, as_of=at.date())
    assert [(p.code, p.row) for p in problems if p.severity == "error"] == [("form_no_stop", 5)]
    differs = [(p.row, p.column) for p in problems if p.code == "phone_differs"]
    assert differs == [(3, "hazards_found"), (3, "result")]


def test_an_export_with_labels_for_heads_says_how_to_export(handed, rows, tmp_path):
    rows, _ = rows
    kept = {("检查日期" if n == "inspected_on" else n): v for n, v in rows[0].items()}
    with pytest.raises(InputError, match="inspected_on"):
        import_round(handed[0], exported([kept], tmp_path / "x.csv"))


@pytest.mark.parametrize("lang", ["zh", "en"])
def test_the_form_is_valid_whatever_names_contain(handed, lang):
    from dataclasses import replace

    _, rounds, _, _ = handed
    (round_,) = rounds.rounds
    bad = "a'b\"c${x}<&>]]>\u202e"
    halves = tuple(
        replace(half, stops=tuple(
            replace(stop, visit=replace(stop.visit, name=bad, address=bad)) for stop in half.stops
        )) for half in round_.halves
    )  # fmt: skip
    mine = replace(rounds, rounds=(replace(round_, halves=halves),))
    form = Filled(form_of(handed, lang, rounds=mine))
    assert len(form.stops()) == len(round_.stops)
    assert form_of(handed, lang) == form_of(handed, lang)
