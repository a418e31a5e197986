"""户籍地域: household registration and origin.

A condition of residence (家住附近, 常住上海) is allowed; a condition of household
registration (户口, 户籍) or of origin (某地人) is not. Help with obtaining a 户口 is a benefit.
"""

from __future__ import annotations

from typing import Final

from .findings import Category
from .rules import (
    EXCLUDE_AFTER,
    EXCLUDE_BEFORE,
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

_PLACE: Final = (
    r"(?:北京|天津|上海|重庆|河北|山西|辽宁|吉林|黑龙江|江苏|浙江|安徽|福建|江西|山东|河南|湖北|湖南|广东|海南|四川|贵州|云南|"
    r"陕西|甘肃|青海|台湾|内蒙古?|广西|西藏|宁夏|新疆|香港|澳门|港澳台?|东北三?省?|东三省|[南北]方|客家|西北|华北|华东|华南|江浙沪?|两[广湖]|云贵川?|川渝|潮汕|闽南|"
    r"深圳|广州|杭州|南京|苏州|无锡|常州|宁波|温州|合肥|芜湖|武汉|长沙|成都|西安|郑州|济南|青岛|大连|沈阳|长春|哈尔滨|"
    r"福州|厦门|泉州|莆田|南昌|南宁|昆明|贵阳|海口|太原|石家庄|兰州|银川|西宁|拉萨|乌鲁木齐|呼和浩特|佛山|东莞|惠州|珠海|"
    r"中山|昆山|嘉兴|绍兴|金华|台州|无为|蚌埠|阜阳|凉山|六安|安庆|马鞍山|徐州|扬州|南通|烟台|潍坊|洛阳|周口|驻马店|信阳|绵阳)"
)
_PROVINCE: Final = (
    r"(?:河北|山西|辽宁|吉林|黑龙江|江苏|浙江|安徽|福建|江西|山东|河南|湖北|湖南|广东|海南|四川|贵州|云南|陕西|甘肃|"
    r"青海|内蒙古?|广西|西藏|宁夏|新疆|东北|凉山|两[广湖]|云贵川?|川渝)"
)
_NEAR: Final = r"(?:本地|本市|本省|本区|本县|本镇|本村|本乡|当地|在地|外地|外省市?|外来|外市|省外|省内|市内|异地|非本地|市区|城区|周边|就近)"
_REGION: Final = r"[皖苏豫鲁鄂湘赣冀晋川浙闽粤][东南西北中]"
_PROV_CHAR: Final = r"[京沪津渝冀豫鲁晋辽吉黑苏浙皖闽赣鄂湘粤琼川蜀黔滇陕甘深穗杭甬]"
_AREA: Final = rf"(?:{_PLACE}[省市]?(?:{_NEAR})?|{_REGION}|{_NEAR}|(?:{_PLACE}|[\u4e00-\u9fff]{{2}})[省市县区镇乡村](?:{_NEAR})?)"
_LOCAL: Final = rf"(?:(?:{_PLACE}[省市]?)?(?:本[地省市区县镇村乡]|当地|外地|外省市?))"
_HUKOU: Final = r"(?:户\s?口|户\s?籍)(?!本|簿|页|卡|所在|类型|登记|管理|制度|业务|证明|复印|迁|申报|办理|信息|问题|挂|指标|落|调动|政策|补贴|随)"

_OBTAIN: Final = Guard(
    any_of(
        r"解决|提供|办理?|落户|申[办报请]|获得|获取|入户|转入?|迁入?|挂靠|补[贴助]|指标|名额|机会|可能|协助|积分|政策|"
        r"给予|帮助|引进|落|可接[收受]|享受|福利|代办|奖励|拿到|取得|不用|无需|不需要?|不要求|不看|拿到?"
    ),
    before=12,
    after=8,
    why="help with a 户口, or none asked",
)
_FORM: Final = Guard(
    any_of(r"注明|写明|填写|简历|内容包含|包括但不限|请附|表格|登记表|复印件|身份证|证件"),
    before=24,
    after=8,
    why="a particular asked in the application, not a condition",
)
_LIVES: Final = Guard(
    any_of(r"客户|资源|市场|媒体|渠道|美食|生活(?!在)|企业|商家|口味|居民|用户|社区"),
    before=8,
    after=0,
    why="speaks of the place, not of the applicant",
)
_BY_HUKOU = "以户籍或地域为录用条件：“{text}”"
_OUT = "以户籍或地域排除求职者：“{text}”"

_HUKOU_RULES: Final = (
    Rule(
        # A 户口 of some kind or place: 北京户口, 外省市户籍, 非农户口, 吴江本地户口.
        "指定户籍",
        compiled(
            rf"(?P<cue>(?:非)?(?:{_AREA}|{_PROV_CHAR}|城[镇市乡]|农村|农业|非农业?|居民|常住|省|市|县|区)",
            rf"(?:的|居民|常住|城镇|农村|农业)?{_HUKOU})(?:者|人员|人士|居民|的)?\s?{PREFER}?",
        ),
        _BY_HUKOU,
        (_OBTAIN, _FORM),
    ),
    Rule(
        "户籍优先",
        compiled(
            rf"(?P<cue>[\u4e00-\u9fff]{{0,4}}{_HUKOU})(?:者|人员|人士|居民|的|为?本地)?[\s,(]?(?:者)?{PREFER}"
        ),
        _BY_HUKOU,
        (_FORM,),
    ),
    Rule(
        "户籍限定",
        compiled(
            r"(?:(?<![不无未])限(?:于|定)?|仅限|[只仅]招|只要|须(?:有|具有|持|为|是)?|需(?:有|具有|持|为|是)|要求(?:有|具有|为|是)?|"
            r"必须(?:有|是|为)|具有|具备|持有?|拥有|有)",
            rf"(?P<cue>(?:(?!解决|办|提供|机会|落户|积分|获|申)[\u4e00-\u9fff]){{2,6}}{_HUKOU})",
        ),
        _BY_HUKOU,
        (_OBTAIN, _FORM),
    ),
    Rule(
        "户籍栏",
        compiled(
            r"(?P<cue>户\s?[口籍](?:所在地|地|性质|类[型别])?|籍\s?贯|生源地?)(?:要求|限制|限定|限|须?为|必?须|应为|需|是|最好(?:是|为)?|不?在|属于?|[\s:\]】)、\"]){1,3}",
            rf"非?(?:{_AREA}|{_PROV_CHAR}[市户籍]|城镇|农村|农业|非农|居民)",
        ),
        _BY_HUKOU,
        (_FORM,),
    ),
    Rule("户籍栏", compiled(rf"(?P<cue>籍\s?贯{_AREA})"), _BY_HUKOU, (_FORM,)),
    Rule(
        "某户某籍",
        compiled(
            rf"(?<![入转办迁落])(?P<cue>(?:非)?(?:{_PROV_CHAR}|本[市地省县区镇村]|外[地省市县]|{_PLACE})(?:[户籍](?!型|外|均|贯|口|籍|地|\w?用)|籍贯))",
            rf"(?:人|者|人士|人员|员工|学生|生源|考生|(?:应届)?(?:本科|大学|高校)?毕业生|应届生|{POST}(?=\s?(?:{PREFER}|{EXCLUDE_AFTER})))?(?:{PREFER}|{EXCLUDE_AFTER}|{RIGHT_EDGE})",
        ),
        _BY_HUKOU,
        (_OBTAIN, _FORM),
    ),
    Rule(
        "本地人",
        compiled(
            rf"(?:{LIMIT_BEFORE}|{WANTED}|[只仅]招|招聘?|(?<![不主重需])要|{LEFT_EDGE})\s?",
            rf"(?P<cue>非?(?:(?!了解|服务|面向|熟悉|包括|或|和|在|找|与)[\u4e00-\u9fff]{{0,3}}本地|{_AREA})人(?!员|才|力|群|民|文|事|气|均|数|流|工|口|格|大|社|寿|保|脉|际|行|体|类|生|家|[都常们很喜爱])(?:士|选)?)",
            rf"(?=\s?{PREFER}|{EXCLUDE_AFTER}|{RIGHT_EDGE}|[或及和][^。;,\n]{{0,12}}(?:优\s?先|住|房))(?:{PREFER})?",
        ),
        _BY_HUKOU,
        (_FORM, _LIVES),
    ),
    Rule(
        "某地人优先",
        compiled(
            rf"(?P<cue>(?:(?:{_AREA}|[省市区县]内)(?:的)?(?:本地)?(?:人士?|户|籍|生源|土著|居民|市民|村民|老乡)|{_LOCAL}(?:的)?",
            rf"(?:人员|员工|求职者|应聘者|候选人|毕业生|同学|者|务工人员|[男女](?:性|士|生|孩子?)?|阿姨|大姐|小?姑娘|妹子|小伙子?|师傅))(?:的|者)?)\s?(?:{PREFER})",
        ),
        "以户籍或地域为优先录用条件：“{text}”",
        (_FORM, Guard(any_of(r"[去到在往赴驻]$"), 2, 0, "where the work is done")),
    ),
    Rule(
        # "本地优先" asks for locals; a bare place name ("上海优先") is where to work or live.
        "本地优先",
        compiled(rf"(?P<cue>{_LOCAL}(?:的|者)?)\s?(?:{PREFER})"),
        "以户籍或地域为优先录用条件：“{text}”",
        (
            _FORM,
            Guard(
                any_of(
                    r"居住|住在|住|常驻|[去到往赴]|(?<!老)家在|现居|工作|[有熟在]|会|懂|讲|说|来自|经验|base"
                ),
                4,
                0,
                "residence or skill",
            ),
        ),
    ),
    Rule(
        "老家",
        compiled(rf"(?P<cue>老家[^。;,\n]{{0,8}}?)(?:者|的)?(?:{PREFER}|{EXCLUDE_AFTER})"),
        _BY_HUKOU,
    ),
    Rule(
        # "海门户口": a place the list of places does not know, alone in its clause.
        "某地户口",
        compiled(
            LEFT_EDGE,
            r"(?P<cue>(?!办理|解决|迁|申|落|转|提供|集体|无|不|有|可|调|帮|协|代|员工|档案|公司|个人|学生|人事|身份|社保|职工|挂|关于|[及和等给入查改])",
            rf"[\u4e00-\u9fff]{{2,3}}{_HUKOU})",
            RIGHT_EDGE,
        ),
        _BY_HUKOU,
        (_OBTAIN, _FORM),
    ),
    Rule(
        "生源",
        compiled(
            LEFT_EDGE,
            rf"(?P<cue>(?:{_AREA}|{_PROV_CHAR}籍)生源)",
            rf"(?={RIGHT_EDGE}|的|应届|毕业|高校|大学|本科|考生|学生)",
        ),
        _BY_HUKOU,
        (_FORM,),
    ),
    Rule(
        "排除某地人",
        compiled(
            rf"(?P<cue>(?:非)?(?:{_AREA}|{_PLACE}[^\W\d_a-z的工在]{{2,3}}(?=[人籍]))(?:[、和及或,/]\s?(?:{_PLACE}))*(?:籍)?(?:省|市)?(?:等地)?(?:的)?(?:人士?|人员|务工人员|户口|户籍|籍贯|籍|者|求职者|应聘者|朋友)?)",
            rf"[\s,(]?(?:{EXCLUDE_AFTER})",
        ),
        _OUT,
        (
            Guard(
                any_of(r"出差|工作|驻|客户|接受|出|旅|[在来去到]$"),
                3,
                3,
                "travel, residence or place of work",
            ),
        ),
    ),
    Rule(
        "排除某地人",
        compiled(
            EXCLUDE_BEFORE,
            rf"(?P<cue>(?:{_AREA})(?:[、和及或,/]\s?(?:{_PLACE}))*(?:籍)?(?:省|市)?(?:等地)?(?:的)?(?:人(?!才)(?:士|员)?|户口|户籍|籍|求职者|应聘者|的))",
        ),
        _OUT,
    ),
    Rule(
        "限某地人",
        compiled(
            rf"(?:(?<![不无未])限|仅限|[只仅](?:限|招收?|收|要|考虑|接[受收]))(?P<cue>{_LOCAL}(?:的)?)",
            RIGHT_EDGE,
        ),
        _BY_HUKOU,
        (
            _FORM,
            Guard(any_of(r"出差|配送|送货|服务|活动|办公|业务"), 8, 4, "where the work is done"),
        ),
    ),
    Rule(
        "排除某地人", compiled(EXCLUDE_BEFORE, r"(?P<cue>外(?:地|省市?)(?:的)?)", RIGHT_EDGE), _OUT
    ),
    Rule(
        "户籍栏",
        compiled(rf"(?P<cue>户\s?[口籍]{_AREA})(?![及周])(?:{PREFER}|{RIGHT_EDGE})"),
        _BY_HUKOU,
        (_FORM, _OBTAIN),
    ),
    Rule(
        "限某地人",
        compiled(
            r"(?:(?<![不无未])限(?:于|定)?|仅限|[只仅](?:限|招收?|收|要|考虑|接受)|非)(?:招)?\s?",
            rf"(?P<cue>(?:{_AREA})(?:户|籍|人员|人士|居民|村民|求职者|应聘者|候选人|生源|考生|毕业生|本地))",
        ),
        _BY_HUKOU,
        (_FORM,),
    ),
    Rule(
        # "招本地人看店"
        "本地人",
        compiled(
            rf"(?:{RECRUIT}|{WANTED}|(?<![不主重需])要)(?P<cue>(?:本[地市省县区镇村]|当地|外地|{_PROVINCE})人)(?=[看做干当帮开守])"
        ),
        _BY_HUKOU,
        (_FORM,),
    ),
    Rule(
        # "要本地的"
        "限某地人",
        compiled(
            rf"(?:{RECRUIT}|{WANTED}|(?<![不主重需])要|{LIMIT_BEFORE})(?P<cue>{_LOCAL}的)",
            RIGHT_EDGE,
        ),
        _BY_HUKOU,
        (_FORM,),
    ),
    Rule(
        # "河南的、山东的优先": where one comes from, said of provinces; a town's name would be
        # where one lives or works.
        "某地人优先",
        compiled(
            LEFT_EDGE,
            rf"(?P<cue>{_PROVINCE}[省人]?的?(?:[、和及或,/]\s?{_PROVINCE}[省人]?的?)*(?<=[的人]))\s?(?:{PREFER})",
        ),
        "以户籍或地域为优先录用条件：“{text}”",
        (_FORM,),
    ),
    Rule("同乡", compiled(r"(?P<cue>(?:老乡|同乡)(?:者)?)", PREFER), _BY_HUKOU),
    Rule(
        "本地担保",
        compiled(
            rf"(?P<cue>(?:{_AREA})(?:户口|户籍|人|人员|居民))(?:的)?(?:亲属|亲戚|亲友|朋友|家属|人员|人|居民|担保人)?(?:提供|出具|作|做|进行)?担保"
        ),
        "以户籍担保为录用条件：“{text}”",
    ),
)

_HUKOU_EXEMPTIONS: Final = (
    Exemption(
        compiled(
            r"(?:户口|户籍|籍贯|地域|生源地?|本地人?|外地人?|[本外]地户[口籍])(?![在为]本[^。;\n,: 外]{1,8}可报)(?:(?!优)[^。;\n,: ]){0,8}(?:[\s:(]?(?:均|都|皆|亦|同样)?(?<!不)(?:可|行)(?!以?(?:提供|解决|办|落|迁|协))|[\s,:(]?(?:均|都|皆|亦|同样)?不限)|(?:户口|户籍|籍贯|地域|生源地?|本地人?|外地人?)(?:(?!优)[^。;\n,: ]){0,8}[\s:(]?(?:不拘|无限制|不作?(?:要求|限制)|无要求|"
            r"没要求|没有要求|不是问题|无关|不做要求)"
        ),
        "said to make no difference",
    ),
    Exemption(
        compiled(
            r"(?:不限|不论|无论|不分|不问|不看|不考虑|不因|不拘|没有?|无(?!锡|为[市县户]))[^。;\n, ]{0,10}(?:户口|户籍|籍贯|地域|本地|外地|限制)\w{0,3}"
        ),
        "said to make no difference",
    ),
    Exemption(
        compiled(
            r"[\u4e00-\u9fff]{2,4}[户口籍]{1,2}\s?[/、或和与]\s?(?:非[\u4e00-\u9fff]{0,4}|外[地埠省])[户口籍]{1,2}(?:人员)?(?:均|都|皆)?[可要行]"
        ),
        "said to make no difference",
    ),
    Exemption(compiled(r"(?:户口|户籍)(?:可|能)(?:迁|落|转|挂|解决)"), "help with a 户口"),
    Exemption(
        # A place in a list of benefits: "六险二金，北京户口，免费三餐", "北京户口+餐补".
        compiled(
            r"(?:[五六七八]险[一二两]金|年金|餐补|房补|公积金)[+、,;]\s?[\u4e00-\u9fff]{2,3}户[口籍](?=[+、,;。]|$)|"
            r"[\u4e00-\u9fff]{2,3}户[口籍]\s?\+|\+\s?[\u4e00-\u9fff]{2,3}户[口籍]"
        ),
        "a benefit among others",
    ),
    Exemption(
        compiled(
            r"(?:缴纳|按照?)[^。;,\n]{0,8}(?:户口|户籍)|[\u4e00-\u9fff]{0,4}(?:户口|户籍)(?:员工|职工|人员)?(?:标准|五险|社保|参保|缴|购买)"
        ),
        "a scale of social insurance",
    ),
    Exemption(compiled(r"[帐账客用窗门住租]户口|户口头"), "another word"),
    Exemption(compiled(r"[国书学党军古典外史经秘]籍"), "another word"),
    Exemption(
        compiled(r"本地人?(?:生活|文化|市场|客户|资源|化|存储|服务|部署|经济|美食)"),
        "about the place",
    ),
    Exemption(
        compiled(
            r"(?:常住|居住|家住|住在|现居|常驻|居于|住)[^。;,\n户]{0,10}(?:者|的|人员|附近|周边)?(?=\s?优\s?先)"
        ),
        "residence, which may be asked",
    ),
)

HUKOU: Final = RuleSet(
    Category.HUKOU_ORIGIN,
    any_of(
        r"户\s?[口籍]|籍|本[地市省区县镇村乡]|当地|外[地省来市]|异地|在地|省[内外]|市[内区]|城区|[京沪津渝深穗粤浙苏杭]户|老乡|同乡|土著|生源|周边|就近",
        rf"{_PLACE}[^。;\n]{{0,14}}(?:人|优\s?先|勿|除外|免|谢绝|户|不[要招收考录予]|暂)",
        rf"{EXCLUDE_BEFORE}{_PLACE}",
        rf"{_REGION}[人户籍]",
    ),
    _HUKOU_RULES,
    _HUKOU_EXEMPTIONS,
)
