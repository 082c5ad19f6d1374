"""Columns that layers and ledgers have in common: a word means the same in each of them."""

from __future__ import annotations

from typing import Final

from ..words import fields as f
from .column import Column

ADDRESS: Final = Column(
    f.ADDRESS,
    "text",
    (
        "地址",
        "详细地址",
        "门牌",
        "所在地址",
        "场所地址",
        "单位地址",
        "门牌地址",
        "地点",
        "addr:full",
    ),
)
BUILDING_ID: Final = Column(
    f.BUILDING_ID,
    "text",
    ("建筑编号", "房屋编号", "楼栋编号", "建筑编码", "房屋编码", "建筑id"),
)
STATION_ID: Final = Column(f.STATION_ID, "text", ("站点编号", "微站编号"))
LANE_ID: Final = Column(f.LANE_ID, "text", ("车道编号", "道路编号", "巷道编号"))

USE: Final = Column(
    f.USE,
    "choice",
    ("使用性质", "用途", "建筑用途", "房屋用途"),
    vocabulary="use",
)
FLOORS: Final = Column(
    f.FLOORS,
    "number",
    ("层数", "地上层数", "楼层数", "building:levels"),
    minimum=0,
    maximum=200,
)
PEOPLE_DAY: Final = Column(
    f.PEOPLE_DAY,
    "count",
    ("白天人数", "日间人数", "白天人口"),
    minimum=0,
    maximum=200_000,
)
PEOPLE_NIGHT: Final = Column(
    f.PEOPLE_NIGHT,
    "count",
    ("夜间人数", "居住人数", "夜间人口", "常住人数"),
    minimum=0,
    maximum=200_000,
)
ELDERS: Final = Column(
    f.ELDERS, "count", ("老人数", "老年人数", "60岁以上人数"), minimum=0, maximum=20_000
)
CHILDREN: Final = Column(f.CHILDREN, "count", ("儿童数", "儿童人数"), minimum=0, maximum=20_000)

STATION_NAME: Final = Column(f.NAME, "text", ("站点名称", "微站名称", "微型消防站名称", "名称"))
TIER: Final = Column(
    f.TIER,
    "choice",
    ("级别", "层级", "站点类型", "类别", "类型", "站点类别", "站点级别"),
    vocabulary="tier",
)
HOST_TYPE: Final = Column(
    f.HOST_TYPE, "choice", ("依托单位类型", "建站主体", "主体类型"), vocabulary="host_type"
)
VEHICLE: Final = Column(
    f.VEHICLE, "choice", ("车辆", "出动方式", "交通工具", "出行方式"), vocabulary="vehicle"
)
CREW_DAY: Final = Column(
    f.CREW_DAY,
    "count",
    ("白班人数", "日班人数", "白天值班人数", "值班人数白天", "白天人数", "日间人数",
     "日间值班人数", "白班", "白天在岗人数"),
    minimum=0,
    maximum=500,
)  # fmt: skip
CREW_NIGHT: Final = Column(
    f.CREW_NIGHT,
    "count",
    ("夜班人数", "晚班人数", "夜间值班人数", "值班人数夜间", "夜间人数", "晚间人数",
     "晚间值班人数", "夜班", "夜间在岗人数"),
    minimum=0,
    maximum=500,
)  # fmt: skip
TURNOUT_S: Final = Column(f.TURNOUT_S, "number", ("出动时间",), minimum=0, maximum=3600)

WIDTH_M: Final = Column(
    f.WIDTH_M, "number", ("宽度", "净宽", "路宽", "width"), minimum=0.3, maximum=100
)
HEIGHT_LIMIT_M: Final = Column(
    f.HEIGHT_LIMIT_M, "number", ("限高", "净高", "maxheight"), minimum=1, maximum=30
)
REMAINING_WIDTH_M: Final = Column(
    f.REMAINING_WIDTH_M, "number", ("剩余宽度", "剩余净宽"), minimum=0, maximum=100
)
ACCESS: Final = Column(f.ACCESS, "text", ("通行权", "access"))
OPEN_HOURS: Final = Column(
    f.OPEN_HOURS, "hours", ("开放时间", "开启时间", "营业时间", "opening_hours")
)

LON: Final = Column("lon", "number", ("经度", "东经", "longitude", "lng", "x坐标", "东坐标", "x"))
LAT: Final = Column("lat", "number", ("纬度", "北纬", "latitude", "y坐标", "北坐标", "y"))
