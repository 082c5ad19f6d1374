"""Headless Chromium that opens pages from files and keeps what they asked for."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

from weizhan.maps.html import FONT_SHEET


class Browser:
    """Headless Chromium that opens pages from files and keeps what they asked for."""

    def __init__(self, driver: Any, folder: Path) -> None:
        self.driver, self.folder, self.opened = driver, folder, 0

    def open(self, page: str, *, size: tuple[int, int] = (1366, 768)) -> None:
        self.driver.execute_cdp_cmd(  # plans that another test left there
            "Storage.clearDataForOrigin", {"origin": "file://", "storageTypes": "local_storage"}
        )
        self.driver.execute_cdp_cmd(
            "Emulation.setDeviceMetricsOverride",
            {"width": size[0], "height": size[1], "deviceScaleFactor": 1, "mobile": False},
        )
        self.opened += 1
        path = self.folder / f"page{self.opened}.html"
        path.write_text(page, encoding="utf-8")
        self.driver.get_log("performance"), self.driver.get_log("browser")
        self.driver.get(path.as_uri())

    def run(self, script: str, *arguments: object) -> Any:
        return self.driver.execute_script(script, *arguments)

    def pick(self, select: str, value: str) -> None:
        """Choose an entry of a select or of radio buttons as a hand does, none that is disabled."""
        self.run(
            """const radio = [...document.getElementsByName(arguments[0])]
              .find(i => i.type === 'radio' && i.value === arguments[1]);
            if (radio) {
              if (radio.disabled) throw new Error('cannot choose');
              return radio.click();
            }
            const s = document.getElementById(arguments[0]);
            const entry = [...s.options].find(o => o.value === arguments[1]);
            if (s.disabled || !entry || entry.disabled) throw new Error('cannot choose');
            s.value = arguments[1]; s.dispatchEvent(new Event('change'))""",
            select,
            value,
        )

    def click_building(self, building: str) -> None:
        """Click where a building is; scroll the map there first."""
        x, y = self.run(
            """weizhan.map.closePopup();
            const l = weizhan.layers.buildings, f = l.features.find('id', arguments[0]);
            weizhan.map.setView(l.bounds(f).getCenter(), 19, {animate: false});
            const b = l.bounds(f), p = weizhan.map.latLngToContainerPoint(
              L.latLng(b.getSouth() * .1 + b.getNorth() * .9,
                b.getWest() * .1 + b.getEast() * .9)),
              r = weizhan.map.getContainer().getBoundingClientRect();
            return [p.x + r.left, p.y + r.top]""",
            building,
        )
        for kind in ("mousePressed", "mouseReleased"):
            self.driver.execute_cdp_cmd(
                "Input.dispatchMouseEvent",
                {"type": kind, "x": x, "y": y, "button": "left", "clickCount": 1},
            )

    def popup(self) -> str:
        """Text of the open popup, with its label and value pairs on lines."""
        said: str = self.run(
            "const p = document.querySelector('.leaflet-popup-content');"
            "return p ? [...p.querySelectorAll('h3,h4,p,dt,dd,div')]"
            ".map(e => e.textContent).join('\\n') : ''"
        )
        return said

    def legend(self) -> str:
        said: str = self.run("return document.querySelector('#legend div').textContent")
        return said

    def colours(self, layer: str) -> set[tuple[int, ...]]:
        """Return the opaque colours that a layer has drawn."""
        found = self.run(
            """const found = new Set(), copy = document.createElement('canvas');
            copy.width = copy.height = 256;
            const pen = copy.getContext('2d', {willReadFrequently: true});
            for (const tile of Object.values(weizhan.layers[arguments[0]]._tiles)) {
              pen.clearRect(0, 0, 256, 256);
              pen.drawImage(tile.el, 0, 0);
              const data = pen.getImageData(0, 0, 256, 256).data;
              for (let i = 0; i < data.length; i += 4)
                if (data[i + 3] === 255)
                  found.add(data[i] * 65536 + data[i + 1] * 256 + data[i + 2]);
            }
            return [...found]""",
            layer,
        )
        return {(value >> 16, value >> 8 & 255, value & 255) for value in found}

    def assert_quiet(self) -> None:
        """No request but the page and the font beside it, and nothing in the console."""
        requests = []
        for entry in self.driver.get_log("performance"):
            message = json.loads(entry["message"])["message"]
            if message["method"] == "Network.requestWillBeSent":
                requests.append(message["params"]["request"]["url"])
        page = (self.folder / f"page{self.opened}.html").as_uri()
        own = {page, (self.folder / FONT_SHEET).as_uri()}
        calls = [url for url in requests if url not in own and url[:5] not in ("data:", "blob:")]
        assert calls == [], calls
        said = self.driver.get_log("browser")
        assert said == [], said
