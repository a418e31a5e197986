"""Screening of vacancy text: made-up wording on both sides of the line."""

from __future__ import annotations

from pathlib import Path
from time import perf_counter

import pytest
from hypothesis import given
from hypothesis import strategies as st
from pydantic import ValidationError

from taizhang.domain.screening import (
    SCREENING_VERSION,
    Category,
    Finding,
    Severity,
    screen,
)

pytestmark = pytest.mark.rule("38.3")

G = Category.GENDER
E = Category.ETHNICITY
M = Category.MARITAL_PARENTAL
H = Category.HUKOU_ORIGIN
R = Category.RELIGION
D = Category.DISABILITY_HEALTH
A = Category.AGE
L = Category.APPEARANCE_HEIGHT
P = Category.POLITICAL

# (text, category, words the finding must touch)
FOUND: list[tuple[str, Category, str]] = [
    # 性别: limits
    ("仓储主管一名，限男性，会用叉车", G, "限男性"),
    ("总台接待，限女", G, "限女"),
    ("本岗位仅限女性报名", G, "女性"),
    ("只招男生，夜班为主", G, "男生"),
    ("要求女性，会做表格", G, "女性"),
    ("性别要求为男，大专", G, "男"),
    ("性别：女　学历：大专", G, "女"),
    ("性 别：男", G, "男"),
    ("性别要求 男 专业不限", G, "男"),
    ("【性别】女性", G, "女性"),
    ("必须是男的，能搬货", G, "男的"),
    ("最好是女生，细心一点", G, "女生"),
    ("任职要求：女；25岁左右", G, "女"),
    ("应聘者须为男性", G, "男性"),
    # 性别: preference
    ("客房领班，女士优先", G, "女士优先"),
    ("男优先，能出差", G, "男优先"),
    ("男女不限，男性优先考虑", G, "男性优先"),
    ("有两年经验的女性尤佳", G, "女性尤佳"),
    ("同等条件下优先录用男性", G, "男性"),
    ("女生有美术功底优先", G, "女生"),
    ("岗位较适合男性报考", G, "男性"),
    ("建议男性投递，需长期驻外", G, "男性"),
    ("本次招聘以女性为主", G, "女性为主"),
    ("女性从业者优先", G, "女性从业者优先"),
    # 性别: exclusion
    ("工作强度大，女生勿扰", G, "女生勿扰"),
    ("夜班岗位不招女性", G, "不招女性"),
    ("谢绝男士应聘", G, "男士"),
    ("女士请勿投递简历", G, "女士"),
    ("暂不考虑女生", G, "女生"),
    # 性别: an item of a list, a heading, a count, an age
    ("厨师（男），月休四天", G, "男"),
    ("收银(女) 5名", G, "女"),
    ("保安部：男，退伍军人均可报名", G, "男"),
    ("1.男\n2.高中毕业\n3.服从调度", G, "男"),
    ("条件：女、中专、肯学", G, "女"),
    ("要求：男大专以上学历", G, "男"),
    ("普工：男5名，女8名", G, "男5名"),
    ("普工：男女各5名", G, "男女各5名"),
    ("缝纫组招两男三女", G, "两男三女"),
    ("保洁 女 3人", G, "女"),
    ("男18-45岁，女18-40岁", G, "女18-40岁"),
    ("男：20至35周岁", G, "男"),
    ("男（25—40岁）", G, "男"),
    ("35岁以下女性，会粤语", G, "女性"),
    ("能吃苦的男生，包住", G, "男生"),
    ("大专学历女生", G, "女生"),
    ("身体健康的男性。", G, "男性"),
    ("女性必须会开车", G, "女性必须"),
    ("女，身高1.60米以上，形象好", G, "女"),
    ("质检员-女", G, "女"),
    ("1名男性，1名女性", G, "男性"),
    # 性别: the post itself
    ("现诚聘女文员数名", G, "女文员"),
    ("急招男保安，待遇从优", G, "男保安"),
    ("女前台：负责来访登记", G, "女前台"),
    ("招女服务员", G, "女服务员"),
    ("女工20名，包吃住", G, "女工"),
    ("招聘女工，会平车", G, "女工"),
    ("迎宾小姐若干名", G, "迎宾小姐"),
    ("招前台美女一名", G, "美女"),
    ("小伙子优先，能熬夜", G, "小伙子优先"),
    ("诚聘保洁阿姨", G, "阿姨"),
    ("家庭妇女优先", G, "妇女优先"),
    ("Sales executive, female only", G, "female only"),
    # 性别: typographic noise
    ("限 女 性 ，大专以上", G, "女"),
    ("要求:男\u200b性,会开车", G, "男"),
    ("女性優先，大專學歷", G, "女性優先"),
    ("男\n性优先", G, "优先"),
    ("只　招　男　生", G, "男"),
    # 民族
    ("汉族，身体健康", E, "汉族"),
    ("限汉族报名", E, "汉族"),
    ("少数民族勿扰", E, "少数民族勿扰"),
    ("民族：汉", E, "汉"),
    ("不招少数民族", E, "少数民族"),
    ("汉族优先", E, "汉族优先"),
    ("非少数民族", E, "少数民族"),
    ("谢绝藏族、回族求职者", E, "藏族"),
    ("维吾尔族除外", E, "维吾尔族"),
    ("限白人外教", E, "白人"),
    # 婚育
    ("已婚已育优先", M, "已婚已育"),
    ("已婚、已育者优先考虑", M, "已婚"),
    ("女性，未婚，住厂", M, "未婚"),
    ("婚姻状况：已婚", M, "已婚"),
    ("无生育计划者优先", M, "生育"),
    ("两年内无怀孕打算", M, "怀孕"),
    ("入职三年内不得生育", M, "生育"),
    ("近期无结婚、生育计划", M, "结婚"),
    ("暂不考虑二胎", M, "二胎"),
    ("孕妇勿扰", M, "孕妇勿扰"),
    ("怀孕、哺乳期女性请勿投递", M, "哺乳期"),
    ("非孕期、哺乳期", M, "孕期"),
    ("宝妈优先，时间自由", M, "宝妈优先"),
    ("有小孩者优先", M, "有小孩"),
    ("孩子已上学优先", M, "上学"),
    ("限单身", M, "单身"),
    ("离异勿扰", M, "离异"),
    ("婚姻稳定", M, "婚姻稳定"),
    ("夫妻工优先", M, "夫妻工优先"),
    ("没有家庭拖累", M, "家庭拖累"),
    ("男女不限（未婚）", M, "未婚"),
    # 户籍地域
    ("限本地户口", H, "本地户口"),
    ("本市户籍，有驾照", H, "本市户籍"),
    ("北京户口优先", H, "北京户口"),
    ("须具有上海市户籍", H, "上海市户籍"),
    ("户籍：本市", H, "本市"),
    ("户口要求：北京", H, "北京"),
    ("籍贯：湖南", H, "湖南"),
    ("农村户口优先", H, "农村户口"),
    ("非农户口", H, "户口"),
    ("京籍优先", H, "京籍"),
    ("深户优先考虑", H, "深户"),
    ("海门户籍优先录用", H, "户籍"),
    ("外地人勿扰", H, "外地人勿扰"),
    ("不要河南人", H, "河南人"),
    ("东北人勿投", H, "东北人"),
    ("河南、安徽人除外", H, "除外"),
    ("本地人优先", H, "本地人优先"),
    ("只招本地人", H, "本地人"),
    ("仅限本省人员", H, "本省"),
    ("四川人优先", H, "四川人"),
    ("江苏籍优先", H, "江苏"),
    ("北京生源优先", H, "生源"),
    ("非本地勿扰", H, "非本地"),
    ("谢绝外地人应聘", H, "外地人"),
    ("需有本市户口担保", H, "户口"),
    ("老乡优先", H, "老乡优先"),
    # 宗教
    ("无宗教信仰", R, "宗教信仰"),
    ("不信教", R, "不信教"),
    ("非宗教信仰者优先", R, "宗教信仰"),
    ("信佛者优先", R, "信佛"),
    ("佛教徒优先", R, "佛教徒优先"),
    ("基督徒勿扰", R, "基督徒"),
    ("宗教信仰：无", R, "宗教信仰"),
    ("有宗教信仰者勿投", R, "宗教信仰"),
    # 残疾健康
    ("无传染病", D, "传染病"),
    ("体格好，无传染性疾病", D, "传染"),
    ("无残疾、无纹身", D, "残疾"),
    ("乙肝患者勿扰", D, "乙肝"),
    ("无重大疾病史", D, "疾病"),
    ("没有高血压、心脏病", D, "高血压"),
    ("不得患有精神病", D, "精神病"),
    ("无色盲、色弱", D, "色盲"),
    ("四肢健全", D, "四肢健全"),
    ("残疾人勿扰", D, "残疾人勿扰"),
    ("无慢性病及遗传病", D, "慢性病"),
    ("入职体检含乙肝五项", D, "乙肝"),
    ("不招残疾人", D, "残疾"),
    ("无生理缺陷", D, "缺陷"),
    # 年龄, 相貌身高, 政治面貌
    ("年龄22-35岁", A, "22-35岁"),
    ("40周岁以下", A, "40周岁以下"),
    ("年龄三十五岁以下", A, "三十五岁以下"),
    ("90后优先", A, "90后优先"),
    ("欢迎有志青年加入", A, "有志青年"),
    ("不超过45岁", A, "45"),
    ("五官端正", L, "五官端正"),
    ("形象气质佳", L, "形象气质佳"),
    ("身高165cm以上", L, "165"),
    ("女160CM以上，男172CM以上", L, "160"),
    ("无纹身", L, "纹身"),
    ("相貌端庄，谈吐得体", L, "相貌端庄"),
    ("中共党员优先", P, "党员优先"),
    ("政治面貌：党员", P, "党员"),
]

