"""What each layer holds: one schema a layer, columns with labels, bounds and vocabularies.

Only geometry, identity and what is truly needed are required. Everything else may be missing; it
is then reported as missing and never becomes zero.
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import Literal

from ..words import fields as f
from . import shared_columns as shared
from .column import Column

Shape = Literal["polygon", "line", "point", "any"]


@dataclass(frozen=True, slots=True)
class Schema:
    """One layer: its identity column, its geometry and its columns."""

    layer: str
    identity: str
    shape: Shape
    columns: tuple[Column, ...]
    required: bool = False  # a town cannot be assessed without this layer

    def column(self, name: str) -> Column:
        """Return the column of that name."""
        return next(column for column in self.columns if column.name == name)

    @property
    def names(self) -> tuple[str, ...]:
        """Names of all columns, geometry not included."""
        return tuple(column.name for column in self.columns)


def _identity(name: str, *synonyms: str) -> Column:
    return Column(name, "text", ("编号", "代码", "id", "fid", "osm_id", *synonyms))


_NAME = Column(f.NAME, "text", ("名称", "名字", "名称/户主"))


def _extra(name: str, *synonyms: str, maximum: float = 1e6) -> Column:
    return Column(name, "number", synonyms, minimum=0, maximum=maximum, extra=True)


def _yes_no(name: str, *synonyms: str) -> Column:
    return Column(name, "choice", synonyms, vocabulary="yes_no", extra=True)


SCHEMAS: dict[str, Schema] = {
    schema.layer: schema
    for schema in (
        Schema(
            "communities",
            f.COMMUNITY_ID,
            "polygon",
            (
                _identity(f.COMMUNITY_ID, "社区编号", "村编号", "社区代码"),
                Column(f.NAME, "text", ("社区名称", "村名", "社区", "名称", "村(社区)")),
                Column(f.PEOPLE, "count", ("人口", "常住人口", "总人口"), minimum=0, maximum=2e6),
                _extra(f.FIRE_STAFF, "消防工作人员数", "专兼职消防人员"),
                _extra(f.VOLUNTEERS, "志愿者人数", "消防志愿者"),
                _extra(f.ENFORCEMENT_CASES, "委托执法案件数", "执法案件数"),
                _extra(f.PUBLICITY_VISITS, "宣传次数", "“五进”次数"),
                _extra(f.AWARENESS_PCT, "知晓率", "消防知晓率", maximum=100),
            ),
        ),
        Schema(
            "estates",
            f.ESTATE_ID,
            "polygon",
            (
                _identity(f.ESTATE_ID, "小区编号"),
                Column(f.NAME, "text", ("小区名称", "名称"), extra=True),
                Column(
                    f.YEAR_BUILT,
                    "number",
                    ("建成年份", "建成时间"),
                    minimum=1900,
                    maximum=2100,
                    extra=True,
                ),
                _yes_no(f.PROPERTY_MANAGER, "物业管理", "有无物业"),
                _yes_no(f.THREE_NONE, "“三无”小区", "三无小区"),
            ),
        ),
        Schema(
            "offices",
            f.OFFICE_ID,
            "point",
            (
                _identity(f.OFFICE_ID, "工作站编号"),
                Column(f.NAME, "text", ("工作站名称", "名称"), extra=True),
                *(
                    _yes_no(name, word)
                    for name, word in zip(
                        f.OFFICE_ELEMENTS,
                        ("场地", "办公", "人员", "经费", "考核", "指导"),
                        strict=True,
                    )
                ),
            ),
        ),
        Schema(
            "grids",
            f.GRID_ID,
            "polygon",
            (
                _identity(f.GRID_ID, "网格编号", "网格号"),
                Column(f.NAME, "text", ("网格名称", "网格", "名称")),
                Column(f.COMMUNITY_ID, "text", ("社区编号", "所属社区编号")),
            ),
        ),
        Schema(
            "buildings",
            f.BUILDING_ID,
            "polygon",
            (
                _identity(f.BUILDING_ID, "建筑编号", "楼栋编号", "房屋编号", "建筑id"),
                Column(f.NAME, "text", ("建筑名称", "楼栋名称", "房屋名称", "名称")),
                shared.ADDRESS,
                shared.USE.also("用途", "使用性质", "建筑用途", "房屋用途", "类型"),
                shared.FLOORS,
                Column(
                    f.HEIGHT_M,
                    "number",
                    ("建筑高度", "高度", "height"),
                    minimum=0,
                    maximum=900,
                ),
                shared.PEOPLE_DAY,
                shared.PEOPLE_NIGHT,
                shared.ELDERS,
                shared.CHILDREN,
                shared.OPEN_HOURS,
                Column(
                    f.USE_UNTIL,
                    "date",
                    ("临时用途截止日", "防控用途截止日", "停用日"),
                    ahead=True,
                    extra=True,
                ),
            ),
            required=True,
        ),
        Schema(
            "stations",
            f.STATION_ID,
            "point",
            (
                _identity(f.STATION_ID, "站点编号", "微站编号"),
                shared.STATION_NAME,
                shared.ADDRESS,
                replace(shared.TIER, required=True),
                shared.HOST_TYPE,
                shared.VEHICLE,
                shared.CREW_DAY,
                shared.CREW_NIGHT,
                shared.TURNOUT_S,
            ),
        ),
        Schema(
            "lanes",
            f.LANE_ID,
            "line",
            (
                _identity(f.LANE_ID, "车道编号", "道路编号", "巷道编号"),
                Column(f.NAME, "text", ("道路名称", "车道名称", "路名", "巷道名称", "名称")),
                Column(
                    f.LANE_CLASS,
                    "choice",
                    ("道路等级", "道路类型", "等级", "类型", "highway", "fclass"),
                    vocabulary="lane_class",
                ),
                shared.WIDTH_M,
                shared.HEIGHT_LIMIT_M,
                Column(
                    f.SLOPE_PCT,
                    "number",
                    ("坡度", "incline"),
                    minimum=-100,
                    maximum=100,
                ),
                Column(f.STEP_COUNT, "count", ("台阶数", "踏步数"), minimum=0, maximum=5000),
                Column(f.ONEWAY, "choice", ("单行", "单向", "通行方向"), vocabulary="oneway"),
                Column(f.SURFACE, "text", ("路面", "路面材料")),
                Column(
                    f.MAX_SPEED_KMH,
                    "number",
                    ("限速", "maxspeed"),
                    minimum=1,
                    maximum=150,
                ),
                Column(f.LEVEL, "number", ("层", "layer"), minimum=-20, maximum=20),
                _extra(f.WEIGHT_LIMIT_T, "限重", "限载", "maxweight", maximum=500),
                shared.ACCESS,
                Column(f.CLOSED_HOURS, "hours", ("占道时段", "集市时段", "封闭时段")),
            ),
            required=True,
        ),
        Schema(
            "barriers",
            f.BARRIER_ID,
            "point",
            (
                _identity(f.BARRIER_ID, "障碍编号"),
                _NAME,
                Column(f.KIND, "choice", ("类型", "类别"), vocabulary="barrier_kind"),
                replace(shared.WIDTH_M.also("宽度", "净宽", "剩余宽度"), minimum=0),
                replace(shared.HEIGHT_LIMIT_M, minimum=0.5),
                replace(shared.ACCESS, extra=True),
                shared.OPEN_HOURS,
            ),
        ),
        Schema(
            "lane_reports",
            f.REPORT_ID,
            "point",
            (
                _identity(f.REPORT_ID, "报告编号", "记录编号"),
                Column(
                    f.STATE,
                    "choice",
                    ("状态", "车道状态", "情况"),
                    required=True,
                    vocabulary="lane_state",
                ),
                shared.REMAINING_WIDTH_M,
                Column(
                    f.OBSERVED_ON,
                    "date",
                    ("观察日期", "检查日期", "报告日期", "日期"),
                    required=True,
                ),
                Column(f.EXPIRES_ON, "date", ("失效日期", "解除日期"), ahead=True),
                Column(f.SOURCE, "text", ("来源", "报告来源")),
            ),
        ),
        Schema(
            "sheds",
            f.SHED_ID,
            "any",
            (
                _identity(f.SHED_ID, "充电棚编号", "车棚编号"),
                Column(f.NAME, "text", ("充电棚名称", "车棚名称", "名称")),
                Column(
                    f.SOCKETS, "count", ("充电位", "充电口数", "插座数"), minimum=0, maximum=5000
                ),
            ),
        ),
        Schema(
            "water",
            f.WATER_ID,
            "any",
            (
                _identity(f.WATER_ID, "水源编号", "消火栓编号"),
                _NAME,
                Column(f.KIND, "choice", ("类型", "水源类型"), vocabulary="water_kind"),
                Column(f.FLOW_L_S, "number", ("流量",), minimum=0, maximum=1000),
                Column(
                    f.STATE,
                    "choice",
                    ("状态", "水源状态", "消火栓状态", "完好情况", "运行状态"),
                    vocabulary="system_state",
                    extra=True,
                ),
            ),
        ),
    )
}
