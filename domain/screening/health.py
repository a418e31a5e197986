"""残疾健康: disease, disability and bodily defects as conditions of hiring.

身体健康 alone asks nothing particular and is no finding; naming a disease or a defect is.
Posts kept open to disabled people are no finding either.
"""

from __future__ import annotations

from typing import Final

from .findings import Category
from .rules import EXCLUDE_AFTER, EXCLUDE_BEFORE, Exemption, Guard, Rule, RuleSet, any_of, compiled

_NAMED: Final = (
    r"(?:残\s?疾|伤残|残障|乙\s?肝|肝\s?炎|传\s?染(?!力)|[大小]三阳|澳抗|hbv|hiv|艾滋|梅毒|性病|肺?结核|癫痫|精神(?:疾?病|障碍|分裂)|"
    r"抑郁症?|心脏病|高血压|糖尿病|慢性病|遗传病|皮肤病|职业病|腰椎病?|腰间盘|哮喘|心血管|癌症|肿瘤|"
    r"色\s?[盲弱]|近视|口吃|结巴|聋|哑|瘸|跛|狐臭|腋臭|斜视|平足|左撇子|断指|残指|(?<=感染)新冠|(?<=感染过)新冠|新冠(?:肺炎|病毒)?(?:感染|阳性|确诊|康复)(?!病例|者?接触)|核酸[^。;,\n]{0,6}阳性|阳[过康]|患病|体弱(?:多病)?|三高|手[汗抖颤]|"
    r"(?:听力|视力|肢体|智力|精神|行动|身体)(?:功能)?(?:障碍|残缺|缺陷)|(?:生理|身体|肢体|视听|五官|面部|外形)(?:性)?(?:上的|的|有)?缺陷|"
    r"病\s?史|疾\s?[病患]|病症|隐疾|恶疾|后遗症|(?:重|大|顽|暗|急|心|旧|基础|妇科)病(?!毒|虫|假|房|例|人|区|历|案|害|床|种|理))"
)
_NO: Final = r"(?:(?:不|没)(?:得|能|可|曾)?(?:患|有|带|是)(?:有|过)?|无(?!论|需|锡|法|人|线|忧|限)(?:患有?|任何)?|没有?|未(?:曾)?(?:患|有|得|感染)(?:有|过)?)"
_MEDICAL: Final = Guard(
    any_of(
        r"患者(?!勿|请|除)|诊断|治疗|防治|研发|研究|药物|疫苗|试剂|检测试|门诊|临床|科室|预防|筛查|保险|医疗保障|抚慰|慰问|知识"
    ),
    before=12,
    after=6,
    why="medical work or insurance, not a condition",
)
# Behind a disease: a field of work or study, not the applicant's health ("非肿瘤领域").
_NO_FIELD: Final = r"(?!\s?(?:学|类|相关)?(?:行业|领域|专业|方向|[学内外]科|相关|背景|药|产品|人?就业|项目|模型|接触|危害|风险|岗位))"
_INCLUSIVE: Final = any_of("可接收|可接受|接收|欢迎|优先|安置|招收|专岗|均可|也可|亦可")
_BY = "以健康状况或残疾为录用条件：“{text}”"

