"""年龄: age limits and calls for the young, shown as concerns.

The legal minimum (16 or 18) is no finding, nor is an age of pupils or customers.
"""

from __future__ import annotations

from typing import Final

from .findings import Category
from .rules import (
    EXCLUDE_AFTER,
    LEFT_EDGE,
    PREFER,
    Exemption,
    Guard,
    Rule,
    RuleSet,
    any_of,
    compiled,
)

_N: Final = r"(?<!\d)(?:1[6-9]|[2-6]\d|二十[一二三四五六七八九]?|三十[一二三四五六七八九]?|四十[一二三四五六七八九]?|五十[一二三四五六七八九]?|六十)(?!\d)"
_Y: Final = r"\s?(?:周?岁)"
_TO: Final = r"\s{0,2}(?:[-~至到、]{1,3}|以上[,到至]?)\s{0,2}"
_SERVED: Final = Guard(
    any_of(
        r"儿童|孩子|学员|宝宝|少儿|青少年|用户|客户|人群|退休(?:年龄)?$|客群|消费|公司|品牌|企业|成立|驾龄|教龄|工龄|司龄"
    ),
    before=8,
    after=5,
    why="the age of others than the applicant",
)
_OPEN: Final = Guard(any_of(r"都可|均可|不限|也可|亦可"), before=0, after=5, why="said to be open")
_BY = "以年龄为招用条件，请核对是否必要：“{text}”"

AGE: Final = RuleSet(
    Category.AGE,
    any_of(r"出生|岁|年\s?龄|[5-9][05]\s?后|0[05]\s?后|青年|年轻"),
    (
        Rule(
            "年龄区间",
            compiled(
                rf"(?:年\s?龄[^。;\n\d]{{0,8}})?{_N}(?:{_Y})?{_TO}(?:年龄)?{_N}{_Y}(?:之间|左右)?"
            ),
            _BY,
            (_SERVED,),
        ),
        Rule(
            "年龄区间",
            compiled(rf"年\s?龄[^。;\n\d]{{0,8}}{_N}(?:{_Y})?{_TO}{_N}(?:{_Y})?"),
            _BY,
            (_SERVED,),
        ),
        Rule(
            "年龄上下限",
            compiled(
                rf"(?:年\s?龄[^。;\n\d]{{0,8}})?{_N}{_Y}(?:[(]?含[)]?|及|\(含\d+周?岁\)|\s)*(?:以\s?[下内]|之?内|左右|上下|为宜|封顶)(?:[(]含[)])?"
                rf"|(?:不(?:得|能|可)?超过?|不大于|不高于|小于|低于|最大|至多|<=?|≤)\s?{_N}{_Y}?(?=\D|$)(?<=岁)"
            ),
            _BY,
            (_SERVED, _OPEN),
        ),
        Rule(
            "年龄上下限",
            compiled(
                rf"(?:年\s?龄)[^。;\n\d]{{0,8}}{_N}(?:{_Y})?(?:[(]?含[)]?|及)*(?:以\s?[下内]|之?内|左右)?"
            ),
            _BY,
            (_SERVED, _OPEN),
        ),
        Rule(
            "年龄下限",
            compiled(
                rf"(?:年\s?龄[^。;\n\d]{{0,8}}|年满)?{_N}[ ,]?{_Y}(?:[(]?含[)]?|及)*(?:以\s?上)"
            ),
            _BY,
            (_SERVED, _OPEN),
        ),
        Rule(
            "出生年份",
            compiled(
                r"(?:19|20)\d\d年(?:\d{1,2}月)?(?:\d{1,2}日)?(?:及)?(?:[以之]?[后前])(?:含)?出生"
            ),
            _BY,
        ),
        Rule(
            "年代人",
            compiled(rf"(?:[5-9][05]|0[05])\s?后(?:的|者)?\s?(?:{PREFER}|{EXCLUDE_AFTER})"),
            _BY,
        ),
        Rule(
            "年龄倾向",
            compiled(
                rf"(?:年轻(?:人|者|化|女性|男性)?|(?:中)?青年)(?:人|者|的)?\s?{PREFER}|{LEFT_EDGE}年轻(?:人)?(?=[,;。、]|$)"
            ),
            _BY,
        ),
        Rule(
            "年龄倾向",
            compiled(
                r"有志(?:的)?(?:男女)?青年|(?:限|招收?|招聘|诚聘)(?:优秀)?(?:青年(?!旅|志|报|团|路|教|公|文|科|人才|才|创)|年轻人)"
            ),
            _BY,
        ),
    ),
    (
        Exemption(
            compiled(
                r"(?:年龄|年)?(?:须|需|应)?满?(?:1[68]|十[六八])\s?周?岁(?:[(]?含[)]?|及)*(?:以上)?(?![-~至到、]|\s?[-~])|年龄[^\d。;\n]{0,4}(?:1[68])(?:周?岁)?(?:[(]含[)])?以上"
            ),
            "the legal minimum",
        ),
        Exemption(
            compiled(r"年龄[\s:]?(?:不限|不是问题|无要求|无限制)|不限年龄"),
            "said to make no difference",
        ),
    ),
)
