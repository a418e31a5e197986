"""性别: wordings that name a sex and yet set no condition of hiring.

Both sexes side by side, a sex let in rather than preferred, heights (a matter of looks),
goods and customers, staff benefits, names of people.
"""

from __future__ import annotations

from typing import Final

from .gender_words import HEIGHT
from .rules import Exemption, compiled

_M: Final = r"男(?:\s?性|\s?士|生|孩子|孩|工|员工|职工|的|人|子)?"
_F: Final = r"女(?:\s?性|\s?士|生|孩子|孩|工|员工|职工|的|人|子)?"
_JOIN: Final = r"[ \t]{0,2}(?:[、/\\|&+和或与及跟兼·:\-.]|or)?[ \t]{0,2}"
_BOTH: Final = rf"(?:{_M}{_JOIN}{_F}|{_F}{_JOIN}{_M})"
_BOTH_COMMA: Final = rf"(?:{_M}\s?,\s?{_F}|{_F}\s?,\s?{_M})"
_ONE: Final = r"[男女](?:性|士|生|孩子|孩|的)?"

HARMLESS: Final = (
    Exemption(compiled(_BOTH, r"(?!\s?(?:勿|慎|请勿|不要))"), "both sexes named side by side"),
    Exemption(
        compiled(_BOTH_COMMA, r"(?= |\s*(?:均|都|皆|兼|可|不[限拘论]|[,;。、)]|$|\d|年龄))"),
        "both sexes named, divided by a comma only",
    ),
    Exemption(compiled(r"[男女]\s?\(\s?[男女]\s?\)"), "the other sex in brackets"),
    Exemption(
        # Publishers mask words they take for superlatives: "***/女不限".
        compiled(r"\*+\s?[/、]?\s?女(?:性|生)?(?=\s?不限|/|均)|\*+\s?/\s?[男女]|[男女]\s?/\s?\*+"),
        "both sexes named, one of them masked by the publisher",
    ),
    Exemption(
        compiled(
            _ONE,
            r"[\s,:]?(?:不限(?![学专经年户地婚民])|(?:也|亦|均|都|皆|同样|同)(?:可|行|能|欢迎|接受|要|招|不限|适合))",
        ),
        "the sex named is let in, not preferred",
    ),
    Exemption(
        compiled(
            r"不限(?:制|定)?(?:性别)?[ (]?男女|(?:不分|无论|不论|不拘|不管|不问)(?:性别)?[ (]?是?[男女][^。;\n]{0,3}[男女]"
        ),
        "said to make no difference",
    ),
    Exemption(
        # A height for each sex is a matter of looks; see the category of looks.
        compiled(
            rf"(?<![限仅只招])(?<!性别)(?<!性别:)(?<!要求)[男女](?:性|士|生|孩子|孩)?:?{HEIGHT}"
        ),
        "a height asked of one sex counts as looks",
    ),
    Exemption(
        compiled(
            rf"[男女](?:性|士|生)?[ ,:;(、]{{0,2}}{HEIGHT}[^。\n岁男女]{{0,15}}(?:[男女]|\*+)(?:性|士|生)?[\s,:;(]{{0,2}}{HEIGHT}"
        ),
        "a height for each of the two counts as looks",
    ),
    Exemption(
        compiled(
            r"(?:[男女](?:性|士|生)?)(?:装|鞋|包(?!装)|表(?!面|达)|裤|裙|袜|帽|科|厕|用品|内衣|服(?!务|从|装厂)|款|团|神|王|皇|汉子(?!优先)|理容|儿|"
            r"友|婿|人(?:[坊街帮汇馆花]|世界)|主角|主人|同事|老板|上司|领导|客户|顾客|用户|会员(?!顾问)|消费|群体|人群|市场|社区|社群|健康(?=[产管咨教领事行服,、])|保健|美容|"
            r"时尚|时装|服装|服饰|饰品|产品|护理|护肤|美妆|疾病|患者|医[院学]|网站|平台|频道|媒体|杂志|读者|粉丝|受众|需求|"
            r"话题|向|化|宿舍|公寓|寝室|浴室|洗手间|卫生间|更衣|比例|生节|人节|性节|职工委|权益|创业|成长|俱乐部|"
            r"经济|思维|视角|心理|情感|之家|学员|家长|篮|排|足|子篮球|子足球|子(?:学院|高中|中学|学校|大学|职)|警|监|兵|方|宾|嘉宾|娲|巫|配|一号|主播(?:经纪|运营|孵化))"
        ),
        "goods, customers, places or titles, not applicants",
    ),
    Exemption(
        compiled(
            r"[男女](?:性)?(?:员工|职工|工|同事|同胞)(?:们)?(?=(?:享|可|有|另|的|在|与|还|每|额外|生日|节|宿舍|公寓|产|陪|护|特|劳动|专|关|三|结|发|放|"
            r"怀|哺|休|费|福|妇|均|和|、))"
        ),
        "staff and their benefits",
    ),
    Exemption(
        compiled(
            r"(?:帅[哥锅]|小哥哥|靓仔|男神|先生|大叔|小伙)们?[\s、/,和与&]?(?:美女|小姐姐|靓女|女神|女士|小姐|妹|阿姨|姑娘)"
        ),
        "both sexes",
    ),
    Exemption(
        compiled(
            r"(?:美女|小姐姐|靓女|妹子|女士|小姐|阿姨|姑娘|大姐)们?[\s、/,和与&]?(?:帅[哥锅]|小哥哥|靓仔|先生|大叔|小伙)"
        ),
        "both sexes",
    ),
    Exemption(
        compiled(
            r"[赵钱孙李周吴郑王冯陈褚卫蒋沈韩杨朱秦许何吕张孔曹严华金魏陶姜谢邹柏章云苏潘葛范彭鲁韦马苗方俞任袁柳鲍史唐费廉薛雷贺倪汤罗郝毕"
            r"安常傅卞齐康伍余顾孟黄萧尹姚邵汪祁毛米贝戴宋庞熊纪项祝董梁杜阮蓝席季贾江童郭梅林钟徐邱骆高夏蔡田樊胡凌霍万柯卢莫房解丁邓郁洪包左石崔龚"
            r"程邢裴陆荣翁段侯宁甘祖武符刘景龙叶黎白蒲赖卓屠温庄晏柴瞿阎连习向古易廖耿满匡欧曾关游某](?:女士|先生|小姐)"
        ),
        "a person's name and title",
    ),
    Exemption(
        compiled(
            r"[男女]性(?:[、/和与][\u4e00-\u9fff]{2,4}){1,4}等?(?:类|产品|行业|领域|用品|品类|题材|内容|社区|市场|电商)"
        ),
        "a field of work among others",
    ),
    Exemption(
        compiled(
            r"(?:员工|团队|其)中[^。;\n]{0,6}[男女][性生]?\s?\d+[人名个位][^。;\n]{0,3}[男女][性生]?\s?\d+[人名个位]"
        ),
        "the staff as it is",
    ),
    Exemption(compiled(r"处女座?|女王节|女生节|女神节|男生女生|俊男|宅男|男神"), "set words"),
)
