"""Source tiers: who is in which, what a post weighs, and what a wrong file is told."""

from pathlib import Path

import pytest

from operators.errors import PackError
from operators.tiers import bci, weight
from playbooks.sources import load_tiers

TIERS = load_tiers()


@pytest.mark.parametrize(
    ("platform", "author", "followers", "verified", "tier"),
    [
        ("weibo", "国家金融监督管理总局", 900_000, True, "regulator"),
        ("weibo", "国家金融监督管理总局", 90, False, "ordinary"),
        ("news", "国家金融监督管理总局", 0, False, "regulator"),
        ("weibo", "青川金融监管局", 3_000, True, "regulator"),
        ("weibo", "央视新闻", 1, True, "central_media"),
        ("news", "江城晚报", 0, False, "media"),
        ("weibo", "江城晚报", 10, False, "ordinary"),
        ("weibo", "江城发布", 10, True, "official"),
        ("douyin", "老张说理财", 500_000, False, "influencer"),
        ("douyin", "老张说理财", 499_999, False, "ordinary"),
        ("weibo", "小王", 20, True, "verified"),
        ("heimao", "", 0, False, "ordinary"),
    ],
)
def test_account_is_in_the_first_tier_that_fits(
    platform: str, author: str, followers: int, verified: bool, tier: str
) -> None:
    """A name counts only where it cannot be taken, or with the platform's verification."""
    found = TIERS.tier_of(platform, author, followers, verified=verified)
    assert found.id == tier


def test_ordinary_post_without_engagement_weighs_one() -> None:
    """The weight grows with tier and engagement from there."""
    ordinary = TIERS.tier_of("weibo", "小王", 20, verified=False)
    regulator = TIERS.tier_of("news", "国家金融监督管理总局", 0, verified=False)
    assert weight(ordinary, 1.0, bci(0, 0, 0)) == pytest.approx(1.0)
    assert weight(ordinary, 1.0, bci(9, 9, 9)) > weight(ordinary, 1.0, bci(9, 0, 9)) > 1.0
    assert weight(regulator, 1.0, bci(0, 0, 0)) == pytest.approx(10.0)


def test_rank_orders_tiers_from_the_highest() -> None:
    """An unknown tier comes last."""
    assert TIERS.rank("regulator") < TIERS.rank("central_media") < TIERS.rank("ordinary")
    assert TIERS.rank("nobody") > TIERS.rank("ordinary")


def test_wrong_file_is_told_all_its_problems(tmp_path: Path) -> None:
    """Each with its line and what to do."""
    file = tmp_path / "tiers.yaml"
    file.write_text(
        "version: '1'\n"
        "tiers:\n"
        "  - {id: top, name: 甲, weight: 0, names: [某报]}\n"
        "  - {id: rest, name: 乙, wieght: 1}\n",
        encoding="utf-8",
    )
    with pytest.raises(PackError) as caught:
        load_tiers(file)
    said = str(caught.value)
    assert f"{file}:3: tiers[0].weight: must be at least 0.1" in said
    assert f"{file}:4: tiers[1].wieght: unknown key" in said


def test_last_tier_must_hold_everybody(tmp_path: Path) -> None:
    """Else a post would have no weight."""
    file = tmp_path / "tiers.yaml"
    file.write_text(
        "version: '1'\ntiers:\n  - {id: top, name: 甲, weight: 2, names: [某报]}\n",
        encoding="utf-8",
    )
    with pytest.raises(PackError, match=r"must hold everybody else"):
        load_tiers(file)
