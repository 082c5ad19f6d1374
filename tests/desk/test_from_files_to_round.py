"""The whole way without a command: an empty folder, raw files, a town, a printed round."""

import json
import time

import pypdf
import pytest
from selenium.webdriver.common.by import By
from selenium.webdriver.support.ui import Select, WebDriverWait

from weizhan.data.demo import make_demo
from weizhan.desk.jobs import jobs_of
from weizhan.desk.results import RESULTS

from ..maps.page.test_access import violations

PATIENCE_S = 540  # on a machine that does much else; in rest it takes half a minute
RAW = (
    "地图.gpkg",
    "微型消防站.csv",
    "车道巡查.csv",
    "水源.shp",
    "水源.shx",
    "水源.dbf",
    "水源.prj",
)


class Hand:
    """Somebody before the window."""

    def __init__(self, browser):
        self.browser, self.page = browser, browser.driver

    def find(self, how, what):
        """Wait for an element: a busy machine shows the next page late."""
        return WebDriverWait(self.page, PATIENCE_S).until(lambda page: page.find_element(how, what))

    def fill(self, name, value):
        field = self.find(By.NAME, name)
        if field.tag_name == "select":
            Select(field).select_by_value(value)
        elif field.get_attribute("type") == "date":
            self.page.execute_script("arguments[0].value = arguments[1]", field, value)
        else:
            field.clear()
            field.send_keys(value)

    def follow(self, words):
        self.find(By.PARTIAL_LINK_TEXT, words).click()

    def press(self, words):
        self.find(By.XPATH, f"//button[contains(., '{words}')]").click()

    def said(self):
        # In one go: a page that leads on takes its elements away in between.
        return self.page.execute_script("return document.body ? document.body.innerText : ''")

    def until(self, words):
        WebDriverWait(self.page, PATIENCE_S, poll_frequency=0.5).until(
            lambda page: any(word in self.said() for word in (words, "没办成"))
        )
        assert words in self.said(), self.said()

    def requests(self):
        found = []
        for entry in self.page.get_log("performance"):
            message = json.loads(entry["message"])["message"]
            if message["method"] == "Network.requestWillBeSent":
                found.append(message["params"]["request"]["url"])
        return found


@pytest.fixture
def hand(driver):
    driver.driver.execute_cdp_cmd(
        "Emulation.setDeviceMetricsOverride",
        {"width": 1366, "height": 768, "deviceScaleFactor": 1, "mobile": False},
    )
    driver.driver.execute_cdp_cmd("Network.clearBrowserCookies", {})
    driver.driver.get_log("performance"), driver.driver.get_log("browser")
    return Hand(driver)


def test_from_an_empty_folder_and_raw_files_to_a_printed_round(desk, hand, tmp_path):
    raw = tmp_path / "U 盘"
    make_demo(raw, size="village")

    hand.page.get(desk.address)
    assert "这里还没有街镇" in hand.said() and violations(hand.browser) == []
    hand.fill("name", "青禾镇")
    files = "\n".join(str(raw / name) for name in RAW)
    hand.page.find_element(By.ID, "files").send_keys(files)
    hand.press("查看这些文件")
    hand.until("可以评估")

    hand.follow("首页")
    hand.until("还没有导入隐患台账")
    assert violations(hand.browser) == []
    hand.follow("办事")
    hand.until("最近办的")
    assert violations(hand.browser) == []
    hand.follow("检查路线")
    hand.fill("kind", "due")
    hand.fill("first", "2026-10-09")
    hand.fill("days", "两天")
    hand.press("开始")
    hand.until("“排几天”要填一个数")
    assert violations(hand.browser) == []
    hand.fill("days", "2")
    hand.fill("vehicle", "e_bike")
    hand.press("开始")
    hand.until("正在办")
    address = hand.page.current_url
    assert violations(hand.browser) == []

    # A second window asks for the same: it is shown the one that runs, and no other is started.
    first = hand.page.current_window_handle
    hand.page.switch_to.new_window("tab")
    hand.page.get(address.rsplit("/job/", 1)[0] + "/rounds")
    for name, value in {
        "kind": "due",
        "first": "2026-10-09",
        "days": "2",
        "vehicle": "e_bike",
    }.items():
        hand.fill(name, value)
    hand.press("开始")
    hand.until("没有再开一件")
    hand.page.close()
    hand.page.switch_to.window(first)
    (job,) = jobs_of(desk.home / "青禾镇")

    hand.page.refresh()  # in the middle of it
    hand.page.get("about:blank")  # and the page is closed for a while
    time.sleep(0.5)
    hand.page.get(address)
    hand.until("看结果")
    assert "办完了" in hand.said() and job.state == "done"
    hand.follow("看结果")
    hand.until("这些文件在电脑上的位置")
    assert violations(hand.browser) == []
    sheets = sorted((desk.home / "青禾镇" / RESULTS).glob("*/route-*.pdf"))
    assert len(sheets) == 2
    said = "".join(page.extract_text() for page in pypdf.PdfReader(sheets[0]).pages)
    assert "2026-10-09" in said and "号" in said
    for sheet in sheets:
        assert sheet.stem.replace("route-", "路线单 ") in hand.said()

    hand.press("删除")
    hand.until("已删除")
    hand.press("撤销")
    hand.until("路线单 ")
    assert sheets[0].exists()

    assert {url.split("/")[2] for url in hand.requests() if url.startswith("http")} == {
        f"127.0.0.1:{desk.port}"
    }
    assert [e for e in hand.page.get_log("browser") if "favicon" not in e["message"]
            and "422" not in e["message"]] == []  # fmt: skip
