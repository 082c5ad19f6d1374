"""A town whose files hold one thing for each row of the work plans, as an office would write it.

Every use has one building along one street, every hazard one case; the rest stands where a row of
the plans needs it. The files have Chinese headings; `write_files` writes them and nothing else.
"""

from __future__ import annotations

import csv
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any, Final

import geopandas as gpd
import shapely
from shapely.geometry import LineString, Point, box

from weizhan.geo.words import HazardCode, Use, label

PLANE: Final = "EPSG:4543"
ORIGIN: Final = (500_000.0, 3_200_000.0)
STEP_M: Final = 60
USES: Final = tuple(Use)
EAST_M: Final = STEP_M * len(USES)
HALF_M: Final = EAST_M / 2

TOP: Final = """
report_to = "值班电话 023-00000000"
"""
TOML: Final = """
[scenarios.weekday]
label = { zh = "工作日白天", en = "Weekday" }
time = "10:00"
[scenarios.night]
label = { zh = "夜间", en = "Night" }
time = "02:00"
[scenarios.holiday]
label = { zh = "节假日白天", en = "Holiday" }
time = "10:00"
day = "PH"

[[calendar]]
name = "国庆"
first = 2026-10-01
last = 2026-10-07
scenario = "holiday"
[[calendar]]
name = "党代会"
first = 2026-11-09
last = 2026-11-12
scenario = "weekday"

[[gatherings]]
name = "西洽会分会场"
first = 2026-10-16
last = 2026-10-18
building = "assembly"
buffer_m = 150

[[campaigns]]
name = "三年行动"
first = 2026-01-01
last = 2026-12-31
target = 0.9

[[goals]]
name = "十四五微站数"
figure = "micro_stations"
at_least = 5
by = 2026-12-31
source = "消防“十四五”规划"
[[goals]]
name = "火灾死亡"
figure = "deaths_of_year"
at_most = 0
by = 2026-12-31
source = "消防“十四五”规划"
[[goals]]
name = "区通知微站数"
figure = "micro_stations"
at_least = 2
by = 2026-12-31
source = "区政府办公室《关于进一步加强基层消防治理工作的通知》"

[[checklists]]
name = "火灾风险检查指引"
file = "检查指引.csv"
[[checklists]]
name = "人员密集场所消防安全管理"
file = "管理标准.csv"
uses = ["assembly", "hotel", "commercial_complex"]

[override.six_without_exception]
measures = ["一律甲", "一律乙", "一律丙", "一律丁", "一律戊", "一律己"]
"""


def _at(shape: shapely.Geometry) -> shapely.Geometry:
    return shapely.transform(shape, lambda xy: xy + ORIGIN)


def _layer(file: Path, rows: Sequence[Mapping[str, Any]]) -> None:
    moved = [{**row, "geometry": _at(row["geometry"])} for row in rows]
    gpd.GeoDataFrame(moved, geometry="geometry", crs=PLANE).to_crs("EPSG:4326").to_file(file)


def _table(file: Path, rows: Sequence[Mapping[str, Any]]) -> None:
    heads = list(dict.fromkeys(name for row in rows for name in row))
    with file.open("w", encoding="utf-8-sig", newline="") as out:
        writer = csv.DictWriter(out, heads)
        writer.writeheader()
        writer.writerows(rows)


def _buildings() -> list[dict[str, Any]]:
    rows = []
    for k, use in enumerate(USES):
        side = 1 if k % 2 else -1
        tall = {Use.HIGH_RISE: (20, 60), Use.SUPER_TALL: (40, 160)}.get(use, (4, 12))
        rows.append(
            {
                "建筑编号": str(use), "建筑名称": f"{label('use', use)}楼",
                "地址": f"幸福路{k + 1}号", "用途": label("use", use), "层数": tall[0],
                "高度": tall[1], "白天人数": 40, "夜间人数": 40, "老人数": 8, "儿童数": 6,
                "geometry": box(STEP_M * k + 20, 10 * side - 6, STEP_M * k + 40, 10 * side + 6),
            }
        )  # fmt: skip
        if use == Use.EPIDEMIC_CONTROL:
            rows[-1]["临时用途截止日"] = "2026-08-31"
    return rows


