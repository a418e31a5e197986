"""性别: conditions, preferences and quotas by sex.

The default: 男 or 女 standing as a unit (between two breaks, behind the name of a post or a
count, before the next demand) is a condition, unless its surroundings are harmless. Inside a
longer word (女装, 子女, 美女如云) it is found only when limited, preferred, excluded, counted,
given an age, or joined to the name of a post.
"""

from __future__ import annotations

from typing import Final

from .findings import Category
from .gender_harmless import HARMLESS
from .gender_words import (
    AGED,
    CALLED,
    CARED_FOR,
    CONTACT,
    CUSTOMERS,
    FIRM_PERSON,
    GOES_ON,
    JOBS,
    LODGING,
    NEXT_DEMAND,
    NO_POST,
    NOT_COMPOUND,
    NOT_GOODS,
    PERSON,
    POST_END,
    SCALE,
    SEX,
    STAFF_LIFE,
    STAFF_NOW,
)
from .rules import (
    BLANK,
    COUNT,
    EXCLUDE_AFTER,
    EXCLUDE_BEFORE,
    FULL,
    LEFT_EDGE,
    LIMIT_BEFORE,
    PREFER,
    RECRUIT,
    RIGHT_EDGE,
    WANTED,
    Guard,
    Rule,
    RuleSet,
    any_of,
    compiled,
)

_BY = "以性别为录用条件：“{text}”"

