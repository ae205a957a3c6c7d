"""Which language a post is in."""

import numpy as np
import pytest

from operators.language import LANGUAGES, detect, detect_one


@pytest.mark.parametrize(
    ("text", "language"),
    [
        ("联讯通信又断网了", "zh"),
        ("iPhone16ProMax信号差", "zh"),
        ("断网了 http://t.cn/AbcDefGhijk @someone_else", "zh"),
        ("我の妈呀，垃圾银行", "zh"),
        ("好烦(ノ´∀`)ノ", "zh"),
        ("星河銀行無故凍結我的帳戶", "zh"),
        ("[怒][怒]", "zh"),
        ("😡😡😡", "zh"),
        ("The app is down again and nobody answers the phone", "en"),
        ("The app of 星河银行 is down again", "en"),
        ("@support your app is broken again!!! fix it", "en"),
        ("I love it!", "en"),
        ("Le service est vraiment nul", "unknown"),
        ("No funciona la aplicación otra vez", "unknown"),
        ("Questa banca fa schifo", "unknown"),
        ("zhe ge yin hang tai la ji le", "unknown"),
        ("東京電力福島第一原発で汚染水漏れ", "unknown"),
        ("오늘 서비스가 안돼요", "unknown"),
        ("Приложение опять не работает", "unknown"),
        ("แอพล่มอีกแล้ว", "unknown"),
        ("12345", "unknown"),
        ("", "unknown"),
        (" \n\t", "unknown"),
    ],
)
def test_the_language_of_a_post(text: str, language: str) -> None:
    """Chinese and English are told, everything else and too little to tell by stays unknown."""
    assert detect_one(text) == language


def test_a_batch_reads_like_its_texts() -> None:
    """Neighbours never change a language, lone surrogates and long texts are ordinary input."""
    texts = [
        "断网了",
        "",
        "the service is terrible today",
        "\ud800断网",
        "断" * 5000,
        "\n\n",
        "a" * 9,
    ]
    alone = [LANGUAGES.index(detect_one(text)) for text in texts]
    assert detect(texts).tolist() == alone
    assert detect(texts).dtype == np.int8
    assert detect([]).tolist() == []