# Texts without any finding of a violation.
HARMLESS: list[str] = [
    # both sexes, or none asked
    "男女不限，会办公软件",
    "不限男女，能倒班",
    "性别不限",
    "性别：不限",
    "性别、户籍、民族均不限",
    "男女均可，包吃住",
    "男女皆可，有驾照优先",
    "男/女，20-40岁",
    "性别：男/女",
    "性别:男、女",
    "普工，男女，18-50岁",
    "男，女不限",
    "男 女 不 限",
    "***/女不限，专科",
    "男（女）均可",
    "无论男女，肯学就行",
    "不论男女老少都欢迎",
    "男生女生都可以",
    "有经验者优先，男女兼收",
    # customers, goods, fields of work
    "负责女性用品的销售",
    "三年女装买手经验",
    "男装设计师，熟悉版型",
    "女鞋、女包类目运营经验优先",
    "妇科医生，执业证",
    "目标客户以25-40岁女性为主",
    "主要用户群体是女性。",
    "女性健康产品推广",
    "了解女性消费者需求",
    "面向年轻女性的社区产品",
    "男科门诊导医",
    "女性向游戏策划",
    "运营女性时尚公众号",
    # company life
    "公司美女如云，帅哥多多",
    "和男神女神一起共事",
    "女神节、生日会福利",
    "三八妇女节放假半天",
    "女员工享受产假，男员工享受陪产假",
    "女职工每年两次体检",
    "男女生宿舍分开，有空调",
    "男生宿舍、女生宿舍各一层",
    "员工子女入学补贴",
    "子女医疗保险",
    "欢迎小伙伴加入",
    "90后小哥哥小姐姐带你飞",
    "帮阿姨打饭",
    "联系人：王女士",
    "面试请找李先生",
    "请联系赵小姐",
    "处女座不是问题",
    "妈妈再也不用担心",
    "熟悉阿里妈妈后台",
    "女生160CM以上，男生175CM以上，有亲和力",
    "身高：女：160以上，男：172以上",
    # 民族
    "少数民族地区出差",
    "优秀的民族品牌",
    "民族不限",
    "中央民族大学旁边",
    "简历请注明姓名、籍贯、民族、政治面貌",
    "上班族、学生均可兼职",
    "熟悉汉语言文学",
    "回族自治县项目驻场",
    "会藏语、蒙语者请注明",
    # 婚育
    "婚假、产假、陪产假齐全",
    "结婚礼金、生育礼金",
    "五险一金含生育保险",
    "婚否不限",
    "已婚未婚均可",
    "不论已婚未婚",
    "为未婚员工组织联谊",
    "已婚员工可申请夫妻房",
    "单身公寓，拎包入住",
    "母婴产品，服务宝妈社群",
    "婚庆公司策划师",
    "婚纱摄影门市",
    "孕产妇护理产品运营",
    "不得询问妇女婚育情况",
    "学生、宝妈均可",
    # 户籍地域
    "户籍不限",
    "户口、学历不限",
    "户籍：无要求",
    "解决北京户口",
    "可办理上海户口",
    "优秀者可落北京户口",
    "提供深圳入户指标",
    "协助办理居住证、户口",
    "家住朝阳附近优先",
    "居住在本市者优先",
    "常住上海优先",
    "能接受外地出差",
    "负责本地市场开拓",
    "熟悉当地政策",
    "外地员工公司提供住宿",
    "身份证、户口本复印件",
    "客户口头沟通",
    "账户口令管理",
    "整理书籍、会籍资料",
    "外地人、本地人均可",
    "有本地客户资源优先",
    "会上海话优先",
    "了解北京人的饮食口味",
    # 宗教
    "无宗教限制",
    "宗教信仰不限",
    "尊重员工宗教信仰",
    "宗教学专业毕业",
    # 残疾健康
    "身体健康",
    "身心健康，作风正派",
    "可接收残疾人",
    "残疾人优先",
    "欢迎持残疾证人士应聘",
    "乙肝疫苗研发",
    "传染病医院护士",
    "无不良嗜好、无犯罪记录",
    "疾病诊断算法研究",
    "提供重大疾病保险",
    "病虫害防治",
    "不因残疾而歧视任何求职者",
    "不考虑年龄、性别、种族、宗教和残疾等因素，择优录用",
    # 年龄
    "18周岁以上",
    "年满18周岁",
]


