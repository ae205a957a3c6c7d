"""Addresses, what is listed to a reader, and pseudonyms."""

import pytest

from operators.personal import mask, personal_data, pseudonym


@pytest.mark.parametrize(
    ("text", "masked"),
    [
        ("家住人民路12号3栋2单元501室", "家住人民路**号*栋*单元***室"),
        ("幸福小区3号楼1204室", "幸福小区*号楼****室"),
        ("丰田街８号院２单元", "丰田街*号院*单元"),
        ("人民路12号支行", "人民路12号支行"),
        ("地铁2号线3号口", "地铁2号线3号口"),
        ("3室2厅的房子", "3室2厅的房子"),
        ("会议室在5楼", "会议室在5楼"),
        ("第3单元测试", "第3单元测试"),
    ],
)
def test_addresses_that_lead_to_a_door(text: str, masked: str) -> None:
    """Numbers down to a door are hidden; streets, metro lines and flats' sizes stay."""
    assert mask(text) == masked


@pytest.mark.parametrize(
    "text",
    [
        "订单号13812345678901234",
        "单号：6222021234567890128",
        "流水号 4111111111111111",
        "客服热线95588，投诉12378",
        "股票600001，2026-11-22，成交12345678手",
        "金额13812345678.00元",
        "QQ群123456789",
        "400-820-8820",
    ],
)
def test_numbers_that_only_look_personal(text: str) -> None:
    """Orders, hotlines, dates, amounts and stock codes are nobody's data."""
    assert mask(text) == text
    assert personal_data(text) == ()


def test_what_is_personal_is_listed_masked() -> None:
    """Each kind is named, in its masked form only."""
    text = "打13812345678或a.b@example.com，身份证11010519491231002X，卡4111111111111111"
    assert [tuple(one) for one in personal_data(text)] == [
        ("电子邮箱", "a****@example.com"),
        ("身份证号", "110***********002X"),
        ("银行卡号", "4111********1111"),
        ("手机号", "138****5678"),
    ]


def test_pseudonyms_depend_on_the_key() -> None:
    """One author keeps one stand-in under a key; another key gives another; nobody stays nobody."""
    one, same, other = (pseudonym("u1", key) for key in (b"k" * 16, b"k" * 16, b"x" * 16))
    assert one == same != other
    assert "u1" not in one
    assert pseudonym("", b"k" * 16) == ""
