"""民族 and 宗教: ethnicity, race and faith as conditions of hiring."""

from __future__ import annotations

from typing import Final

from .findings import Category
from .rules import (
    COUNT,
    EXCLUDE_AFTER,
    EXCLUDE_BEFORE,
    FULL,
    LEFT_EDGE,
    LIMIT_BEFORE,
    POST,
    PREFER,
    RECRUIT,
    RIGHT_EDGE,
    WANTED,
    Exemption,
    Guard,
    Rule,
    RuleSet,
    any_of,
    compiled,
)

_PEOPLES: Final = (
    r"(?:(?:少数民|汉\s?|蒙古?|回|藏|维吾尔|维|苗|彝|壮|布依|朝鲜|满|侗|瑶|土家|哈尼|哈萨克|傣|黎|傈僳|佤|畲|高山|拉祜|水|东乡|纳西|"
    r"景颇|柯尔克孜|达斡尔|仫佬|羌|布朗|撒拉|毛南|仡佬|锡伯|阿昌|普米|塔吉克|怒|乌孜别克|俄罗斯|鄂温克|德昂|保安|裕固|"
    r"独龙|鄂伦春|赫哲|门巴|珞巴|基诺)族)(?!自治|乡|镇|县|区|州|村|街|文化|舞|特色|风|餐|饮|中学|小学|学[生校]|大学|聚|服|歌|人民|"
    r"同胞(?!勿|请勿|除外|不|慎)|医|药|语|文|节|美食|地|干部|音乐|品牌|谱|历|馆|箱)|回民(?!街|区|中)|少民"
)
_RACE: Final = r"(?:白人|黑人|白种人|黑种人|黄种人|欧美(?:白)?人|纯?白皮肤)"
_BY_PEOPLE = "以民族为录用条件：“{text}”"
_OUT_PEOPLE = "以民族或种族排除求职者：“{text}”"

ETHNICITY: Final = RuleSet(
    Category.ETHNICITY,
    any_of(
        r"族|[回维藏彝苗壮蒙满][、,/][回维藏彝苗壮蒙满]|回民|少民|白人|黑人|[白黑黄]种人|种族|肤色|欧美人|白皮肤"
    ),
    (
        Rule(
            "民族优先",
            compiled(
                rf"(?P<cue>{_PEOPLES})(?:者|人士?|的|员工|同胞|青年|[男女](?:性|士|生|孩子?)?|小?姑娘|小伙子?|妹子|阿姨|{POST})?\s?",
                PREFER,
            ),
            _BY_PEOPLE,
        ),
        Rule(
            "民族排除",
            compiled(
                rf"(?P<cue>(?:非)?(?:{_PEOPLES}|{_RACE}))(?:[、和及或,/]\s?{_PEOPLES})*(?:人士?|者|的|人员|员工|求职者|同胞)?[\s,(]?(?:{EXCLUDE_AFTER}|{FULL})"
            ),
            _OUT_PEOPLE,
        ),
        Rule(
            "民族排除",
            compiled(
                rf"(?:{EXCLUDE_BEFORE}|非|除|无(?=少数民族))", rf"(?P<cue>{_PEOPLES}|{_RACE})"
            ),
            _OUT_PEOPLE,
        ),
        Rule(
            "民族限定",
            compiled(
                rf"(?:{LIMIT_BEFORE}|民\s?族(?:要求|限|为|是|[\s:])+)[\s:]?",
                rf"(?P<cue>{_PEOPLES}|{_RACE}|汉(?![字语办化堡服]))(?=人|者|报|应|优|求|员|男|女|面孔|外教|学|身份|{RIGHT_EDGE})",
            ),
            _BY_PEOPLE,
        ),
        Rule(
            # "要回族厨师一名"
            "民族限定",
            compiled(
                rf"(?:{RECRUIT}|{WANTED}|需|(?<![不没主重])要)[\s:]?(?:{COUNT})?的?",
                rf"(?P<cue>{_PEOPLES})的?(?=[男女]|员工|小?姑娘|小伙|阿姨|{POST}|{RIGHT_EDGE})",
            ),
            _BY_PEOPLE,
        ),
        Rule(
            # "回、维、藏、彝除外"
            "民族排除",
            compiled(
                r"(?P<cue>[回维藏彝苗壮蒙满]族?(?:[、,/和及]\s?[回维藏彝苗壮蒙满]族?)+)(?:人|的|等)?\s?",
                EXCLUDE_AFTER,
            ),
            _OUT_PEOPLE,
        ),
        Rule(
            "民族列为要求",
            compiled(
                LEFT_EDGE,
                rf"(?P<cue>{_PEOPLES})",
                rf"(?:{RIGHT_EDGE}|(?=[男女][性士生]?{RIGHT_EDGE}))",
            ),
            _BY_PEOPLE,
            (Guard(any_of(r"尊重|地区|文化|风俗|语言|民族[(有]|包括|如"), 10, 4, "customs"),),
        ),
        Rule(
            "种族优先",
            compiled(rf"(?P<cue>{_RACE})(?:面孔|外教)?\s?", PREFER),
            "以种族为录用条件：“{text}”",
        ),
    ),
    (
        Exemption(
            compiled(
                rf"(?:民族|{_PEOPLES})(?:成分)?[\s:,]?(?:不限|均可|都可|皆可|无要求)|(?:不限|不分|不论|无论)[^。;,\n ]{{0,6}}(?:民族|{_PEOPLES})"
            ),
            "said to make no difference",
        ),
        Exemption(
            compiled(
                rf"汉族\s?[、/和或与及,]\s?少数民族|各(?:民)?族|(?:{_PEOPLES})(?:[、/和或与及,](?:{_PEOPLES}))+(?:均|都|皆)(?:可|行|要)"
            ),
            "all peoples named",
        ),
        Exemption(
            compiled(r"(?:不因|不以|不考虑|不得因|不歧视)[^。;\n]{0,60}(?:种族|民族|肤色)"),
            "equal opportunity statement",
        ),
    ),
)

