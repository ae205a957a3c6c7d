"""Settings and packs to what the dataflow needs: rules, the register, and each worker's reader."""

import functools
from collections.abc import Callable, Sequence
from zoneinfo import ZoneInfo

from flows.detect import Plan
from flows.library_rows import base_rule_rows
from flows.packs import crisis_types
from flows.redis_source import SourceOptions
from flows.rows import Versions
from flows.settings_schema import SentimentSettings, Settings
from flows.tables import Rows
from operators.decode import DecodeRules
from operators.duty import Team
from operators.incident_parts import IncidentRules
from operators.match import Matcher
from operators.model import DAY, HOUR, MINUTE, SECOND, CrisisType, Sentiment, Subject
from operators.reading import Reader
from operators.register import Register
from operators.response import ResponseRules
from operators.rulebook import RuleBook
from operators.rulebook_bundle import Bundle, no_news
from operators.tasks import ClockRule
from operators.tracked import TrackRules
from operators.watch import WatchRules
from playbooks.schema import Pack
from playbooks.sources import load_tiers


@functools.cache
def _score(
    settings: SentimentSettings, settings_file: str
) -> tuple[Callable[[Sequence[str]], list[Sentiment]], str]:
    """Load a sentiment back end once a process."""
    from flows.sentiment_file import load_configured
    from operators.language import LANGUAGES

    model = load_configured(settings, settings_file)

    def score(texts: Sequence[str]) -> list[Sentiment]:
        scores = model.score(texts)
        return list(
            map(
                Sentiment,
                scores.polarity.tolist(),
                scores.p_negative.tolist(),
                scores.p_positive.tolist(),
                scores.risk.tolist(),
                scores.confidence.tolist(),
                scores.uncertain.tolist(),
                map(LANGUAGES.__getitem__, scores.language.tolist()),
            )
        )

    return score, model.version


def make_matcher(
    settings: Settings, subjects: Sequence[Subject], types: Sequence[CrisisType]
) -> Matcher:
    """Compile names and rules; the learned opinion goes with the weights of the same licence."""
    if settings.sentiment.weights != "full":
        return Matcher(subjects, types)
    from operators.crisis.learned import SecondOpinion

    return Matcher(subjects, types, opinion=SecondOpinion())


def make_bundle(settings: Settings, packs: Sequence[Pack]) -> Bundle:
    """Return the rules as settings, packs and source tiers say now."""
    return Bundle(
        settings.subjects,
        crisis_types(packs, settings.subjects),
        load_tiers(),
        settings.stop_words,
        settings.thresholds,
    )


def make_reader(settings: Settings, bundle: Bundle) -> Reader:
    """Compile the automata and load the model."""
    rules = DecodeRules(
        future_tolerance_ms=settings.windows.future_tolerance_s * SECOND,
        zone=ZoneInfo(settings.timezone),
    )
    score, _version = _score(settings.sentiment, settings.source_file)
    accounts = (name for one in bundle.subjects for name in names_of(one))
    return Reader(
        make_matcher(settings, bundle.watched, bundle.crisis_types),
        score,
        rules,
        keep_all=settings.store.mentions == "all",
        tiers=bundle.tiers.with_accounts(accounts),
    )


def make_versions(settings: Settings, bundle: Bundle) -> Versions:
    """Return what rows of mentions say they were read by."""
    _score_unused, model_version = _score(settings.sentiment, settings.source_file)
    return Versions(bundle.version, model_version, settings.store.author_key.encode())


def make_plan(settings: Settings, packs: Sequence[Pack]) -> Plan:
    """Turn settings and packs into the plan of the flow."""
    bundle = make_bundle(settings, packs)
    book = RuleBook(bundle, lambda one: make_reader(settings, one))
    windows, detection = settings.windows, settings.detection
    keep_ms = windows.keep_h * HOUR
    return Plan(
        reader=book.reader,
        rules=book,
        register=Register(
            {subject.id: subject for subject in settings.subjects},
            {(kind.industry, kind.id): kind for kind in bundle.crisis_types},
        ),
        versions=make_versions(settings, bundle),
        track=TrackRules(
            lateness_ms=windows.lateness_s * SECOND,
            history_after_ms=windows.history_after_h * HOUR,
            shards=windows.shards,
            ids=settings.memory.ids,
            roots=settings.memory.roots,
            store=settings.store.mentions,
        ),
        watch=WatchRules(
            partitions=settings.redis.partitions,
            min_negative_1h=detection.min_negative_1h,
            refractory_ms=detection.refractory_h * HOUR,
            share_min_mentions=detection.share_min_mentions,
            share_margin=detection.share_margin,
            follow_ms=(detection.close_after_h + 1) * HOUR,
            thresholds=settings.thresholds,
            influential_followers=detection.influential_followers,
            season=detection.season,
            stories=settings.memory.stories,
            names=no_news(settings.subjects, settings.stop_words),
        ),
        incident=IncidentRules(
            min_negative_1h=detection.min_negative_1h,
            close_after_ms=detection.close_after_h * HOUR,
            reopen_within_ms=detection.reopen_within_h * HOUR,
            level_hold_ms=detection.level_hold_min * MINUTE,
            false_alarm_ms=detection.false_alarm_days * DAY,
            scheme=detection.scheme,
        ),
        response=response_rules(settings),
        generation_ms=windows.generation_min * MINUTE,
        keep_ms=keep_ms,
        early_ms=settings.store.flush_ms,
    )


def names_of(subject: Subject) -> tuple[str, ...]:
    """List what a subject is called by itself and by others."""
    return (subject.name, *subject.aliases)


def response_rules(settings: Settings) -> ResponseRules:
    """Read who is there and which reporting clocks run."""
    from playbooks.law import load_clocks, load_regulations
    from playbooks.team import load_team

    regulations = load_regulations(settings.packs)
    clocks = tuple(
        ClockRule(
            clock.id,
            clock.title,
            clock.minutes,
            clock.whom,
            regulations[clock.regulation].name,
            clock.certain,
            clock.note,
            () if clock.industry == "*" else (clock.industry,),
            () if "*" in clock.crisis_types else clock.crisis_types,
            clock.levels,
        )
        for clock in load_clocks(settings.packs, regulations)
    )
    team = load_team(settings.team) if settings.team else Team()
    return ResponseRules(settings.windows.shards, team, clocks)


def rule_rows(settings: Settings, packs: Sequence[Pack]) -> Rows:
    """Rows of ``rule_versions``: the rules this run starts with."""
    return Rows("rule_versions", base_rule_rows(make_bundle(settings, packs)))


def source_options(settings: Settings, *, live: bool, until_end: bool) -> SourceOptions:
    """Return how the mention streams are read."""
    redis = settings.redis
    return SourceOptions(
        partitions=redis.partitions,
        read_count=redis.read_count,
        idle_poll_ms=redis.idle_poll_ms,
        idle_after_s=redis.idle_after_s,
        max_per_second=redis.max_per_second,
        trim=redis.trim,
        retain_s=redis.retain_s,
        live=live,
        until_end=until_end,
        accept_gap=settings.recovery.accept_gap,
    )