# More wording, a line each (⏎ is a line break). In `found.txt` the categories of violation stand before
# the text: exactly these must be found; in `concerns.txt` the one concern, and nothing else.
WORDING = Path(__file__).with_name("wording")
MORE_FOUND = (WORDING / "found.txt").read_text(encoding="utf-8").splitlines()
CONCERNS = (WORDING / "concerns.txt").read_text(encoding="utf-8").splitlines()
MORE_HARMLESS = (WORDING / "harmless.txt").read_text(encoding="utf-8").splitlines()


def violations(text: str) -> list[Finding]:
    """Return the findings that are violations."""
    return [f for f in screen(text) if f.severity is Severity.VIOLATION]


def touches(finding: Finding, text: str, words: str) -> bool:
    """Tell whether the finding overlaps an occurrence of the words."""
    at = text.find(words)
    while at >= 0:
        if finding.start < at + len(words) and at < finding.end:
            return True
        at = text.find(words, at + 1)
    return False


@pytest.mark.parametrize(("text", "category", "words"), FOUND)
def test_wording_is_found(text: str, category: Category, words: str) -> None:
    findings = [f for f in screen(text) if f.category is category]
    wanted = words if words in text else text
    assert any(touches(f, text, wanted) for f in findings), screen(text)


@pytest.mark.parametrize("line", MORE_FOUND)
def test_exactly_the_named_violations_are_found(line: str) -> None:
    labels, _, text = line.partition(" ")
    found = {f.category.label_zh for f in violations(text.replace("⏎", "\n"))}
    assert found == set(labels.split("+"))


