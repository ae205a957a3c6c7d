"""Platforms by id: their Chinese names and the adapters for raw crawler records.

To add one: a module here with an ``adapt`` function and a `Platform`, a line in ``PLATFORMS``, and
a sample in ``tests/fixtures/platforms/``. Mentions of platforms that are not listed are welcome
in the stream too; they are shown by their id.
"""

from typing import Final

from operators.platforms.douyin import DOUYIN
from operators.platforms.generic import GENERIC
from operators.platforms.heimao import HEIMAO
from operators.platforms.news import NEWS
from operators.platforms.record import Platform
from operators.platforms.wechat import WECHAT
from operators.platforms.weibo import WEIBO
from operators.platforms.xiaohongshu import XIAOHONGSHU
from operators.platforms.xueqiu import XUEQIU
from operators.platforms.zhihu import ZHIHU

PLATFORMS: Final[dict[str, Platform]] = {
    "weibo": WEIBO,
    "wechat": WECHAT,
    "douyin": DOUYIN,
    "xiaohongshu": XIAOHONGSHU,
    "xueqiu": XUEQIU,
    "zhihu": ZHIHU,
    "heimao": HEIMAO,
    "news": NEWS,
    "generic": GENERIC,
}

LABELS: Final[dict[str, str]] = {
    platform.id: platform.label for platform in PLATFORMS.values() if platform is not GENERIC
}
"""Chinese name of each platform (微博, 微信公众号, …)."""


def label(platform: str) -> str:
    """Return the Chinese name of a platform, or its id when it has none."""
    return LABELS.get(platform, platform)
