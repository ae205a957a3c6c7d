"""Masking: what is personal goes, what only looks like it stays."""

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from operators.personal import mask


@pytest.mark.parametrize(
    ("text", "masked"),
    [
        ("13812345678", "138****5678"),
        ("电话13812345678联系", "电话138****5678联系"),
        ("打 138 1234 5678 找我", "打 138****5678 找我"),
        ("138-1234-5678", "138****5678"),
        ("138－1234－5678", "138****5678"),
        ("138.1234.5678", "138****5678"),
        ("138-123-45678", "138****5678"),
        ("1381-234-5678", "138****5678"),
        ("138 12345678", "138****5678"),
        ("+8613812345678", "+86138****5678"),
        ("+86 138 1234 5678", "+86 138****5678"),
        ("008613812345678", "0086138****5678"),
        ("86-19912345678", "86-199****5678"),
        ("013812345678", "0138****5678"),
        ("１３８１２３４５６７８", "138****5678"),
        ("1３8１2３4５6７8", "138****5678"),
        ("**13812345678**", "**138****5678**"),
        ("wx13812345678abc", "wx138****5678abc"),
        ("13812345678，15987654321", "138****5678，159****4321"),
        ("2026-11-21 13812345678", "2026-11-21 138****5678"),
    ],
)
def test_mobile_numbers_are_masked(text: str, masked: str) -> None:
    """Mobile numbers keep three digits in front and four behind, however they are grouped."""
    assert mask(text) == masked


@pytest.mark.parametrize(
    ("text", "masked"),
    [
        ("身份证11010519491231002X", "身份证110***********002X"),
        ("11010519491231002x", "110***********002X"),
        ("440524180001010018 ", "440524180001010018 "),  # nobody alive
        ("110105 19491231 002X", "110***********002X"),
        ("１１０１０５１９４９１２３１００２Ｘ", "110***********002X"),
        ("110105194912310021", "110105194912310021"),  # the check digit does not hold
        ("110105199002300013", "110105199002300013"),  # no such day
    ],
)
def test_identity_cards_are_masked(text: str, masked: str) -> None:
    """An identity card is told by its check digit and a day of birth."""
    assert mask(text) == masked


@pytest.mark.parametrize(
    ("text", "masked"),
    [
        ("卡号6222021234567890128", "卡号6222***********0128"),
        ("6222 0212 3456 7890 128", "6222***********0128"),
        ("4111111111111111", "4111********1111"),
        ("4111-1111-1111-1111", "4111********1111"),
        ("卡号=4111111111111111", "卡号=4111********1111"),
        ("622202 1234567890128", "6222***********0128"),
        ("4111111111111112", "4111111111111112"),  # the Luhn check does not hold
    ],
)
def test_bank_cards_are_masked(text: str, masked: str) -> None:
    """A bank card is told by its issuer and the Luhn check."""
    assert mask(text) == masked


@pytest.mark.parametrize(
    ("text", "masked"),
    [
        ("zhang.san@example.com", "z****@example.com"),
        ("邮箱a_b+c@mail.example.com.cn。", "邮箱a****@mail.example.com.cn。"),
        ("加我123456789@qq.com", "加我1****@qq.com"),
    ],
)
def test_mail_addresses_are_masked(text: str, masked: str) -> None:
    """A mail address keeps its first character and its domain."""
    assert mask(text) == masked


@pytest.mark.parametrize(
    "text",
    [
        "客服95001、10086、400-820-8820、021-58881234都打不通",
        "股票600036和000001今天跌停",
        "2026-11-21 20:15:03 到账，2026年11月21日 09:30",
        "时间戳1795263303000",
        "亏了123456789元，罚款¥13812345678，共13812345678元",
        "营收13812345678.50万元",
        "订单号20261121123456789012",
        "订单号：4111111111111111",
        "快递单号 4111 1111 1111 1111",
        "流水号2026112100000013812345678",
        "http://weibo.com/detail/4111111111111111",
        "https://weibo.com/detail?id=4111111111111111",
        "@星河银行 @海川证券.客服 出来说话",
        "圆周率3.14159265358979",
        "1351234.5678",
        "12813812345678",
        "1381234567",
        "138****5678",
        "a@b",
        "",
    ],
)
def test_other_numbers_stay(text: str) -> None:
    """Hotlines, stock codes, dates, amounts, order numbers and links are left as they are."""
    assert mask(text) == text


NUMBERS = ("13812345678", "138-1234-5678", "6222021234567890128", "11010519491231002X")


@given(
    st.text(alphabet="星河，。a /#", max_size=40),
    st.sampled_from(NUMBERS),
    st.text(alphabet="星河，。a /#", max_size=40),
)
@settings(max_examples=200, deadline=None)
def test_a_number_is_found_wherever_it_stands(before: str, number: str, after: str) -> None:
    """The quick look that spares ordinary text must not miss a number at any offset."""
    assert number not in mask(f"{before}.{number},{after}")


@given(st.text(alphabet="0123456789０１３８Xx *-+.@aqcom单元¥", max_size=60))
@settings(max_examples=300, deadline=None)
def test_masking_never_shows_more(text: str) -> None:
    """Masking only takes away: never more digits, and nothing at all appears that was not there."""
    masked = mask(text)
    assert sum(char.isdigit() for char in masked) <= sum(char.isdigit() for char in text)
    assert set(masked) <= set(text) | set("*0123456789X")


@given(st.text(max_size=200))
@settings(max_examples=100, deadline=None)
def test_any_text_can_be_masked(text: str) -> None:
    """Text without seven digits in a row and without an address is left alone."""
    if "@" not in text and not any(char.isdigit() for char in text):
        assert mask(text) == text
    else:
        assert isinstance(mask(text), str)