@pytest.mark.parametrize("line", CONCERNS)
def test_a_concern_is_found_and_nothing_else(line: str) -> None:
    label, _, text = line.partition(" ")
    assert {f.category.label_zh for f in screen(text)} == {label}


@pytest.mark.parametrize("text", [*HARMLESS, *MORE_HARMLESS])
def test_harmless_wording_is_no_violation(text: str) -> None:
    assert violations(text.replace("⏎", "\n")) == []


@pytest.mark.parametrize(
    "text",
    [
        "18周岁以上",
        "年满18周岁",
        "身体健康",
        "男女不限",
        "户籍不限，性别不限，年龄不限",
        "婚假、产假",
        "",
        " \n",
    ],
)
def test_nothing_at_all_is_found(text: str) -> None:
    assert screen(text) == ()


# The words around a passage must neither hide it nor be drawn into it.
FRAMES = [
    "任职要求：1、大专以上学历；2、{}；3、有团队精神",
    "提供食宿，{}，五险一金",
    "负责客户维护与市场开发，{}，有经验者优先",
    "福利：生日礼金、婚假、产假。要求：{}。",
    "1.学历不限\n2.{}\n3.服从安排",
    "熟悉女装产品，{}，性别不限",
    "户籍不限，{}，可解决北京户口",
    "高中以上 {} 提供住宿",
]
KERNELS = [
    ("限男性", G),
    ("女士优先", G),
    ("男，25-35岁", G),
    ("女生勿扰", G),
    ("已婚已育优先", M),
    ("两年内无生育计划", M),
    ("本市户籍", H),
    ("外地人勿扰", H),
    ("无传染病", D),
    ("残疾人勿扰", D),
    ("少数民族勿扰", E),
    ("无宗教信仰", R),
]