_RULES: Final = (
    Rule(
        "性别限定",
        compiled(
            LIMIT_BEFORE, r"[\s:\"“‘(\[【]{0,2}(?:\d{1,2}\s?(?:名|个|位|人)[ ,]?)?", SEX, GOES_ON
        ),
        _BY,
        (CUSTOMERS,),
    ),
    Rule(
        "性别栏",
        compiled(
            r"性\s?别(?:要求|限制|限定|限|条件|须?为|应为|是|偏好|偏|[\s:\]】)、,\"“\-_(【\[]){0,4}(?:\d名?)?",
            SEX,
        ),
        _BY,
    ),
    Rule(
        "性别优先",
        compiled(
            SEX,
            r"(?:们|者|朋友|应聘者|求职者|候选人|毕业生|应届生|大学生|考生|的?简历)?",
            r"(?:[\s,(]?(?:更|会|可|将|予以|适当|稍|略|则|享有?|有)?",
            PREFER,
            r"|(?:就|即)(?:可以?|行|好|成)(?:了|啦)?(?!\w)|[更最]?(?:合适|适[合宜])(?:(?![的\w])|(?=[哦哟呀]))|首选(?!的)|优选|\s?为主|居先|[佳优](?!\w)|[及和或与](?![^,。]{0,8}(?:产品|用品|经验|市场|客户|行业))[^,。;、\n男女]{1,8}优\s?先|(?:有|具备?|会|懂|能|形象)[^,。;、\n男女]{1,10}优\s?先)",
        ),
        "以性别为优先录用条件：“{text}”",
        (CUSTOMERS, STAFF_NOW),
    ),
    Rule(
        "性别排除",
        compiled(
            SEX, r"(?:者|们|求职者|应聘者|朋友|友|的?简历)?[\s,:(]?", rf"(?:{EXCLUDE_AFTER}|{FULL})"
        ),
        "以性别排除求职者：“{text}”",
        (CUSTOMERS,),
    ),
    Rule(
        "性别排除",
        compiled(EXCLUDE_BEFORE, BLANK, SEX, r"(?![装鞋包士]?\w{0,3}[用产商]品)"),
        "以性别排除求职者：“{text}”",
        (CUSTOMERS,),
    ),
    Rule(
        "招录指定性别",
        compiled(
            rf"(?:(?:{RECRUIT}|{WANTED})(?:\d{{1,2}}|[一二两三几数多])?[名个位]?(?:[^\W\d_男女]|、){{1,8}}的|"
            rf"(?:{RECRUIT}|{WANTED}|需要?|(?<![不没主重])要)[\s:,(]{{0,2}}(?:(?:\d{{1,2}}|[一二两三几数多]|若干)[名个位]?|个)?){NOT_COMPOUND}",
            r"(?P<cue>[男女](?:\s?性|\s?士|生|孩子|孩|同志|青年|的|工(?!程|费|委|会|部|保|装|资|作|艺))?)",
            rf"(?:(?={RIGHT_EDGE}|{COUNT}|[做看开帮带当啦哦哟呀喔哈咯]|来[做帮看当]|照[看顾])|(?<=的))",
        ),
        _BY,
        (CUSTOMERS,),
    ),
    Rule(
        "按性别定人数",
        compiled(SEX, r"[\s:,(]{0,2}(?:各)?", rf"(?:{COUNT})"),
        "按性别分定招用人数：“{text}”",
        (
            CUSTOMERS,
            STAFF_LIFE,
            LODGING,
            STAFF_NOW,
        ),
    ),
    Rule(
        "按性别定人数",
        compiled(
            rf"男(?:[性士生孩工])?(?:{JOBS})?\s?[、/,和与]?\s?女(?:[性士生孩工])?",
            rf"(?:{JOBS})?",
            r"\s?(?:比例)?(?:各|分别)\s?(?:招|需)?\s?",
            rf"(?:{COUNT}|(?:占)?一?半|\d)",
        ),
        "按性别分定招用人数：“{text}”",
        (STAFF_LIFE,),
        absolute=True,
    ),
    Rule(
        "按性别定人数",
        compiled(
            r"[一二两三四五六七八九十\d]{1,2}名?男\s?[、,和]?\s?[一二两三四五六七八九十\d]{1,2}名?女"
        ),
        "按性别分定招用人数：“{text}”",
        (STAFF_LIFE, Guard(any_of("团队|现有|目前|共有|宿舍|家里|孩子"), 10, 4, "staff as it is")),
        absolute=True,
    ),
    Rule(
        # "招聘男女比例6:4"; "公司男女比例1:1" tells of the staff as it is.
        "按性别定人数",
        compiled(
            r"(?:(?:招|录|进厂|用工)[^。;,\n]{0,4}男女比例|男女比例(?=[^。;,\n]{0,8}(?:招|录|进厂)))[为是:]?\s?\d{1,2}\s?[:比]\s?\d{1,2}"
        ),
        "按性别分定招用人数：“{text}”",
        absolute=True,
    ),
    Rule(
        # One sex is let in only along with the other: "两女带一男", "男工需搭配女工".
        "按性别搭配",
        compiled(
            r"(?:[一二两三四五\d]名?[男女][生工]?(?:带|配|搭配?)[一二两三四五\d]?名?[男女]|[男女]工(?:必?须|需要?|要)?搭配?[男女]工?)"
        ),
        "按性别搭配招用：“{text}”",
        absolute=True,
    ),
    Rule(
        "性别限定",
        compiled(
            r"(?:(?:只|仅|还|现|急|目前|暂)缺|[缺差])(?P<cue>[男女](?:工|员工|普工|作业员))",
            RIGHT_EDGE,
        ),
        _BY,
    ),
    Rule(
        "性别限定",
        compiled(
            r"[仅只]面向",
            SEX,
            rf"(?=招|应聘|求职|报[名考]|开放|应届|毕业|考生|青年|人员|公民|{RIGHT_EDGE})",
        ),
        _BY,
    ),
    Rule(
        # An age limit of one sex turns on sex.
        "按性别定年龄",
        compiled(
            SEX,
            r"(?:员工|职工)?[\s,:;(、]{0,3}(?:年\s?龄)?(?:[在为:约须需限\s]|要求|不超过?|不大于|不高于|低于|小于|[<≤]=?){0,3}",
            AGED,
        ),
        "按性别规定年龄条件：“{text}”",
        (CUSTOMERS, STAFF_LIFE, LODGING, CARED_FOR, SCALE),
    ),
    Rule(
        # The default: the trait stands alone ("1.男，", "保洁（女）", "收银员女 2名") or runs
        # straight into the next demand ("男大专以上", "女会开车").
        "性别列为要求",
        compiled(rf"(?:{LEFT_EDGE}|{POST_END})", PERSON, rf"(?:{RIGHT_EDGE}|{NEXT_DEMAND})"),
        "招用要求中单列性别：“{text}”",
        (CUSTOMERS, STAFF_LIFE, LODGING, CONTACT, CARED_FOR, SCALE),
    ),
    Rule(
        # "普工（男工）"
        "性别列为要求",
        compiled(r"(?<![检体]检)(?<!检查)(?<!宿舍)\(\s?(?P<cue>[男女]工)\s?\)"),
        "招用要求中单列性别：“{text}”",
        (CUSTOMERS, STAFF_LIFE, LODGING),
    ),
    Rule(
        # A line that opens with a short name and the trait: "护理女 30岁左右".
        "性别列为要求",
        compiled(
            rf"(?:^|\n)[ \t]*{NO_POST}[\u4e00-\u9fff]{{2,5}}(?<![的为是性和与位给])",
            PERSON,
            RIGHT_EDGE,
        ),
        "招用要求中单列性别：“{text}”",
        (CUSTOMERS, STAFF_LIFE, LODGING, CONTACT, CARED_FOR),
    ),
    Rule(
        # The same within a line, for the bare word only: "收银女，理货男".
        "性别列为要求",
        compiled(
            rf"[,;:。、]{BLANK}{NO_POST}[\u4e00-\u9fff]{{2,4}}(?<![的为是性和与不]){NOT_COMPOUND}(?P<cue>[男女])",
            RIGHT_EDGE,
        ),
        "招用要求中单列性别：“{text}”",
        (CUSTOMERS, STAFF_LIFE, LODGING, CONTACT, CARED_FOR),
    ),
    Rule(
        # "35岁以下女性", "能吃苦的男生", "本地户口女性"
        "修饰后的性别",
        compiled(
            r"(?:(?<=[1-6]\d)周?岁(?:以[上下内]|左右|之间)?(?:的)?|之间的?|学历(?:的)?|户口|户籍|[汉民]族|[未已]婚(?:[未已]育)?|单身|健康(?:的)?|端正(?:的)?|"
            r"(?:吃苦|耐劳|经验|能力|责任心|加班|夜班|出差)(?:的)?|退伍|本地|(?:成熟|稳重|沉稳|细心|开朗|活泼|大方|踏实|勤快|勤劳|老实|熟练|流利|标准|良好|认真|外向|细致|负责|[力较]强)的?|(?:年轻|成年|适龄|优秀|青年)的?|以[上下内]的?|专业|毕业)",
            PERSON,
            rf"(?:{RIGHT_EDGE}|{NEXT_DEMAND})",
        ),
        _BY,
        (CUSTOMERS, STAFF_LIFE, LODGING),
    ),
    Rule(
        "修饰后的性别",
        compiled(
            r"(?<=\d)周?岁(?:以[上下内]|左右|之间)?的?(?P<cue>[男女](?:性)?(?:员工|职工|工))",
            RIGHT_EDGE,
        ),
        _BY,
        (CUSTOMERS, STAFF_LIFE, LODGING, SCALE),
    ),
    Rule(
        # "有舞蹈基础的女生", "性格开朗的女孩子"
        "修饰后的性别",
        compiled(
            LEFT_EDGE,
            r"(?:要求|需要?|招聘?|期待|希望|想找|寻找)?(?:有|无|未|会|能|懂|形象|性格|身体|具备|具有|持|年龄|学历|气质|声音|为人|工作|做事|细心|稳重|勤快|踏实|普通话|身高|英语|专业|相貌|五官|容貌|面容)",
            rf"[^,。;\n男女]{{0,12}}的{PERSON}",
            rf"(?:{RIGHT_EDGE}|(?=请(?:投|联系|致电|速)|加入))",
        ),
        _BY,
        (CUSTOMERS, STAFF_LIFE, LODGING),
    ),
    Rule(
        # One sex is told what it must be or do: "女性必须已婚".
        "单对一性的要求",
        compiled(
            rf"{NOT_COMPOUND}(?P<cue>[男女](?:\s?性|\s?士|生|孩子|孩|同志|青年|的|工))",
            r"(?:(?:可|能)?(?:适当)?放宽|必\s?须|须|需(?:要(?=[会能有懂具身做自负持达已未\d])|(?![要求]))|务必|应(?!届|聘)|要求|要(?!求)|限|不得|不能|不超过)",
        ),
        "对单一性别另设条件：“{text}”",
        (CUSTOMERS, STAFF_LIFE, LODGING),
    ),
    Rule(
        "招指定性别岗位",
        compiled(
            rf"(?:{RECRUIT}|需要?|(?<![不没主重])要)",
            r"[^\w]{0,2}(?:(?:若干|数|多|个|兼职|全职|优秀|长期|夜班|白班|专业|\d{1,3}|[一二两三四五六七八九十])[名个位]?){0,2}[\s:]?",
            rf"{NOT_COMPOUND}(?P<cue>[男女](?:性|士|生)?(?:(?:{JOBS}){{1,2}}|{NOT_GOODS}[\u4e00-\u9fff]{{1,4}}?(?={COUNT})))",
            rf"(?={RIGHT_EDGE}|{COUNT}|精英|人才|学[徒员])",
        ),
        "岗位限定性别：“{text}”",
        (
            CUSTOMERS,
            STAFF_LIFE,
            LODGING,
            Guard(any_of("负责|管理|参与|协助|孵化"), 8, 0, "duties"),
        ),
    ),
    Rule(
        "招指定性别岗位",
        compiled(rf"{NOT_COMPOUND}(?P<cue>[男女](?:性|士|生)?(?:{JOBS}))(?:者)?\s?", PREFER),
        "岗位限定性别：“{text}”",
        (CUSTOMERS,),
    ),
    Rule(
        # A heading or list item that names the job by sex: "女文员2名", "男保安：".
        "按性别设岗",
        compiled(
            rf"(?:{LEFT_EDGE}(?<![男女][、/和])|兼职|全职|专职|高薪诚聘|急招|招聘)(?P<cue>[男女](?:性|士|生)?(?:(?:{JOBS}){{1,2}}|{NOT_GOODS}[\u4e00-\u9fff]{{2,3}}(?={COUNT})))(?<![员职]工)(?<!(?<!大)学生)",
            rf"(?=\s?(?:[:(\d]|{COUNT}|$|\n|,|;|。|底薪|月薪|年薪|保底|工资|待遇|日结|要求|须|需|限|必须|急[招聘]|招[聘募])| )",
        ),
        "岗位限定性别：“{text}”",
        (
            CUSTOMERS,
            STAFF_LIFE,
            LODGING,
            Guard(any_of("管理|培训|负责|孵化|经纪|现有|团队"), 12, 2, "duties"),
        ),
    ),
    Rule(
        # "淘宝女模特", "车间女工：": a few words before, the heading ends after.
        "按性别设岗",
        compiled(
            rf"(?:^|\n|[;。,:、]|\d[.、)])[ \t]{{0,2}}{NO_POST}[\u4e00-\u9fffa-z]{{2,6}}",
            rf"(?<![男女、和]){NOT_COMPOUND}(?P<cue>[男女](?:性|士|生)?(?:{JOBS}|工)(?![费程会委])(?<![员职]工))(?=\s?(?:[:(,\d]|{COUNT}|$|\n))",
        ),
        "岗位限定性别：“{text}”",
        (CUSTOMERS, STAFF_LIFE, LODGING),
    ),
    Rule(
        "按性别设岗",
        compiled(LEFT_EDGE, rf"(?P<cue>[男女](?:工|员工|职工))(?=\s?(?:{COUNT}|[:(]?\s?{AGED}))"),
        "岗位限定性别：“{text}”",
        (CUSTOMERS, STAFF_LIFE, LODGING),
    ),
    Rule(
        "适合某性",
        compiled(
            r"(?:适合|适宜|(?<![适不便相时合])宜|建议|推荐|欢迎)(?:广大|各位|优秀|有经验的?|有志)?的?",
            FIRM_PERSON,
            r"(?=们?(?:朋友|同胞)?们?(?:的?工作|的?岗位|来?做|干|从事|应聘|求职|报考|报名|投递|加入|加盟|前?来(?:应聘|面试|电|工作|报名))|[\s,。;!)]|$)",
        ),
        "以性别为优先录用条件：“{text}”",
        (CUSTOMERS, STAFF_LIFE, LODGING),
    ),
    Rule(
        "称谓指明性别",
        compiled(
            rf"(?:(?<![不无未])限|仅限|[只仅]招|只要|{RECRUIT}|{WANTED})[\s:]?(?:{COUNT})?(?:优秀|兼职|年轻|漂亮|保洁|清洁|打扫|食堂|做饭|煮饭|后勤|卫生|\w{{0,2}}[名个位]|[\u4e00-\u9fff]{{2,7}}的)?",
            CALLED,
            r"(?!们?如云|们?多)",
        ),
        "以性别称谓限定求职者：“{text}”",
        (CUSTOMERS,),
    ),
    Rule(
        "称谓指明性别",
        compiled(
            r"(?:适合|适宜)(?P<cue>(?:中年|农村|家庭|附近)?(?:妇女|主妇|阿姨|大姐|大妈))",
            r"(?=们?(?:的?工作|应聘|来做)|[,。;!)\n]|$)",
        ),
        "以性别称谓限定求职者：“{text}”",
    ),
    Rule(
        "称谓指明性别",
        compiled(r"岁(?:左右|以[上下内])?(?:的)?", CALLED, RIGHT_EDGE),
        "以性别称谓限定求职者：“{text}”",
        (CUSTOMERS, STAFF_LIFE),
    ),
    Rule(
        "称谓指明性别",
        compiled(
            rf"(?:(?:^|\n|\d[.、)])[ \t]*(?:招)?|{RECRUIT}(?:{COUNT})?)(?:钟点工?|月嫂|宿管|洗菜|保洁|清洁|打扫|卫生|食堂|做饭|烧饭|煮饭|洗碗|厨房|后勤|家政|保姆|住家)(?P<cue>阿姨|大姐|大妈|大嫂)",
            rf"(?={RIGHT_EDGE}|{COUNT})",
        ),
        "以性别称谓限定求职者：“{text}”",
    ),
    Rule(
        "称谓指明性别",
        compiled(CALLED, rf"(?:们|者)?\s?(?:{PREFER}|为主|勿[扰投试]|请?勿|慎投|{COUNT})"),
        "以性别称谓限定求职者：“{text}”",
        (CUSTOMERS, CONTACT),
    ),
    Rule(
        "称谓指明性别",
        compiled(
            r"(?P<cue>(?:迎宾|礼仪|咨客|前台|服务|推广|促销|商务|话务|接线|销售|导购|售楼|公关|按摩|接待|柜台|专柜|领位|收银|茶艺|酒水|啤酒|传菜|楼面|客房|引导|引位|点单|电话|车展|展会|会展)小姐)"
            rf"(?={RIGHT_EDGE}|{COUNT})"
        ),
        "以性别称谓限定求职者：“{text}”",
    ),
    Rule(
        # "小妹收银", "靓仔传菜"
        "称谓指明性别",
        compiled(
            LEFT_EDGE,
            rf"(?P<cue>(?:美女|帅哥)(?:{JOBS})(?=\s?(?:招募|招聘|{COUNT}))|"
            rf"(?:靓女|靓仔|妹子|小妹|小弟|小?姑娘|小伙子|小伙(?!伴)|阿姨|大姐|大叔)(?:{JOBS}){RIGHT_EDGE})",
        ),
        "以性别称谓限定求职者：“{text}”",
        (CUSTOMERS, CONTACT, STAFF_LIFE, STAFF_NOW),
    ),
    Rule(
        # Each sex has its own work or pay: "男的做保安，女的做保洁", "女工工资低一些".
        "按性别分工",
        compiled(
            FIRM_PERSON,
            rf"(?:(?<=的)(?![也都可不均很多少帅美漂比])|负责|[做当干]|安排)[^。;,\n男女]{{1,8}}[,;、 ]\s?{FIRM_PERSON.replace('?P<cue>', '?:')}(?:(?<=的)(?![也都可不均很多少帅美漂比])|负责|[做当干]|安排)",
        ),
        "按性别分派工作：“{text}”",
        (CUSTOMERS, STAFF_LIFE),
    ),
    Rule(
        "按性别定待遇",
        compiled(
            rf"{NOT_COMPOUND}(?P<cue>[男女](?:性|士|生|的|工))(?:的)?(?:工资|[月时日底]薪|薪资|待遇|每天|每小时|一天)(?:要|会|稍|略|相对)?[:为]?(?:低|高|少|多|\d)"
        ),
        "按性别定待遇：“{text}”",
        (CUSTOMERS, STAFF_NOW),
    ),
    Rule(
        "英文性别条件",
        any_of(
            r"\b(?:fe)?males?\s?(?:only|preferred|is preferred|candidates? only)\b",
            r"\b(?:gender|sex)\s?:\s?(?:fe)?male\b(?!\s?(?:/|or|and|&))",
            r"\b(?:wo)?men only\b",
            r"(?<!male)(?:^|[\n:,;.(])\s?(?:fe)?male(?=\s?(?:[;.)\n]|,(?!\s?(?:fe)?male)|$))",
        ),
        _BY,
    ),
)

GENDER: Final = RuleSet(
    Category.GENDER,
    any_of(
        r"[男女妇]|先生|小姐|小哥|帅[哥锅]|靓|妹|姑娘|小伙|阿姨|大[姐妈嫂叔爷]|妈妈|宝妈|主妇|汉子|爷们|male\b|\bmen\b|women"
    ),
    _RULES,
    HARMLESS,
)
