"""相貌身高 and 政治面貌, shown as concerns."""

from __future__ import annotations

from typing import Final

from .findings import Category
from .rules import (
    LEFT_EDGE,
    LIMIT_BEFORE,
    PREFER,
    RIGHT_EDGE,
    Exemption,
    Guard,
    Rule,
    RuleSet,
    any_of,
    compiled,
)

_GOOD: Final = r"(?:较|很|比较|俱|要)?\s?(?:好|佳|良好|端[庄正]|出众|靓丽|优雅|较?优|姣好|清秀|漂亮|甜美|俊朗|大方|阳光|健康|突出|上佳|俱佳|甜美|匀称|适中|标准|苗条|高挑|均佳)"
_METRE: Final = (
    r"1\s?(?:[4-9]\d(?!\d)\s?(?:cm|公分|厘米)?|[.]\s?[4-9]\d?\s?(?:m|米)?|米\s?[4-9]?\d?)"
)
_BY = "以相貌身高为招用条件，请核对是否必要：“{text}”"
_COMPANY: Final = Guard(
    any_of(
        r"公司|品牌|企业|集团|店铺|门店|产品|维护|树立|提升|塑造|整体|终端|保护|对外|展示|机构|酒店|宣传|设计|ip|校园|学校|物业"
    ),
    before=6,
    after=0,
    why="the look of a firm or of goods",
)

APPEARANCE: Final = RuleSet(
    Category.APPEARANCE_HEIGHT,
    any_of(
        r"身\s?高|形象|气质|五官|[相品]貌|体重|面[容貌]|容貌|外[貌形]|长相|颜值|身材|体[型态重]|cm|厘米|公分|1[.]\d|1米|仪[表态]|纹身|疤痕|样貌|[男女]\w?[\s:(]?1[4-9]\d"
    ),
    (
        Rule(
            "身高",
            compiled(
                rf"(?:[男女](?:性|生|士)?)?(?:净|裸)?身\s?高[^。;\n]{{0,10}}?{_METRE}(?:以上|左右|及以上|[-~至]\s?{_METRE})?"
            ),
            _BY,
        ),
        Rule(
            "身高",
            compiled(r"(?:有)?身高(?:要求|限制|体重|匀称|适中|优势)[^。;,\n不无]{0,4}(?!不限)"),
            _BY,
        ),
        Rule(
            "身高",
            compiled(
                rf"[男女](?:性|生|士)?[\s:(,]?(?:净|裸|身|高)*\s?{_METRE}(?:以上|左右|及以上|[-~])?"
            ),
            _BY,
        ),
        Rule(
            "身高",
            compiled(
                r"(?<!\d)1(?:[4-9]\d\s?(?:cm|公分|厘米)|[.][4-9]\d?\s?(?:m(?!m)|米)|米[4-9]\d?)\s?(?:[(]?含[)]?|及)?以上"
            ),
            _BY,
            (Guard(any_of("长|宽|高度|直径|货架|管"), 4, 4, "goods"),),
        ),
        Rule(
            "体重",
            compiled(
                r"体重(?:要求|标准|须|需)?[^。;,\n\w]{0,2}(?:在|不超过?|不高于|低于|小于|不低于)?\s?\d{2,3}\s?(?:斤|公斤|kg|千克)?(?:以[下上内]|之?内|左右|[-~至])?"
            ),
            _BY,
            (Guard(any_of("货|产品|包裹|客户|学员|宝宝|减"), 6, 4, "goods or customers"),),
        ),
        Rule(
            "相貌",
            compiled(
                rf"(?:五官|相貌|品貌|样貌|面[容貌]|容貌|外貌|外形|外在|长相|身材|体[型态]|仪[表态])(?:条件)?[、和与及]?(?:形象|气质)?(?:五官)?\s?{_GOOD}(?:[、,]?(?:形象|气质){_GOOD})?"
            ),
            _BY,
        ),
        Rule(
            "形象气质",
            compiled(
                rf"(?P<cue>(?:个人|自身|职业|外在)?形\s?象)[、和与及,]?\s?(?:气\s?质)?\s?{_GOOD}(?:[,、]?\s?气\s?质\s?{_GOOD})?"
            ),
            _BY,
            (_COMPANY,),
        ),
        Rule("形象气质", compiled(rf"(?P<cue>气\s?质)(?:[、和与及]?形象)?\s?{_GOOD}"), _BY),
        Rule(
            "形象气质",
            compiled(
                r"(?:良好|较好|好|优秀|一定|端庄|得体|专业)的?(?P<cue>(?:个人|职业|外在|自身|外表)?(?:形象|气质)(?:[和与及、](?:形象|气质))?)(?!设计|店|宣传|展示|工程|片)"
            ),
            _BY,
            (_COMPANY,),
        ),
        Rule(
            "颜值",
            compiled(
                rf"(?:高颜值|颜值(?:高|在线|要求|担当)|(?:颜值|长相)[^。;,\n]{{0,4}}{PREFER}|(?:美女|帅哥|长得(?:好看|漂亮)){PREFER})"
            ),
            _BY,
        ),
        Rule(
            "体貌特征",
            compiled(
                r"(?:无|没有?|不得有|不能有)(?:明显|外露|可见|大面积|任何|疤痕|[、或和及])*(?:纹\s?身|刺青|文身|疤痕|伤疤)|纹身[^。;,\n]{0,3}(?:勿|除外|谢绝|不要)"
            ),
            _BY,
        ),
    ),
    (
        Exemption(compiled(r"身高体重(?:测量?|秤|计)[仪器]?"), "goods"),
        Exemption(compiled(r"身高[\s:]?(?:不限|无要求)|不限身高"), "said to make no difference"),
        Exemption(
            compiled(
                r"(?:公司|品牌|企业|集团|店铺|门店|产品|整体|对外|酒店|物业)的?(?:良好)?(?:的)?(?:社会|整体|外部|市场|公众)?形象|气质联用"
            ),
            "the look of a firm",
        ),
        Exemption(
            compiled(
                r"(?:树立|维护|塑造|展示|展现|提升|保持|建立)[^。;,\n]{0,6}良好的?(?:企业|公司|品牌|服务|社会)?形象"
            ),
            "the look of a firm",
        ),
    ),
)

