"""The kinds of ledger: their columns, and the words by which offices call them."""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import Final, Literal

from ..words import HazardCode, InputError, catalogue
from ..words import fields as f
from . import shared_columns as shared
from .column import Column

Sense = Literal["building", "station", "lane"]

KEY: Final = "key"
FOUND_ON: Final = "found_on"
STATE: Final = "state"
STEP_COLUMNS: Final = {  # state -> the column that dates it
    "found": "found_on",
    "assigned": "assigned_on",
    "fixed": "fixed_on",
    "rechecked": "rechecked_on",
    "closed": "closed_on",
    "reopened": "reopened_on",
}


@dataclass(frozen=True, slots=True)
class LedgerKind:
    """One kind of ledger.

    Attributes
    ----------
    name
        As it is typed, and the name of its table.
    identity
        The column that names a row; empty cells fall back to ``natural``.
    natural
        Columns that together mean one row, where it has no identity.
    columns
        All columns.
    place
        What a row stands at.
    keeps_people
        False for ledgers of vulnerable people, whose names are never stored.
    once
        Whether a row tells of something that happened, and not of something that stands and may
        move: then two rows under one identity must agree in their place and in ``agree``.
    agree
        Columns that must agree beside the place.
    """

    name: str
    identity: str
    natural: tuple[str, ...]
    columns: tuple[Column, ...]
    place: Sense = "building"
    keeps_people: bool = True
    once: bool = False
    agree: tuple[str, ...] = ()

    @property
    def table(self) -> str:
        """Name of its table in the archive."""
        return self.name.replace("-", "_")

    @property
    def names(self) -> tuple[str, ...]:
        """Names of all columns."""
        return tuple(column.name for column in self.columns)

    @property
    def stored(self) -> tuple[Column, ...]:
        """The columns that are kept."""
        return tuple(e for e in self.columns if self.keeps_people or not e.personal)


def _count(name: str, *synonyms: str, maximum: float = 1e6) -> Column:
    return Column(name, "count", synonyms, minimum=0, maximum=maximum)


def _date(name: str, *synonyms: str, required: bool = False, ahead: bool = False) -> Column:
    return Column(name, "date", synonyms, required=required, ahead=ahead)


def _text(name: str, *synonyms: str) -> Column:
    return Column(name, "text", synonyms)


def _flag(name: str, *synonyms: str) -> Column:
    return Column(name, "flag", synonyms)


def _choice(name: str, vocabulary: str, *synonyms: str, required: bool = False) -> Column:
    return Column(name, "choice", synonyms, required, vocabulary=vocabulary)


_PLACE = (
    shared.BUILDING_ID,
    _text(f.NAME, "名称", "单位名称", "场所名称", "企业名称", "建筑名称", "单位（场所）名称"),
    shared.ADDRESS,
    _text("community", "社区", "村（社区）", "所属社区", "社区名称", "所在社区"),
    shared.LON,
    shared.LAT,
)
_PEOPLE = (
    Column("person", "text", ("户主", "联系人", "负责人", "责任人", "业主", "房主", "姓名",
                             "消防安全责任人", "消防安全管理人"), personal=True),
    Column("phone", "text", ("电话", "联系电话", "手机", "手机号", "联系方式"), personal=True),
)  # fmt: skip


def _problem_flags(codes: tuple[HazardCode, ...]) -> tuple[Column, ...]:
    """Return one yes-or-no column for each problem of a checklist, under its exact words."""
    return tuple(
        _flag(f"has_{code.lower()}", str(catalogue()[f"hazard_code.{code}"]["zh"]), code)
        for code in codes
    )


_NINE = tuple(code for code in HazardCode if code.startswith("W"))
_SIX = tuple(code for code in HazardCode if code.startswith("H"))

_DEVICES = (
    _flag("rcd", "漏电保护装置", "漏电保护器", "漏电保护"),
    _flag("simple_sprinkler", "简易喷淋", "简易喷淋系统"),
    _flag("remote_monitored", "远程监控", "消防远程监控"),
    _flag("electrical_monitored", "电气火灾监控"),
    _count("smoke_detectors", "独立式感烟探测器", "感烟探测器数", "烟感数量"),
    _count("smoke_detectors_needed", "应装感烟探测器", "应装烟感数量"),
)