def _places() -> dict[str, list[dict[str, Any]]]:
    whole, half = box(-20, -200, EAST_M, 200), box(-20, -200, HALF_M, 200)
    return {
        "communities": [
            {"社区编号": "C1", "社区名称": "东社区", "人口": 600, "专兼职消防人员": 3,
             "消防志愿者": 12, "委托执法案件数": 2, "宣传次数": 7, "消防知晓率": 81,
             "geometry": half},
            {"社区编号": "C2", "社区名称": "西社区", "人口": 640, "专兼职消防人员": None,
             "消防志愿者": 5, "委托执法案件数": 0, "宣传次数": None, "消防知晓率": None,
             "geometry": whole.difference(half)},
        ],
        "grids": [
            {"网格编号": "G1", "网格名称": "东一网格", "geometry": half},
            {"网格编号": "G2", "网格名称": "西一网格", "geometry": whole.difference(half)},
        ],
        "estates": [
            {"小区编号": "E1", "小区名称": "幸福里", "建成年份": 1992, "有无物业": "无",
             "三无小区": "是", "geometry": box(0, -60, 250, 60)},
            {"小区编号": "E2", "小区名称": "新城花园", "建成年份": 2015, "有无物业": "有",
             "三无小区": "否", "geometry": box(EAST_M - 260, -60, EAST_M - 20, 60)},
        ],
        "offices": [
            {"工作站编号": "O1", "工作站名称": "街道消防工作站", "场地": "是", "办公": "是",
             "人员": "是", "经费": "否", "考核": None, "指导": "是", "geometry": Point(300, 40)},
        ],
        "lanes": [
            {"车道编号": f"L{x}", "道路名称": "幸福路", "道路等级": "支路", "宽度": 7.0,
             "geometry": LineString([(x, 0), (x + 300, 0)])}
            for x in range(-20, EAST_M, 300)
        ] + [
            {"车道编号": "LX", "道路名称": "后巷", "道路等级": "小区道路", "宽度": 3.0,
             "geometry": LineString([(280, 0), (280, 120)])},
        ],
        "stations": [
            {"站点编号": "S1", "站点名称": "居委会微站", "级别": "微型消防站",
             "依托单位类型": "居民委员会", "出动方式": "电动自行车", "白班人数": 6, "夜班人数": 3,
             "geometry": Point(100, 3)},
            {"站点编号": "S2", "站点名称": "重点单位微站", "级别": "微型消防站",
             "依托单位类型": "消防安全重点单位", "出动方式": "步行", "白班人数": 6, "夜班人数": 0,
             "geometry": Point(900, 3)},
            {"站点编号": "S3", "站点名称": "志愿消防点", "级别": "志愿消防点",
             "出动方式": "步行", "白班人数": 4, "夜班人数": 2, "geometry": Point(1500, 3)},
            {"站点编号": "S4", "站点名称": "镇专职队", "级别": "乡镇专职消防队",
             "出动方式": "消防车", "白班人数": 8, "夜班人数": 6, "geometry": Point(1200, 3)},
            {"站点编号": "S5", "站点名称": "区消防站", "级别": "消防救援站",
             "出动方式": "消防车", "白班人数": 12, "夜班人数": 12, "geometry": Point(1700, 3)},
        ],
        "water": [{"水源编号": "W1", "类型": "消火栓", "流量": 15, "geometry": Point(400, 4)}],
        "sheds": [{"充电棚编号": "P1", "充电棚名称": "幸福里车棚", "充电口数": 20,
                   "geometry": Point(60, 30)}],
        "lane_reports": [
            {"报告编号": "R1", "车道状态": "堵塞", "观察日期": "2026-09-29",
             "geometry": Point(280, 60)},
        ],
    }  # fmt: skip


def _hazard(number: str, building: str, kind: str, **more: Any) -> dict[str, Any]:
    return {"隐患编号": number, "建筑编号": building, "隐患类别": kind,
            "发现日期": "2026-08-01", "整改状态": "已发现"} | more  # fmt: skip


def _hazards() -> list[dict[str, Any]]:
    """One case of each kind of the plans at a building of its own, then what other rows need."""
    kinds = [code for code in HazardCode if code[0] in "WHG"]
    rows = [
        _hazard(str(code), str(USES[at]), label("hazard_code", code))
        | ({"整改经费": "5000"} if code == HazardCode.W5 else {})
        for at, code in enumerate(kinds)
    ]
    return [
        *rows,
        _hazard("M1", "factory", "其他隐患", 重大火灾隐患="是", 重大火灾隐患判定日期="2026-08-15",
                判定单位="区消防救援大队", 判定依据="GB 35181-2025", 整改期限="2026-09-15",
                责任科室="财政办", 协同部门="公安",
                挂牌督办级别="区（县）政府挂牌督办", 挂牌日期="2026-08-16",
                督办期限="2026-09-20", 整改措施="搬", 六个一律="一律甲"),
        _hazard("M2", "warehouse", "其他隐患", 重大火灾隐患="是",
                重大火灾隐患判定日期="2026-05-15"),
        _hazard("A1", "self_built", "其他隐患", 区域性火灾隐患="是"),
        _hazard("T1", "logistics", "其他隐患", 专项行动="三年行动", 整改状态="已销案",
                交办日期="2026-08-02", 整改完成日期="2026-08-05", 复查日期="2026-08-06",
                销案日期="2026-08-07", 佐证材料="照片T1"),
        _hazard("T2", "recycling", "其他隐患", 专项行动="三年行动", 整改期限="2026-08-20",
                隐患来源="群众“吹哨人”",
                隐患描述="李四（13900139000）反映楼道堆物"),
        _hazard("K1", "medical", "其他隐患", 企业自查="未发现", 企业自查日期="2026-08-01",
                属地排查="发现", 属地排查日期="2026-08-10", 科室核查="发现",
                科室核查日期="2026-08-12"),
        _hazard("P1", "office", "其他隐患", 隐患来源="公安派出所"),
        _hazard("S1", "school", "其他隐患", 隐患来源="政府购买服务", 检查单位="某消防技术公司"),
    ]  # fmt: skip