_BY_POLITICAL = "以政治面貌为招用条件，请核对是否必要：“{text}”"

POLITICAL: Final = RuleSet(
    Category.POLITICAL,
    any_of(r"党\s?员|团员|政治面[貌目]|入党积极|政审"),
    (
        Rule(
            "党员优先",
            compiled(
                rf"(?P<cue>(?:中?\s?共\s?(?:产\s?)?)?(?:预备)?党\s?员|共青团员|团员|入党积极分子)(?:\(含预备党员\)|者|或[^。;,\n]{{0,8}}|身份)?\s?{PREFER}"
            ),
            _BY_POLITICAL,
        ),
        Rule(
            "党员限定",
            compiled(
                rf"(?:{LIMIT_BEFORE}|政治面[貌目](?:要求|须?为|应为|是|限|[\s:])+)\s?",
                r"(?P<cue>(?:中?共(?:产)?)?(?:预备)?党\s?员|共青团员|团员|群众)",
            ),
            _BY_POLITICAL,
        ),
        Rule(
            "党员列为要求",
            compiled(
                LEFT_EDGE,
                r"(?P<cue>(?:中?共(?:产)?)(?:预备)?党\s?员|党员(?:\(含预备党员\))?)",
                RIGHT_EDGE,
            ),
            _BY_POLITICAL,
            (Guard(any_of("活动|管理|发展|教育|服务|干部|群众"), 6, 6, "party work"),),
        ),
    ),
    (
        Exemption(
            compiled(
                r"政治面[貌目][\s:]?(?:不限|无要求)|党员(?:活动|发展|教育|管理|之家|干部|先锋|周年|大会|学习|志愿)"
            ),
            "not a condition",
        ),
    ),
)
