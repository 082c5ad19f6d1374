"""From an empty folder and the demo's raw files to a checked town with a ledger, by hand."""

import pytest
from selenium.webdriver.common.by import By
from selenium.webdriver.support.ui import WebDriverWait

from weizhan.data.demo import make_demo
from weizhan.geo.ledgers import unplaced_rows
from weizhan.geo.rules import read_config

from ..maps.page.test_access import violations

WAIT_S = 240
RAW = (
    "地图.gpkg",
    "微型消防站.csv",
    "隐患台账.xlsx",
    "水源.shp",
    "水源.shx",
    "水源.dbf",
    "水源.prj",
)
MIDDLE = """const canvas = document.getElementById('map'), box = canvas.getBoundingClientRect();
const [id, x, y, r] = [...arguments].slice(0, 4), scale = canvas.height / (2 * r);
const factor = canvas.clientWidth / canvas.width;
return [box.left + (canvas.width / 2 + (id[0] - x) * scale) * factor,
  box.top + (canvas.height / 2 - (id[1] - y) * scale) * factor]"""


@pytest.fixture
def raw(tmp_path):
    make_demo(tmp_path / "raw", size="village", seed=1)
    (tmp_path / "raw" / "town.toml").unlink()
    return tmp_path / "raw"


class Hand:
    """What somebody does at the window."""

    def __init__(self, browser, desk):
        self.browser, self.desk, self.driver = browser, desk, browser.driver
        browser.driver.execute_cdp_cmd("Network.clearBrowserCookies", {})
        browser.driver.execute_cdp_cmd(
            "Emulation.setDeviceMetricsOverride",
            {"width": 1366, "height": 768, "deviceScaleFactor": 1, "mobile": False},
        )
        browser.driver.get(desk.address)

    def wait(self, ready):
        return WebDriverWait(self.driver, WAIT_S).until(lambda page: ready(page))

    def press(self, selector):
        """Press a button of a form and wait for the page that comes."""
        button = self.driver.find_element(By.CSS_SELECTOR, selector)
        self.driver.execute_script("arguments[0].scrollIntoView({block: 'center'})", button)
        self.driver.execute_script("window.before = true")
        button.click()
        self.wait(
            lambda page: page.execute_script(
                "return !window.before && document.readyState === 'complete'"
            )
        )

    def found(self):
        """Make the town; the page of the job leads on to its files."""
        self.press("form[action='/new'] button.main")
        there = "return location.pathname.endsWith('/data') && document.readyState === 'complete'"
        self.wait(lambda page: page.execute_script(there))

    def looks_right(self):
        """The page has no error, fits the screen and is accessible."""
        said = [e.text for e in self.driver.find_elements(By.CSS_SELECTOR, "section.error")]
        assert said == []
        wide = "return document.documentElement.scrollWidth - document.documentElement.clientWidth"
        assert self.driver.execute_script(wide) <= 0
        assert violations(self.browser) == []

    def text(self):
        return self.driver.find_element(By.TAG_NAME, "main").text


def test_from_raw_files_to_a_checked_town_with_a_ledger(desk, raw, driver):
    hand = Hand(driver, desk)
    driver.driver.get_log("browser")
    hand.looks_right()
    hand.driver.find_element(By.ID, "name").send_keys("青禾镇")
    files = "\n".join(str(raw / name) for name in RAW)
    hand.driver.find_element(By.ID, "files").send_keys(files)
    hand.found()
    assert "可以评估" in hand.text() and "表格没有写明坐标系" in hand.text()
    hand.looks_right()

    hand.press(".fits button[value=gcj02]")
    assert "表格没有写明坐标系" not in hand.text()
    town = desk.home / "青禾镇"
    assert read_config(town).layers["stations"].datum == "gcj02"

    hand.driver.find_element(By.CSS_SELECTOR, "nav a[href$='/ledgers']").click()
    hand.looks_right()
    hand.driver.find_element(By.LINK_TEXT, "隐患台账.xlsx").click()
    assert hand.driver.find_element(By.CSS_SELECTOR, ".counts dd").text == "326"
    hand.looks_right()
    hand.press("form[action$='/take'] button.main")
    assert "隐患台账.xlsx" in hand.text()
    hand.looks_right()

    lost = len(unplaced_rows(town, "hazards"))
    hand.driver.find_element(By.PARTIAL_LINK_TEXT, "点选楼栋").click()
    hand.wait(lambda page: page.execute_script(
        "return Number(document.getElementById('map').dataset.ready) > 0"))  # fmt: skip
    hand.looks_right()
    canvas = hand.driver.find_element(By.ID, "map")
    x, y, r = (float(canvas.get_attribute(f"data-{name}")) for name in "xyr")
    where = hand.driver.current_url.split("/ledgers")[0].removeprefix(desk.origin)
    drawn = desk.get(f"{where}/ledgers/map.json?x={x}&y={y}&r={r}").json()["houses"][0]
    ring = drawn["ring"]
    middle = [sum(ring[at:-2:2]) / (len(ring[at:-2:2])) for at in (0, 1)]
    left, top = hand.driver.execute_script(MIDDLE, middle, x, y, r)
    for kind in ("mousePressed", "mouseReleased"):
        hand.driver.execute_cdp_cmd(
            "Input.dispatchMouseEvent",
            {"type": kind, "x": left, "y": top, "button": "left", "clickCount": 1},
        )
    field = hand.driver.find_element(By.ID, "building")
    assert field.get_attribute("value") == drawn["id"]
    hand.press("form.place button.main")
    assert len(unplaced_rows(town, "hazards")) == lost - 1

    told = [e["message"] for e in driver.driver.get_log("browser")]
    assert told == []


DROP = """
const [zone, name, text] = arguments, held = new DataTransfer();
held.items.add(new File([text], name));
const event = new DragEvent('drop', {dataTransfer: held, bubbles: true, cancelable: true});
return !zone.dispatchEvent(event);
"""


def test_files_dropped_on_the_zone_are_those_that_are_sent(desk, driver):
    hand = Hand(driver, desk)
    zone = hand.driver.find_element(By.CSS_SELECTOR, ".drop")
    for name in ("消火栓.csv", "充电棚.csv"):  # one after the other: the first one stays
        text = "编号,经度,纬度\n1,106.5,29.5\n"
        assert hand.driver.execute_script(DROP, zone, name, text)  # the browser does not leave
    told = zone.find_element(By.CSS_SELECTOR, ".chosen").text
    assert "消火栓.csv" in told and "充电棚.csv" in told
    hand.driver.find_element(By.ID, "name").send_keys("乙镇")
    hand.found()
    assert "缺少必需的图层：建筑" in hand.text()
    there = {file.name for file in (desk.home / "乙镇" / "数据").iterdir()}
    assert there == {"消火栓.csv", "充电棚.csv"}