_RULES: Final = (
    Rule(
        "无指明疾病",
        compiled(
            rf"(?:{_NO}(?:(?!可|做|需|会|要|经验)[^。;,:\n]){{0,24}}?|非)(?P<cue>{_NAMED})",
            r"(?:性|携带者?|患者|病?史|疾病|病|症|者|及|、)*+",
            _NO_FIELD,
        ),
        _BY,
        (
            _MEDICAL,
            Guard(any_of("(?<!不)(?:接收|欢迎|安置)"), 10, 0, "a post open to disabled people"),
        ),
    ),
    Rule(
        # Any disease at all, straight after the denial: 无颈椎病, 没有鼻炎.
        "无指明疾病",
        compiled(
            rf"{_NO}(?:任何|明显|严重|重大|其他)?(?P<cue>[\u4e00-\u9fff]{{1,4}}(?<![毛通弊诟语])[病炎])",
            r"(?![毒虫假房例人区历案害床种理变])",
            _NO_FIELD,
        ),
        _BY,
        (_MEDICAL,),
    ),
    Rule(
        # Lists: "无高血压、心脏病" is met above; here "近视、色盲者勿扰".
        "排除病患",
        compiled(
            rf"(?P<cue>{_NAMED})",
            r"(?:阳?性|病毒|携带者?|患者|患病|疾病|病史|病|症|者|人士|人员|人|员工|及|等|和|的|眼|[、,/]|[、及和或][\u4e00-\u9fff]{1,5}[病症炎])*\s?",
            EXCLUDE_AFTER,
        ),
        "以健康状况或残疾排除求职者：“{text}”",
        (Guard(any_of("影响|妨碍"), 0, 0, ""),),
    ),
    Rule(
        "排除病患",
        compiled(EXCLUDE_BEFORE, r"(?:有|患有?|带)?", rf"(?P<cue>{_NAMED})"),
        "以健康状况或残疾排除求职者：“{text}”",
        (_MEDICAL,),
    ),
    Rule(
        # "视力不好的不要", "腿脚不便者勿扰"
        "排除病患",
        compiled(
            r"(?P<cue>(?:身体|视力|听力|智力|眼[睛神]|耳朵|腿脚|腰腿?|心脏|血压|记性|手脚|口齿|行动)(?:状况)?(?:有问题|有毛病|不太?好|不便|不灵[便活]?|不清|不佳|较?差))(?:的|者|人员|人)*[\s,]?",
            EXCLUDE_AFTER,
        ),
        "以健康状况或残疾排除求职者：“{text}”",
    ),
    Rule(
        "无缺陷",
        compiled(
            r"(?:身体|健康)(?:无|没有)(?:任何)?(?:大|重)?病(?![毒虫假])|(?:身体|生理|肢体|五官|智力|四肢|听力|视力|手指|手脚|双手)[^。;,\n]{0,4}(?:无|没有)(?:任何|明显|严重)?(?P<cue>缺陷|残缺|缺损|障碍|畸形|隐疾)"
        ),
        _BY,
    ),
    Rule(
        "肢体健全",
        compiled(
            r"(?:四肢|肢体|身体(?:各部位|机能)?|手脚|手足|双手|五肢|(?:十|手)指)(?:均|都|功能)?(?:健全|齐全|完好|完整|灵活健全)"
        ),
        _BY,
    ),
    Rule(
        "乙肝检查",
        compiled(
            r"(?:体检|检查|化验|查|提供)[^。;\n]{0,10}(?P<cue>乙\s?肝(?:五项|两对半)?|两对半|乙肝表面抗原)|乙肝(?:五项|两对半|表面抗原)?(?:检查|化验|阴性)|两对半(?:检查|合格|阴性|正常|化验)"
        ),
        "将乙肝检测作为录用条件：“{text}”",
        (
            Guard(any_of("疫苗|福利|试剂|研发|药"), 8, 6, "medical goods"),
            Guard(any_of("不含|不查|不检|不做|不包括|不需|无需|不要求|免"), 4, 0, "not asked for"),
        ),
    ),
)

_EXEMPTIONS: Final = (
    Exemption(compiled(r"职业(?:病)?禁忌"), "named by the law on occupational disease"),
    Exemption(
        compiled(
            r"残疾(?:人|证|军人)?(?:人士|者|员工)?[^。;\n,]{0,8}(?:优\s?先|均可|也可|亦可|可报|专岗|欢迎)"
        ),
        "in favour of disabled people",
    ),
    Exemption(
        compiled(r"(?<!不)(?:接收|欢迎|招收|安置)非?[^。;,\n]{0,6}(?:聋|哑|残)\w{0,8}"),
        "a post open to disabled people",
    ),
    Exemption(
        compiled(
            r"(?:不考虑|不因|不得因|不以|不分|不论|无论|不歧视)[^。;\n]{0,60}(?:残疾|疾病|健康)"
        ),
        "equal opportunity statement",
    ),
    Exemption(
        compiled(r"(?:防|治|抗|重大|补充|大病)[^。;,\n]{0,3}(?:疾病|大病)(?:保险|险|医疗|保障)"),
        "insurance",
    ),
)

HEALTH: Final = RuleSet(
    Category.DISABILITY_HEALTH,
    any_of(
        r"残|五肢|乙\s?肝|肝\s?炎|传\s?染|三阳|澳抗|病|疾|色\s?[盲弱]|近视|口吃|结巴|聋|哑|臭|障碍|缺陷|四肢|肢体|手脚|手足|[十手断残]指|各部位|新冠|核酸|阳[过康]|体弱|两对半|hiv|hbv|艾滋|癫痫|梅毒|结核|高血压|抑郁|后遗症|斜视|双手|左撇|腰|哮喘|癌|瘤|瘸|跛|精神分裂|平足|三高|手[汗抖颤]|身体健全|不太?[好便灵佳清]|有问题|有毛病|差[的者勿]|炎|缺损|畸形|残缺"
    ),
    _RULES,
    _EXEMPTIONS,
)