_FAITH: Final = r"(?:基督[教徒]?徒?|天主教徒?|佛教徒?|伊斯兰教徒?|穆斯林|道教徒?|回教徒?|教徒|信徒|居士|信(?:耶稣|上帝|天主|菩萨))"
_BY_FAITH = "以宗教信仰为录用条件：“{text}”"

RELIGION: Final = RuleSet(
    Category.RELIGION,
    any_of(
        r"宗\s?教|信教|信佛|信[主奉耶上菩]|教徒|佛教|基督|天主|伊斯兰|穆斯林|回教|道教|信仰|居士|信徒"
    ),
    (
        Rule(
            "无宗教信仰",
            compiled(
                r"(?:无|没有?|非|未|不(?:得|能|可)?)(?:有|信|任何|特殊|参加|信仰|加入|不良)*(?P<cue>宗\s?教(?:信仰|背景)?|教徒|信教)(?:者|人员|人士|优先)?"
            ),
            _BY_FAITH,
            (
                Guard(
                    any_of(r"限制|要求|歧视|考虑|冲突|影响|敏感|内容|话题"),
                    2,
                    8,
                    "said to make no difference",
                ),
            ),
        ),
        Rule("不信教", compiled(r"(?P<cue>不信(?:奉)?(?:宗)?教)"), _BY_FAITH),
        Rule(
            "宗教栏",
            compiled(
                r"(?P<cue>宗教信仰|宗教)(?:要求|情况|须?为|应为|是|[\s:])+(?:无|没有|否|佛|基督|天主|伊斯兰|道)(?!要求|限)"
            ),
            _BY_FAITH,
        ),
        Rule(
            "宗教信仰",
            compiled(
                rf"(?P<cue>(?:有|信仰|信奉|虔诚的?)?(?:{_FAITH}|宗\s?教(?:信仰|背景)|信(?:佛|教|基督))(?:信仰|背景|徒)?)(?:者|的|人士|人员)*(?:[、和或及与][^。;,\n]{{1,8}})?(?:的?(?:姐妹|弟兄|阿姨|大姐|人))?[\s,]?",
                rf"(?:{PREFER}|{EXCLUDE_AFTER})",
            ),
            _BY_FAITH,
        ),
        Rule(
            "宗教信仰",
            compiled(LEFT_EDGE, rf"(?:要求)?有(?P<cue>{_FAITH}信仰)(?:者|的)?", RIGHT_EDGE),
            _BY_FAITH,
        ),
        Rule(
            "宗教信仰",
            compiled(
                rf"(?:{LEFT_EDGE}|{RECRUIT}|{WANTED}|{LIMIT_BEFORE}|(?<![不没主重])要|有)(?P<cue>信(?:主|佛|教|耶稣|上帝|基督|菩萨))(?:的|者)?(?:姐妹|弟兄|阿姨|大姐|人)?",
                rf"(?={RIGHT_EDGE}|{PREFER})",
            ),
            _BY_FAITH,
        ),
        Rule(
            "宗教信仰",
            compiled(
                rf"(?:(?:{RECRUIT}|{WANTED}|需|(?<![不没主重])要)有?|{LEFT_EDGE})",
                r"(?P<cue>(?:基督|天主教|佛教|道教)徒|穆斯林|(?<=有)宗教信仰)(?:的|者)?",
                RIGHT_EDGE,
            ),
            _BY_FAITH,
            (Guard(any_of(r"客户|顾客|人群|服务|包括|面向|尊重|如|[、/]"), 10, 2, "those served"),),
        ),
        Rule(
            "限信教",
            compiled(
                rf"(?:{LIMIT_BEFORE}|{EXCLUDE_BEFORE})(?:是|有|信仰)?",
                rf"(?P<cue>{_FAITH}|信(?:佛|教)|有?宗\s?教信仰)(?!文化|艺术|建筑|用品|场所|知识)",
            ),
            _BY_FAITH,
        ),
    ),
    (
        Exemption(
            compiled(
                r"宗教(?:信仰)?[\s:,]?(?:不限|无限制|不作?要求|无要求|均可)|(?:不限|不分|不论|无论|尊重)[^。;,\n ]{0,12}宗教(?:信仰)?|(?:不因|不以|不考虑|不歧视)[^。;\n]{0,60}宗教(?:信仰)?"
            ),
            "said to make no difference",
        ),
    ),
)