def _ledgers() -> dict[str, list[dict[str, Any]]]:
    return {
        "隐患台账": _hazards(),
        "单位台账": [
            {"单位编号": "U1", "单位名称": "超高层公司", "建筑编号": "super_tall",
             "使用性质": "超高层公共建筑", "注册消防工程师": "无", "火灾高危单位": "是",
             "消防安全评估日期": "2025-06-30", "火灾公众责任保险到期日": "2026-09-01",
             "业主类型": "国有", "自查日期": "2026-03-01", "公示承诺": "否"},
            {"单位编号": "U2", "单位名称": "幸福宾馆", "建筑编号": "hotel", "使用性质": "宾馆",
             "客房数": 60, "消防安全重点单位": "是", "演练日期": "2025-12-01",
             "约谈日期": "2026-08-20", "约谈原因": "屡改屡犯", "公示承诺": "是"},
            {"单位编号": "U3", "单位名称": "幸福厂", "建筑编号": "factory", "使用性质": "厂房",
             "火灾危险性": "甲类", "承租单位数": 4, "建筑消防设施": "停用",
             "负责人": "张三丰", "联系电话": "13800138000"},
        ],
        "自建房台账": [
            {"建筑编号": "self_built_business", "经营业态": "餐馆", "楼梯数": 1, "出租": "是",
             "燃气类型": "瓶装", "电动自行车入室停放充电": "是"},
            {"建筑编号": "community_service", "燃气类型": "瓶装气"},
            {"建筑编号": "group_rental", "床位数": 30, "房间数": 12, "出租": "是"},
        ],
        "技防设施": [
            {"设备编号": "D1", "建筑编号": "high_rise", "设备类型": "城市消防远程监控",
             "安装数量": 1},
            {"设备编号": "D2", "建筑编号": "residential", "设备类型": "独立式感烟探测器",
             "安装数量": 2, "应装数量": 10},
            {"设备编号": "D3", "建筑编号": "office", "设备类型": "电气火灾监控", "安装数量": 1},
            {"设备编号": "D4", "建筑编号": "rural_self_built", "设备类型": "漏电保护装置",
             "安装数量": 1},
            {"设备编号": "D5", "建筑编号": "three_in_one", "设备类型": "简易喷淋", "安装数量": 1},
            {"设备编号": "D7", "建筑编号": "gas", "设备类型": "水位监测", "安装数量": 1},
            {"设备编号": "D6", "建筑编号": "gas", "设备类型": "物联网监测", "安装数量": 3},
        ],
        "火灾记录": [
            {"火灾编号": "F1", "起火时间": "2026-07-03 10:20", "建筑编号": "commercial",
             "起火原因": "电气", "火灾等级": "较大", "到场时间": "2026-07-03 10:27",
             "延伸调查日期": "2026-08-01", "责任倒查": "已处理两人", "整改措施": "更换线路"},
            {"火灾编号": "F2", "起火时间": "2026-09-03 20:20", "建筑编号": "residential",
             "起火原因": "用火不慎", "火灾等级": "一般", "有影响火灾": "是"},
        ],
        "检查记录": [
            {"检查编号": "J1", "建筑编号": "hotel", "检查日期": "2026-09-10",
             "检查方式": "属地排查", "发现隐患数": 1},
        ],
        "特殊群体": [
            {"统计编号": "V1", "建筑编号": "residential", "户数": 10, "空巢老人": 6,
             "留守儿童": 5, "老弱病残": 7, "一对一帮扶户数": 4, "已装烟感户数": 2},
        ],
        "约谈通报": [
            {"通报编号": "N1", "建筑编号": "factory", "隐患编号": "M1", "方式": "抄告",
             "日期": "2026-09-05", "事由": "逾期未改", "实施单位": "消安委办公室"},
        ],
    }  # fmt: skip


KINDS: Final = {
    "隐患台账": "hazards", "单位台账": "units", "自建房台账": "self-built", "技防设施": "devices",
    "火灾记录": "incidents", "检查记录": "inspections", "特殊群体": "vulnerable",
    "约谈通报": "notices",
}  # fmt: skip


def write_files(folder: Path) -> None:
    """Write the files that an office would hand over, into a folder that exists."""
    _layer(folder / "buildings.geojson", _buildings())
    for name, rows in _places().items():
        _layer(folder / f"{name}.geojson", rows)
    for name, rows in _ledgers().items():
        _table(folder / f"{name}.csv", rows)
    _table(folder / "检查指引.csv", [{"检查项目": "指引第一项"}, {"检查项目": "指引第二项"}])
    _table(folder / "管理标准.csv", [{"检查项目": "每日防火巡查", "条款": "7.3"}])