@pytest.mark.parametrize("frame", FRAMES)
@pytest.mark.parametrize(("kernel", "category"), KERNELS)
def test_surroundings_change_nothing(frame: str, kernel: str, category: Category) -> None:
    text = frame.format(kernel)
    found = violations(text)
    assert {f.category for f in found} == {category}
    assert all(touches(f, text, kernel) for f in found)


def test_conventions_of_sex_age_and_height() -> None:
    """An age for one sex turns on sex; a height for each sex turns on looks."""
    by_age = {f.category for f in screen("男18-45岁，女18-40岁")}
    by_height = {f.category for f in screen("女160CM以上，男172CM以上")}
    assert Category.GENDER in by_age
    assert by_height == {Category.APPEARANCE_HEIGHT}


@pytest.mark.parametrize("category", list(Category))
def test_every_category_has_a_label_and_a_severity(category: Category) -> None:
    assert category.label_zh
    concerns = {Category.AGE, Category.APPEARANCE_HEIGHT, Category.POLITICAL}
    assert (category.severity is Severity.CONCERN) == (category in concerns)


def test_a_finding_tells_the_official_what_and_why() -> None:
    (finding,) = screen("收银员一名，限女性，会用扫码枪")
    assert finding.text == "限女性"
    assert (finding.start, finding.end) == (6, 9)
    assert finding.reason == "以性别为录用条件：“限女性”"
    assert finding.severity is Severity.VIOLATION
    assert finding.cue
    assert SCREENING_VERSION


