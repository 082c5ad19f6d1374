"""Names and numbers of people are hidden in what people write, and nothing else is."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from weizhan.geo.words.people import HIDDEN, anonymous, screened

NAMES = ["张三丰", "李四", "王小明", "欧阳修文", "刘建国", "陈秀兰", "赵铁柱", "林志强"]
PHONES = ["13800138000", "138 0013 8000", "138-0013-8000",
          "+8613800138000", "１３８００１３８０００",
          "1 3 8 0 0 1 3 8 0 0 0", "一三八零零一三八零零零",
          "023-45678901", "(023)45678901"]  # fmt: skip
CARDS = ["500224198001011234", "50022419800101123X", "500224800101123", "500224 1980 0101 1234"]
SAYS = [
    "{name} {phone}", "{name}，电话：{phone}",
          "楼道堆放杂物，{name}{phone}，拒不清理", "{phone}（{name}）",
    "联系人：{name}，{phone}", "户主{name}家门口堆放杂物，手机号{phone}",
          "隐患在{name}家，致电 {phone}",
    "负责人{name}已签字 {phone}", "由{name}私自改造（{phone}）", "{name}、李四、王五三人，{phone}",
    "{name}反映楼上堵塞通道{phone}", "经办：\n{name}\n{phone}",
]  # fmt: skip
KEPT = (
    """
高层住宅安全出口锁闭|安全出口锁闭，电动自行车停放在门厅|方便食品厂库房堆放易燃物
负责人高度重视，已整改|文具店住人|应急照明损坏；金属构件|施工现场动火作业|管道井封堵不严
2026年9月30日检查，共12处|YH000012|编号 20260930-0012|石材加工厂违规住人|温控器故障
一楼厨房，二楼住人|119报警|消火栓水压 0.15MPa|严禁私拉乱接|业主自行拆除|租户已搬离
房东未签订责任书|居民楼道堆物|住户私拉电线|老板称已整改|万达广场|解放路12号
IMG_20260930_123456.jpg|白天和夜间|单位与住户、和平路|负责人任命文件缺失|连廊封闭|于9月整改
时有电动车停放|儿童活动区无喷淋|村民房屋|负责人未到场|向住户宣传|对方拒绝签字|该房屋私自改造
和房东沟通|关闭电源|全部拆除|连片自建房|车位不足|平房违规经营|网格员江村路巡查
路面被占用、车道堵塞|房间和走道|管理员不在岗|简易喷淋未安装|冷库聚氨酯、包装材料|安全员未持证
单位经营|石油液化气|房屋所有人|门面房经营副食|盘山路、古镇路口|封闭楼道、易燃可燃物
检查 3 次，费用 12000 元|渝消〔2026〕12号
""".strip()
    .replace("\n", "|")
    .split("|")
)
PLACES = [
    "张家湾12号",
    "李子坝正街5号",
    "王老吉凉茶店",
    "李医生诊所",
    "张记火锅",
    "知沐府1栋",
    "平安里",
    "华岩寺",
    "高新区",
]


@pytest.mark.parametrize("says", SAYS)
@pytest.mark.parametrize("name", NAMES)
def test_whoever_is_named_with_a_number_is_hidden(says, name):
    for number in PHONES + CARDS:
        said = screened(says.format(name=name, phone=number))
        assert HIDDEN in said and name not in said and number not in said, said
        assert sum(c.isdigit() for c in said) == 0 or "三" in said, said


@pytest.mark.parametrize("text", KEPT)
def test_what_names_nobody_stays_as_it_was(text):
    assert screened(text) == text


@pytest.mark.parametrize("text", PLACES)
def test_places_that_are_called_after_people_keep_their_names(text):
    assert screened(text, place=True) == text


@pytest.mark.parametrize(
    ("text", "left"),
    [
        ("张三丰", HIDDEN), ("张三丰家", HIDDEN), ("幸福路3号 张三丰", f"幸福路3号 {HIDDEN}"),
        ("幸福路3号（户主：李四）", f"幸福路3号（户主{HIDDEN}）"), ("王大爷家", HIDDEN),
        ("幸福路3号13800138000", f"幸福路3号{HIDDEN}"),
    ],
)  # fmt: skip
def test_a_place_is_not_named_by_who_lives_there(text, left):
    assert screened(text, place=True) == left


def test_names_that_ledgers_hold_are_hidden_wherever_they_stand():
    known = frozenset({"阿依古丽", "习水"})
    assert screened("三楼阿依古丽的房间", known=known) == f"三楼{HIDDEN}的房间"
    assert screened("三楼阿依古丽的房间") == "三楼阿依古丽的房间"


def test_a_whistle_blower_stays_unknown():
    said = "我家楼上302室停放电动自行车。三楼通道堵塞；502室住户反映多次。张三丰 13800138000"
    assert anonymous(said) == f"{HIDDEN}三楼通道堵塞；{HIDDEN}"
    assert anonymous("安全出口锁闭") == "安全出口锁闭"


@given(st.text(max_size=80))
def test_any_text_can_be_screened_and_screening_again_changes_nothing(text):
    once = screened(text)
    assert screened(once) == once
    assert len(once) <= len(text) + len(HIDDEN) * len(text)


@given(
    st.sampled_from("3456789"), st.text("0123456789", min_size=9, max_size=9),
    st.sampled_from(["在", "，", "消防", " ", "电话"]), st.sampled_from(["", "。", "住户", " "]),
)  # fmt: skip
def test_no_mobile_number_is_left(second, rest, before, after):
    number = f"1{second}{rest}"
    for place in (False, True):
        assert number not in screened(f"{before}{number}{after}", place=place)