_HAZARDS = LedgerKind(
    "hazards",
    "hazard_id",
    ("place", "code", FOUND_ON),
    (
        _text("hazard_id", "隐患编号", "隐患编码", "编号", "案件编号", "台账编号"),
        *_PLACE,
        shared.LANE_ID,
        _choice("code", "hazard_code", "隐患类别", "隐患类型", "问题类别", "问题类型", "隐患种类",
                required=True),
        _text("description", "隐患描述", "隐患内容", "具体问题", "问题描述", "隐患情况", "存在隐患",
              "存在问题", "存在的隐患", "存在的问题", "发现的问题", "隐患及问题"),
        _choice("source", "hazard_source", "隐患来源", "来源", "发现方式", "检查方式", "发现途径"),
        _text("surveyed_by", "检查单位", "排查单位", "发现单位"),
        _text("campaign", "专项行动", "行动名称"),
        _flag("major", "重大火灾隐患", "是否重大火灾隐患"),
        _date("major_on", "重大火灾隐患判定日期", "判定日期", "重大隐患判定日期"),
        _text("major_by", "判定单位", "重大火灾隐患判定单位"),
        _text("major_rule", "判定依据", "判定标准"),
        _flag("area_wide", "区域性火灾隐患", "是否区域性火灾隐患"),
        _choice("lead_dept", "office", "牵头科室", "责任科室", "主管科室", "交办科室",
                "责任部门", "牵头部门", "主管部门", "主责部门"),
        _choice("partner_dept", "partner_dept", "协同部门", "配合部门"),
        _date(FOUND_ON, "发现日期", "发现时间", "检查日期", "排查日期", "检查时间", required=True),
        _date("assigned_on", "交办日期", "交办时间"),
        _date("due_on", "整改期限", "整改时限", "完成时限", "限期整改日期", "整改截止日期",
              ahead=True),
        _date("fixed_on", "整改完成日期", "整改日期", "完成整改日期", "整改完成时间"),
        _date("rechecked_on", "复查日期", "复查时间"),
        _date("closed_on", "销案日期", "销号日期", "办结日期", "销案时间"),
        _date("reopened_on", "反弹日期", "重新立案日期"),
        _choice(STATE, "hazard_state", "整改状态", "状态", "整改情况", "办理状态"),
        _choice("measure", "measure", "整改措施", "处置措施", "拆搬改关"),
        _text("six_measures", "六个一律", "“六个一律”措施"),
        _choice("supervision_level", "supervision_level", "挂牌督办级别", "督办级别", "挂牌督办"),
        _date("listed_on", "挂牌日期", "挂牌时间"),
        _date("listed_due_on", "督办期限", "挂牌整改期限", "督办截止日期", ahead=True),
        _date("lifted_on", "摘牌日期", "摘牌时间"),
        _date("looked_back_on", "回头看日期", "“回头看”日期"),
        _text("look_back_outcome", "回头看结果", "“回头看”结果"),
        _flag("self_check", "企业自查", "企业自查结果"),
        _date("self_checked_on", "企业自查日期", "自查日期"),
        _flag("territorial_check", "属地排查", "属地排查结果"),
        _date("territorial_checked_on", "属地排查日期"),
        _flag("office_check", "科室核查", "科室核查结果"),
        _date("office_checked_on", "科室核查日期"),
        shared.REMAINING_WIDTH_M,
        Column("cost_est", "number", ("整改经费", "整改费用", "预计费用", "整改经费(元)"),
              minimum=0, maximum=1e9),
        _text("evidence", "佐证材料", "佐证", "照片编号", "文书编号"),
        *_PEOPLE,
    ),
    once=True,
    agree=("code",),
)  # fmt: skip

_STATIONS = LedgerKind(
    "stations",
    f.STATION_ID,
    ("place",),
    (
        _text(f.STATION_ID, "站点编号", "微站编号", "编号"),
        shared.BUILDING_ID,
        shared.STATION_NAME,
        *_PLACE[2:],
        shared.TIER,
        shared.HOST_TYPE,
        shared.VEHICLE,
        shared.CREW_DAY,
        shared.CREW_NIGHT,
        shared.TURNOUT_S,
        _date("checked_on", "核查日期", "检查日期"),
        *_PEOPLE,
    ),
    place="station",
)

_SELF_BUILT = LedgerKind(
    "self-built",
    f.BUILDING_ID,
    ("place",),
    (
        *_PLACE,
        shared.USE,
        _text("business_use", "经营业态", "经营内容"),
        _flag("leased", "出租", "是否出租"),
        replace(shared.FLOORS, kind="count"),
        _count("stairs", "楼梯数", "疏散楼梯数", maximum=50),
        _count("rooms", "房间数", maximum=10_000),
        _count("beds", "床位数", maximum=20_000),
        shared.PEOPLE_DAY,
        shared.PEOPLE_NIGHT,
        shared.ELDERS,
        shared.CHILDREN,
        _choice("gas_type", "gas_type", "用气类型", "燃气类型"),
        *_DEVICES,
        *_problem_flags(_SIX),
        _date("checked_on", "检查日期", "排查日期"),
        *_PEOPLE,
    ),
)