def test_a_finding_cannot_be_changed_nor_contradict_itself() -> None:
    (finding,) = screen("限女性")
    with pytest.raises(ValidationError):
        finding.start = 1  # type: ignore[misc]
    with pytest.raises(ValidationError):
        Finding(**{**finding.model_dump(), "end": 9})
    with pytest.raises(ValidationError):
        Finding(**{**finding.model_dump(), "severity": Severity.CONCERN})


def test_offsets_are_those_of_the_original_text() -> None:
    text = "急聘\u200b：限\u200b 女 性 ，戶籍不限；無傳染病"
    found = {f.category: f for f in violations(text)}
    assert set(found) == {G, D}
    assert all(text[f.start : f.end] == f.text for f in found.values())
    assert found[D].text == "無傳染病"


def test_a_lone_surrogate_is_no_obstacle() -> None:
    (finding,) = screen("\ud83d限女性\ude00")
    assert finding.text == "限女性"


PIECES = (
    [text for text, _, _ in FOUND]
    + HARMLESS
    + ["，", "。", "\n", " ", "男", "女", "不限", "优先", "1、", "（", "）"]
)
texts = st.one_of(
    st.text(max_size=80),
    st.text(st.characters(), max_size=30),
    st.lists(st.sampled_from(PIECES), max_size=8).map("".join),
    st.text("男女不限性别户口本地人已未婚育优先无病岁1835-，。；：、（） \n\u200b／", max_size=60),
)


@given(texts)
def test_any_text_gives_ordered_disjoint_findings_in_place(text: str) -> None:
    findings = screen(text)
    assert findings == screen(text)
    assert list(findings) == sorted(findings, key=lambda f: (f.start, f.end, f.category))
    last: dict[Category, int] = {}
    for finding in findings:
        assert text[finding.start : finding.end] == finding.text != ""
        assert finding.severity is finding.category.severity
        assert finding.start >= last.get(finding.category, 0)
        last[finding.category] = finding.end


@given(
    texts,
    st.sampled_from(["公司位于地铁站旁。", "工资月结，双休。", "欢迎加入！", "联系人在人事部。"]),
)
def test_a_later_sentence_changes_nothing_before_it(text: str, more: str) -> None:
    begun = text + "。"
    assert screen(begun + more)[: len(screen(begun))] == screen(begun)
    assert len(screen(begun + more)) == len(screen(begun))


BEFORE = (
    "{post}\n要求：",
    "{post}：",
    "{post}（",
    "{post}1名，",
    "{post} 2人 ",
    "{post}\n1.",
    "{post}\n1、大专以上学历，",
    "{post}若干 ",
    "{post}/",
    "{post}\n-",
    "{post}\n①",
    "{post}\n◆",
    "{post}\n性别",
    "{post}\n条件：18-40岁，",
    "{post}，学历不限 ",
    "{post}",
)
AFTER = (
    "，35岁以下",
    "\n2、大专以上",
    " 45岁以下",
    "。",
    "、中专以上",
    "2.能吃苦",
    "5名",
    " 有驾照",
    "",
)
POSTS = ("保安", "收银", "理货", "焊工", "数控车床", "驾驶员", "护理")


@pytest.mark.parametrize("trait", ["男", "女", "男性", "女生"])
@pytest.mark.parametrize("before", BEFORE)
def test_the_trait_standing_alone_is_found_whatever_the_post(before: str, trait: str) -> None:
    for post in POSTS:
        for after in AFTER:
            begun = before.format(post=post)
            found = [f for f in screen(begun + trait + after) if f.category is G]
            assert any(f.start <= len(begun) < f.end for f in found), begun + trait + after


@pytest.mark.parametrize(
    "piece", ["收银女，", "男", "女，", "已婚", "无", "乙肝、", "本地户口", "不限", "18-", "招1名"]
)
def test_a_long_monotonous_text_is_read_in_time(piece: str) -> None:
    began = perf_counter()
    screen(piece * (20_000 // len(piece)))
    assert perf_counter() - began < 5  # far above the usual tenths of a second
