"""婚育: marriage, pregnancy, children."""

from __future__ import annotations

from typing import Final

from .findings import Category
from .rules import (
    EXCLUDE_AFTER,
    LEFT_EDGE,
    LIMIT_BEFORE,
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

_BENEFIT: Final = Guard(
    any_of(
        r"探亲|宿舍|住宿|公寓|联谊|相亲|夫妻房|礼金|津贴|补贴|福利|红包|婚假|产假|提供|享受|解决|脱单|交友|安排住"
    ),
    before=12,
    after=14,
    why="a benefit for staff",
)
_SERVED: Final = Guard(
    any_of(
        r"客户|顾客|用户|人群|群体|受众|粉丝|社群|社区|面向|针对|服务于|为广大|产品|妈咪|母婴|会员"
    ),
    before=12,
    after=4,
    why="speaks of those served",
)
_FORM: Final = Guard(
    any_of(r"注明|写明|填写|简历|内容包含|包括但不限|是否(?!\w{0,4}:)|请附|表格|登记"),
    before=24,
    after=0,
    why="a particular asked in the application, not a condition",
)
_NO: Final = (
    r"(?:没有?|无|暂无|未有|不打算|不准备|暂不|不考虑|不要|不得|不能|不可|禁止|不允许|不接受|不)"
)
_ASKED: Final = (
    rf"(?:{LIMIT_BEFORE}|{RECRUIT}|{WANTED}|(?<![不没主重])要|"
    r"(?:不|停止|谢绝|拒绝|拒|禁止)(?:招[收聘]?|要|收|录用|聘用|考虑|接[收受]|欢迎)|谢绝|拒绝|不(?:能|得|可以?)[是为])"
)
_BY = "以婚育状况为录用条件：“{text}”"

_RULES: Final = (
    Rule(
        "婚育状况",
        compiled(
            r"(?:婚姻状况|婚育状况|婚姻|婚育|婚况)?(?:要求|须为|为|是|:|\s)?",
            r"(?P<cue>(?:[已未]\s?[婚育]|已生育|未生育|未结婚|已经?结婚(?:生子|生育)?|已经生育|结过婚|没结过?婚|没有结婚|离异(?!家庭|诉讼|案|财产)))"
            r"(?:\s?[、/,和或与及且并]?\s?(?:[已未]\s?[婚育]|(?:已|未)生育|无孩|有孩|离异|单身|无子女|有子女)){0,6}",
            rf"(?:[男女](?:性|士|生)?)?(?:者)?(?:{PREFER}|{EXCLUDE_AFTER})?",
        ),
        _BY,
        (_BENEFIT, _SERVED, _FORM),
    ),
    Rule(
        "婚姻稳定",
        compiled(
            r"婚姻(?:状况|家庭)?\s?(?:稳定|美满|良好|幸福)|(?:家庭|婚姻)(?:和婚姻)?稳定者?优先"
        ),
        _BY,
        (_BENEFIT,),
    ),
    Rule(
        "单身",
        compiled(
            rf"(?:{_ASKED}|须|需|{LEFT_EDGE})(?P<cue>单身(?:者|的|人士|[男女]{{1,2}}(?:性|士|生|青年)?)?)",
            rf"(?:{PREFER}|{EXCLUDE_AFTER}|{RIGHT_EDGE})",
        ),
        _BY,
        (_BENEFIT, _SERVED),
    ),
    Rule(
        # No marriage, pregnancy or child for some time to come.
        "限制婚育",
        compiled(
            r"(?:[一二两三四五\d]{1,2}\s?年之?内?|短期内?|近期内?|入职后?|合同期内?|服务期内?|在职期间|目前|暂时|暂)?",
            _NO,
            r"(?:计划|打算|有)?(?:在)?(?:[一二两三四五\d]{1,2}\s?年之?内?|短期内?|近期内?)?(?:再|要)?",
            r"(?P<cue>(?:结婚|婚育|生育|怀孕|备孕|生孩子|要孩子|生小孩|要小孩|生娃|生子|婚孕|孕育|[二三]\s?[胎孩]|[孕婚](?=计|打))"
            r"(?:[、/和及或与]?(?:结婚|生育|怀孕|备孕|生子|婚育|[二三]\s?[胎孩]))*)"
            r"(?:的)?(?:计划|打算|需求|安排|要求|想法|意愿|意向|者)?",
        ),
        "以限制结婚生育为录用条件：“{text}”",
        (
            _BENEFIT,
            Guard(any_of("违反|计划生育"), 4, 4, "birth policy, see its own rule"),
            Guard(any_of("歧视|限制"), 0, 3, "against discrimination"),
        ),
    ),
    Rule(
        "孕期哺乳期",
        compiled(
            r"(?:非|未|无|没有?|没在|不在|不处于)(?:处于)?(?P<cue>(?:怀|备)?孕(?:期|妇|产妇|者)?(?:[、和及或/]?哺乳期?)?|哺乳期)"
            r"(?!计|打|妇|育)|(?:(?:不|停止|谢绝|拒绝|拒|禁止)(?:招[收聘]?|要|收|录用|聘用|考虑|接[收受]|欢迎)|谢绝|拒绝|不(?:能|得|可以?)[是为])(?:孕妇|怀孕|孕期|哺乳期)\w{0,4}",
        ),
        "以怀孕、哺乳为由排除求职者：“{text}”",
        (_BENEFIT,),
    ),
    Rule(
        "孕期哺乳期",
        compiled(
            r"(?:(?:准备|打算|即将|近期|计划)(?:要|生)?(?:结婚|怀孕|生育|孩子|小孩|二胎)|已?怀孕|孕妇|孕期|孕产期|备孕|哺乳期?|待产)(?:妇女|女性|女士|的|者|期|及|[、和或/]|哺乳期?|孕期?|备孕|怀孕){0,4}",
            r"(?:人员|员工)?[\s,]?(?:",
            EXCLUDE_AFTER,
            ")",
        ),
        "以怀孕、哺乳为由排除求职者：“{text}”",
        (_BENEFIT,),
    ),
    Rule(
        "子女状况",
        compiled(
            r"(?:已?有(?:小孩|孩子|子女|娃|宝宝|一孩|二孩|两孩|一胎|二胎)|(?:无|没有?)(?:小孩|孩子|子女)(?:拖累|牵绊|负担)?|"
            r"(?:小孩|孩子|宝宝|子女)(?:已|满|在)?(?:\d+|[一二两三四五六])周?岁(?:以上)?|(?:已生|生育|生过)(?:[二两]\s?[胎孩])后?|[一二两三]\s?[胎孩]已(?:经)?[生有育]|"
            r"带(?:着)?(?:小孩|孩子|娃)|(?:孩子|小孩|子女)(?:都|均)?(?:已经?)?(?:上(?:[小中大]?学|幼儿园|班)|有人带|有人照[看顾]|成年|长大|独立|成家|工作|大了))(?:的|者|且\w{0,6})?[\s,]?",
            rf"(?:{PREFER}|{EXCLUDE_AFTER})",
        ),
        _BY,
        (_BENEFIT, _SERVED),
    ),
    Rule(
        # "不要有孩子的", "最好有孩子"
        "子女状况",
        compiled(
            _ASKED,
            r"(?P<cue>(?:家[里中])?(?:已?有|没有?|无)(?:小孩|孩子|子女|娃|宝宝)(?:的|者)?)",
            RIGHT_EDGE,
        ),
        _BY,
        (_BENEFIT, _SERVED),
    ),
    Rule(
        # "家里有孩子要接送的勿扰", "近期有备孕计划者勿扰"
        "子女状况",
        compiled(
            r"有(?:小孩|孩子|娃|宝宝)[^。;,\n]{1,8}(?:的|者)",
            EXCLUDE_AFTER,
            r"|有(?:结婚|婚育|生育|怀孕|备孕|生子|要孩子|[二三]\s?[胎孩])(?:的)?(?:计划|打算|需求|想法|意向)(?:的|者)?[\s,]?",
            EXCLUDE_AFTER,
        ),
        _BY,
        (_SERVED,),
    ),
    Rule(
        "子女状况",
        compiled(
            r"(?:小孩|孩子|子女)(?:年龄)?(?:必?须|需|要)(?:已|年)?满(?:\d+|[一二两三四五六])周?岁"
        ),
        _BY,
        (_SERVED, _BENEFIT),
    ),
    Rule(
        "子女状况",
        compiled(
            rf"(?:{LEFT_EDGE}|要求|必?须|最好|希望|(?=家[中里]))",
            r"(?:(?:家[中里]?)?(?:无|没有?)(?:小孩|孩子|子女|家庭|家务|孩子家庭)(?:需要|要)?(?:拖累|牵绊|负担|牵挂|照顾|照看|带(?!薪))|"
            r"家[庭中里](?:无|没有?|不存在)(?:任何|太多|过多|其他)?(?:拖累|牵绊|负担|牵挂|后顾之忧))",
        ),
        _BY,
        (_BENEFIT, _SERVED),
    ),
    Rule(
        "子女状况",
        compiled(LEFT_EDGE, r"(?:无|没有?)(?:小孩|孩子|子女|孩|娃)", RIGHT_EDGE),
        _BY,
        (_BENEFIT, _SERVED),
    ),
    Rule(
        "婚育状况",
        compiled(
            rf"(?:已完成(?:婚育|生育|结婚)|(?:婚育|生育)(?:问题|大事)?已?(?:经)?(?:完成|解决))(?:者|的)?(?:{PREFER})?|生育过(?:的|者)*{PREFER}|(?<!未)结婚(?:生子|生育)?(?:的|者){PREFER}"
        ),
        _BY,
        (_SERVED,),
    ),
    Rule(
        "超生",
        compiled(
            r"(?:无|未|没有|不得有)(?:过|有)?(?:任何)?(?:违反(?:国家)?(?:计划生育|计生)\w{0,4}|超生\w{0,2}|违法生育)"
        ),
        _BY,
    ),
    Rule(
        "家庭身份",
        compiled(
            r"(?P<cue>宝妈|(?:全职|在家)?妈妈|(?:家庭|全职)(?:主妇|太太)|夫妻(?:双)?(?:工|职工|档|[两二]人|双方|一起|同来)?|(?:成家|(?:已?有|已成立)家庭|有家室))(?:者|们)?\s?",
            rf"(?:{PREFER}(?!安排|入住)|勿[扰投试]|请?勿|慎投|不要|不招)",
        ),
        _BY,
        (_SERVED, _BENEFIT),
    ),
    Rule(
        "家庭身份",
        compiled(
            r"(?:(?<![不无])限|仅限|[只仅]招|只要|谢绝|不要|不招|不收|不接受|不考虑|(?:招聘?|聘|需|要|找)(?=\W?(?:[一1两二]对)?夫妻))\W?(?:[一1两二]对)?(?P<cue>宝妈|妈妈|家庭主妇|夫妻(?!均|也|都|皆|可|房|间|宿))"
        ),
        _BY,
    ),
    Rule(
        # A bare item of the list. In a household's own advertisement it tells of the child.
        "子女状况",
        compiled(
            LEFT_EDGE,
            r"(?:(?:孩子|小孩)(?:已经?上(?:小?学|幼儿园)|(?:大于|满)\d{1,2}周?岁|[三四五六\d]周?岁以上)|(?:育有|已有|已育)[一二两](?:胎|孩|子|个?孩子))",
            RIGHT_EDGE,
        ),
        _BY,
        (
            _SERVED,
            _BENEFIT,
            Guard(
                any_of("照[顾看]|看护|接送|辅导|保姆|育儿|家教|做饭|带娃|学员|儿童"),
                30,
                16,
                "the child cared for",
                across_commas=True,
            ),
        ),
    ),
    Rule(
        "家庭身份",
        compiled(LEFT_EDGE, r"(?:夫妻工?[一1两二]对|已经?成家)", RIGHT_EDGE),
        _BY,
        (_BENEFIT,),
    ),
    Rule(
        "恋爱状况",
        compiled(
            rf"(?:{LEFT_EDGE}|要求|必?须|最好|[女男][生性])",
            r"(?:无|没有?|暂无|没在)\s?(?P<cue>(?:男女|男|女)朋?友|(?:恋爱|结婚|交往)?对象|谈?恋爱)(?:者|的)?",
            rf"(?:{PREFER}|{RIGHT_EDGE}(?!\s?[?!]))",
        ),
        _BY,
        (
            _BENEFIT,
            _SERVED,
            Guard(
                any_of(r"分配|介绍|不怕|没关系|不要紧|公司发|帮你"),
                0,
                12,
                "a joke or a promise",
                across_commas=True,
            ),
        ),
    ),
    Rule(
        "家庭身份",
        compiled(
            r"(?:单亲(?:家庭|妈妈)?|丁克(?:家庭)?)(?:者)?\s?", rf"(?:{PREFER}|{EXCLUDE_AFTER})"
        ),
        _BY,
        (_BENEFIT, _SERVED),
    ),
)

_EXEMPTIONS: Final = (
    Exemption(
        compiled(
            r"[已未]婚[未已]?育?(?:[\s、/,和或与]{0,2}[已未]婚[未已]?育?){0,4}(?:者|人士|女性|男性|员工)?(?:[\s,]?不限(?![学专经年户地性民])|(?:均|都|皆|亦|也)?(?:不限|可|行|不拘|欢迎))"
        ),
        "said to make no difference",
    ),
    Exemption(
        compiled(
            r"(?:不限|不论|无论|不管|不分|不问)(?:是否)?[已未]?婚\w{0,5}|[已未]?婚育?(?:与否|情况)[\s,:]?(?:不限|均可|都可|皆可|不论)"
        ),
        "said to make no difference",
    ),
    Exemption(
        compiled(r"(?:已婚\s?[、/和或与]?\s?未婚|未婚\s?[、/和或与]?\s?已婚)(?![未已]?育)"),
        "either is named",
    ),
    Exemption(
        compiled(r"(?:不得|不|禁止|严禁)(?:因|以|询问|歧视|限制)[^。;\n]{0,24}"),
        "a rule against discrimination",
    ),
)

MARITAL: Final = RuleSet(
    Category.MARITAL_PARENTAL,
    any_of(
        r"婚|[已未]\s?育|孕|生育|单身|离异|哺乳|孩|宝妈|妈妈|主妇|夫妻|子女|超生|娃|[二三]\s?胎|太太|宝宝|生子|拖累|牵绊|负担|家庭|[育已][有育][一二两]|成家|家室|单亲|丁克|(?:没有?|无|没在)\s?(?:[男女]朋?友|(?:恋爱|结婚|交往)?对象|谈?恋爱)"
    ),
    _RULES,
    _EXEMPTIONS,
)