_WAREHOUSES = LedgerKind(
    "warehouses",
    "unit_id",
    (f.NAME, "place"),
    (
        _text("unit_id", "单位编号", "企业编号", "厂房编号", "库房编号", "编号"),
        *_PLACE,
        shared.USE.also("使用性质", "类型", "场所类型"),
        _choice("danger_class", "danger_class", "火灾危险性", "火灾危险性类别", "危险性类别"),
        _count("tenants", "承租单位数", "租户数", "承租户数", maximum=10_000),
        Column("area_m2", "number", ("建筑面积", "面积", "建筑面积(平方米)"), minimum=0,
              maximum=1e7),
        _count("rooms", "房间数", "客房数", maximum=10_000),
        _count("beds", "床位数", maximum=20_000),
        _choice("owner_type", "owner_type", "业主类型", "产权性质", "权属性质"),
        shared.PEOPLE_DAY.also("白天人数", "从业人数", "员工人数"),
        shared.PEOPLE_NIGHT.also("夜间人数", "住宿人数"),
        *_DEVICES,
        _choice("systems_state", "system_state", "建筑消防设施", "消防设施状况"),
        *_problem_flags(_NINE),
        _flag("key_unit", "消防安全重点单位", "重点单位"),
        _flag("high_risk_unit", "火灾高危单位"),
        _flag("registered_engineer", "注册消防工程师"),
        _date("self_check_date", "自查日期", "企业自查日期"),
        _flag("pledge", "公示承诺", "是否公示承诺"),
        _date("pledge_date", "公示承诺日期", "承诺日期"),
        _date("assessment_date", "消防安全评估日期", "评估日期"),
        _date("insured_until", "保险到期日", "火灾公众责任保险到期日", ahead=True),
        _date("talk_date", "约谈日期", "警示约谈日期"),
        _text("talk_by", "约谈单位"),
        _text("talk_reason", "约谈原因", "约谈事由"),
        _date("drill_date", "演练日期", "疏散演练日期"),
        _date("checked_on", "检查日期", "核查日期"),
        *_PEOPLE,
    ),
)  # fmt: skip

