"""What the report asks the store: only ``v_*`` views, every value bound by the server.

The columns are in the order of the fields of the rows in ``operators.report.data``; instants come
as ms since epoch.
"""

from typing import Final

_OF_KEY: Final = """
exercise = {exercise:UInt8} AND subject = {subject:String} AND crisis_type = {type:String}
"""
_IN_MINUTES: Final = """
window_start >= toDateTime({start:UInt32}) AND window_start < toDateTime({end:UInt32})
"""
_IS_ABOUT: Final = """
arrayExists((s, t) -> s = {subject:String} AND t = {type:String}, subjects, crisis_types)
"""
_IN_TIME: Final = """
published_at >= toDateTime({start:UInt32}) AND published_at < toDateTime({end:UInt32})
"""
_STORY: Final = "if(story = 0, cityHash64(platform, id), story)"
_AS_STORIES: Final = """
SELECT argMin(if(title = '', text, concat(title, '\n', text)), (published_at, platform, id)),
       count() AS posts, countIf(polarity < 0)
FROM v_mentions
"""
_BY_STORY: Final = f"""
GROUP BY {_STORY} AS story_key ORDER BY posts DESC, cityHash64(story_key)
LIMIT {{limit:UInt32}}
"""

INCIDENTS: Final = """
SELECT incident_id, subject, crisis_type, state, level, stage, severity, factors,
       toInt64(toUnixTimestamp(onset_at)) * 1000, toInt64(toUnixTimestamp(detected_at)) * 1000,
       toInt64(toUnixTimestamp(updated_at)) * 1000, toInt64(toUnixTimestamp(closed_at)) * 1000,
       mentions, negative, peak_negative, negative_1h, expected_1h, platforms, reach,
       forecast_1h, forecast_6h, forecast_24h, verification,
       toInt64(toUnixTimestamp(acknowledged_at)) * 1000, owner,
       toInt64(toUnixTimestamp(statement_at)) * 1000, override, explanation, evidence, signals
FROM v_incidents
WHERE exercise = {exercise:UInt8}
  AND (empty({ids:Array(String)}) OR has({ids:Array(String)}, incident_id))
ORDER BY onset_at, incident_id
"""
EVENTS: Final = """
SELECT seq, toInt64(toUnixTimestamp(at)) * 1000, kind, before, after, severity, cause, actor,
       evidence
FROM v_incident_events
WHERE exercise = {exercise:UInt8} AND incident_id = {incident:String}
ORDER BY seq
"""
RECOMMENDATIONS: Final = """
SELECT recommendation_id, toInt64(toUnixTimestamp(decided_at)) * 1000, playbook_id,
       playbook_version, title, score, parts, matched, unmatched, reason, runner_up,
       runner_up_reason, change, statement, statement_gaps, actions, legal_notes, donts, approver
FROM v_recommendations
WHERE exercise = {exercise:UInt8} AND incident_id = {incident:String}
ORDER BY decided_at
"""
SIGNALS: Final = """
SELECT signal_id, detector, toInt64(toUnixTimestamp(decided_at)) * 1000, score, observed,
       expected, threshold, rule, explanation
FROM v_signals
WHERE exercise = {exercise:UInt8} AND subject = {subject:String}
  AND has({ids:Array(String)}, signal_id)
ORDER BY decided_at, detector, rule
"""
MINUTES: Final = f"""
SELECT toInt64(toUnixTimestamp(window_start)) * 1000, sum(mentions), sum(negative)
FROM v_metrics
WHERE {_OF_KEY} AND {_IN_MINUTES}
GROUP BY window_start
ORDER BY window_start
"""
BASELINES: Final = f"""
SELECT toInt64(toUnixTimestamp(window_start)) * 1000, expected
FROM v_baselines
WHERE {_OF_KEY} AND {_IN_MINUTES}
ORDER BY window_start
"""
PLATFORMS: Final = f"""
SELECT platform, sum(mentions) AS posts, sum(negative)
FROM v_metrics
WHERE {_OF_KEY} AND {_IN_MINUTES}
GROUP BY platform
HAVING posts > 0
ORDER BY posts DESC, platform
"""
STORIES: Final = f"""
{_AS_STORIES}
WHERE exercise = {{exercise:UInt8}} AND {_IN_TIME} AND {_IS_ABOUT} AND (text != '' OR title != '')
{_BY_STORY}
"""
USUAL: Final = f"""
{_AS_STORIES}
WHERE exercise = {{exercise:UInt8}} AND has(subjects, {{subject:String}})
  AND published_at >= toDateTime({{before:UInt32}})
  AND published_at < toDateTime({{end:UInt32}})
  AND NOT ({_IN_TIME} AND {_IS_ABOUT}) AND (text != '' OR title != '')
{_BY_STORY}
"""
POSTS: Final = f"""
SELECT platform, id, kind, toUnixTimestamp64Milli(published_at), author_name, toBool(verified),
       followers, title, text, url, likes, comments, reposts, views, polarity, p_negative,
       toBool(deleted), count() OVER (PARTITION BY {_STORY}) AS copies
FROM v_mentions
WHERE exercise = {{exercise:UInt8}} AND {_IN_TIME} AND {_IS_ABOUT} AND (text != '' OR title != '')
ORDER BY likes + 2 * comments + 3 * reposts DESC, followers DESC, published_at, platform, id
LIMIT 1 BY {_STORY}
LIMIT {{limit:UInt32}}
"""
ACTIONS: Final = """
SELECT toUnixTimestamp64Milli(at), kind, actor, detail, outcome
FROM v_actions
WHERE exercise = {exercise:UInt8} AND incident_id = {incident:String}
ORDER BY at, action_id
"""
VERSIONS: Final = f"""
SELECT arraySort(groupUniqArray(model_version)), arraySort(groupUniqArray(rules_version))
FROM v_mentions
WHERE exercise = {{exercise:UInt8}} AND {_IN_TIME} AND {_IS_ABOUT}
"""
SPAN: Final = """
SELECT if(count() = 0, 0, toInt64(toUnixTimestamp(min(window_start))) * 1000),
       if(count() = 0, 0, toInt64(toUnixTimestamp(max(window_start))) * 1000 + 60000)
FROM v_metrics
WHERE exercise = {exercise:UInt8}
"""
PLAYBOOKS: Final = """
SELECT playbook_id, version_hash, toUnixTimestamp64Milli(published_at), title
FROM v_playbook_versions
WHERE retired = 0
ORDER BY playbook_id, published_at, version_hash
"""
BALANCE: Final = """
SELECT sum(read), sum(accepted), sum(matched), sum(unmatched), sum(updates), sum(duplicates),
       sum(rejected), sum(late), sum(history), sum(orphans), sum(forgotten), sum(missing),
       sum(imbalance), sum(collect_delay_ms), sum(collect_known), sum(arrive_delay_ms),
       (SELECT toUnixTimestamp64Milli(min(last))
        FROM (SELECT max(watermark) AS last FROM v_pipeline_health GROUP BY partition))
FROM v_pipeline_health
"""
REJECTED: Final = """
SELECT reason, count() AS entries, argMin(detail, (partition, entry_id))
FROM v_rejected
GROUP BY reason
ORDER BY entries DESC, reason
"""
FEEDS: Final = """
SELECT platform, toInt64(toUnixTimestamp(min(window_start))) * 1000,
       toInt64(toUnixTimestamp(max(window_start))) * 1000, sum(mentions)
FROM v_metrics
WHERE exercise = {exercise:UInt8} AND platform != '*' AND mentions > 0
GROUP BY platform
ORDER BY platform
"""