_OTHERS = (
    LedgerKind(
        "devices",
        "device_id",
        ("place", "device"),
        (
            _text("device_id", "设备编号", "设施编号", "编号"),
            *_PLACE,
            _choice("device", "device_kind", "设备类型", "设施类型", "技防类型", "设备名称",
                    required=True),
            _count("installed", "安装数量", "已安装数量", "数量"),
            _count("needed", "应装数量", "需安装数量"),
            _choice(STATE, "system_state", "设备状态", "运行状态", "状态"),
            _date("installed_on", "安装日期", "安装时间"),
            _date("checked_on", "检查日期", "维护日期"),
            *_PEOPLE,
        ),
    ),
    LedgerKind(
        "incidents",
        "incident_id",
        ("place", "started_at"),
        (
            _text("incident_id", "火灾编号", "警情编号", "事故编号", "编号"),
            *_PLACE,
            Column("started_at", "moment", ("起火时间", "起火日期", "发生时间", "火灾日期",
                                           "报警时间", "接警时间", "接警时刻", "受理时间"),
                  required=True),
            shared.USE.also("起火场所", "场所类型"),
            _choice("cause", "fire_cause", "起火原因", "火灾原因", "原因"),
            _choice("grade", "fire_grade", "火灾等级", "等级"),
            _count("deaths", "死亡人数", maximum=10_000),
            _count("injured", "受伤人数", maximum=10_000),
            Column("loss_yuan", "number", ("直接财产损失", "直接财产损失(元)", "损失(元)"),
                  minimum=0, maximum=1e11),
            Column("called_at", "moment", ("接警时间", "接警时刻", "受理时间", "报警时间")),
            Column("arrived_at", "moment", ("到场时间", "首队到场时间")),
            _text("first_station", "首到站点", "首到队站", "到场站点", "出动站点", "首到力量"),
            _flag("notable", "有影响火灾", "是否有影响", "有影响"),
            _date("extended_on", "延伸调查日期", "延伸调查时间"),
            _text("accountability", "责任倒查", "责任倒查结果", "责任追究情况"),
            _text("measures", "整改措施", "防范措施", "防范和整改措施"),
            _date("measures_checked_on", "措施回头看日期", "措施落实评估日期", "整改措施评估日期"),
            *_PEOPLE,
        ),
        once=True,
    ),
    LedgerKind(
        "inspections",
        "inspection_id",
        ("place", "inspected_on", "source"),
        (
            _text("inspection_id", "检查编号", "记录编号", "编号"),
            *_PLACE,
            _date("inspected_on", "检查日期", "检查时间", "排查日期", required=True),
            _choice("source", "hazard_source", "检查方式", "检查类型", "检查类别"),
            _text("surveyed_by", "检查单位", "检查部门"),
            _count("hazards_found", "发现隐患数", "隐患数", "发现问题数", maximum=10_000),
            _text("result", "检查结果", "检查情况"),
            Column("inspector", "text", ("检查人", "检查人员", "网格员"), personal=True),
            *_PEOPLE,
        ),
    ),
    LedgerKind(
        "vulnerable",
        "count_id",
        ("place",),
        (
            _text("count_id", "统计编号", "编号"),
            *_PLACE,
            _count("households", "户数", "特殊群体户数", "特殊群体家庭户数"),
            _count("empty_nest_elders", "空巢老人", "空巢老人数", "独居老人"),
            _count("left_behind_children", "留守儿童", "留守儿童数"),
            _count("old_weak_ill_disabled", "老弱病残", "老弱病残人数", "病残人数"),
            _count("helper_assigned", "“一对一”帮扶户数", "一对一帮扶户数", "已帮扶户数"),
            _count("smoke_detectors", "已装感烟探测器户数", "已装烟感户数"),
            _date("counted_on", "统计日期", "登记日期"),
            *_PEOPLE,
        ),
        keeps_people=False,
    ),
    LedgerKind(
        "lane-reports",
        "report_id",
        ("lane", "observed_at"),
        (
            _text("report_id", "报告编号", "记录编号", "编号"),
            shared.LANE_ID,
            _text(f.NAME, "道路名称", "车道名称", "巷道名称", "路名"),
            *_PLACE[2:],
            _choice(STATE, "lane_state", "通行状态", "车道状态", "通行情况", "状态", required=True),
            shared.REMAINING_WIDTH_M,
            Column("observed_at", "moment", ("观测时间", "发现时间", "巡查时间", "巡查日期",
                                            "观测日期"), required=True),
            Column("expires_at", "moment", ("失效时间", "有效期至", "预计恢复时间"), ahead=True),
            _choice("source", "hazard_source", "来源", "发现方式", "巡查方式"),
            _text("description", "情况说明", "说明", "占用情况"),
            Column("inspector", "text", ("巡查人", "报告人", "网格员"), personal=True),
        ),
        place="lane",
    ),
)  # fmt: skip

_NOTICES = LedgerKind(
    "notices",
    "notice_id",
    ("place", "notice", "issued_on"),
    (
        _text("notice_id", "通报编号", "约谈编号", "文号", "编号"),
        *_PLACE,
        _text("hazard_key", "隐患编号", "案件编号", "对应隐患"),
        _choice("notice", "notice_kind", "方式", "类型", "措施类型", "通报方式", required=True),
        _date("issued_on", "日期", "约谈日期", "通报日期", "抄告日期", "曝光日期", required=True),
        _text("reason", "原因", "事由", "约谈原因", "通报原因", "内容"),
        _text("issued_by", "单位", "约谈单位", "通报单位", "抄告单位", "实施单位"),
        _text("outcome", "结果", "约谈结果", "落实情况"),
        *_PEOPLE,
    ),
)

KINDS: dict[str, LedgerKind] = {
    kind.name: kind for kind in (_HAZARDS, _STATIONS, _SELF_BUILT, _WAREHOUSES, *_OTHERS, _NOTICES)
}
#: Another name under which a kind is asked for: the ledger of factories and warehouses is one of
#: units, whatever they are used for.
ALIASES: Final = {"units": "warehouses"}


def ledger_kind(name: str) -> LedgerKind:
    """Return a kind of ledger by name.

    Raises
    ------
    InputError
        When there is none of that name; says which there are.
    """
    name = ALIASES.get(name, name)
    if name not in KINDS:
        allowed = ", ".join((*KINDS, *ALIASES))
        raise InputError("error.ledger_kind_unknown", value=name, allowed=allowed)
    return KINDS[name]
