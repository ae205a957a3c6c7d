-- What later stages find out: about a post, a story, an incident's course, its tasks and its end.

ALTER TABLE mentions
    ADD COLUMN risk          Float32                COMMENT 'probability that it is negative about the subject, 0 to 1',
    ADD COLUMN confidence    Float32                COMMENT 'probability of the class given, 0 to 1; low ones are marked by uncertain',
    ADD COLUMN uncertain     UInt8                  COMMENT '1 when the confidence is too low to rely on',
    ADD COLUMN language      LowCardinality(String) COMMENT 'zh, en or unknown, as detected',
    ADD COLUMN tier          LowCardinality(String) COMMENT 'source tier: regulator, central_media, media, official, influencer, verified or ordinary',
    ADD COLUMN weight        Float32                COMMENT 'what the post weighs: tier, engagement and platform; 1 for an ordinary post without any',
    ADD COLUMN bci           Float32                COMMENT 'engagement index by the published formula',
    ADD COLUMN said_by       Array(LowCardinality(String)) COMMENT 'per attribution who named the crisis type: rule, learned, both, root, person or none',
    ADD COLUMN rules_fired   Array(String)          COMMENT 'per attribution the terms of the rule that fired, joined by blanks',
    ADD COLUMN questioning   UInt8                  COMMENT '1 when it asks whether something is true',
    ADD COLUMN relabelled    UInt8                  COMMENT '1 when a person''s label won over the model';

ALTER TABLE metrics_minute
    ADD COLUMN weight        Float64                COMMENT 'weights of the posts added up; 1 for an ordinary post without engagement';

ALTER TABLE baselines
    ADD COLUMN authors_1h     UInt32  COMMENT 'different authors in the hour that ends with the bin; told apart up to 10000 a bin',
    ADD COLUMN copies_1h      UInt32  COMMENT 'near-duplicates of an earlier post in the hour that ends with the bin',
    ADD COLUMN top_author_1h  UInt32  COMMENT 'posts of the author with the most posts in that hour',
    ADD COLUMN top_platform   LowCardinality(String) COMMENT 'platform with the most negative posts in that hour',
    ADD COLUMN top_platform_1h UInt32 COMMENT 'negative posts on that platform in that hour';

ALTER TABLE signals
    ADD COLUMN percentile     Float32 COMMENT 'share of the key''s recent bins below this one, 0 to 1; 0 when not known',
    ADD COLUMN top_platform   LowCardinality(String) COMMENT 'platform with the most negative posts in the window',
    ADD COLUMN top_share      Float32 COMMENT 'share of that platform in the window''s negative posts, 0 to 1',
    ADD COLUMN baseline_days  UInt16  COMMENT 'days the usual level was learned from';

ALTER TABLE incidents
    ADD COLUMN level_peak       LowCardinality(String) COMMENT 'highest level it has had',
    ADD COLUMN scheme           LowCardinality(String) COMMENT 'severity scheme the levels come from',
    ADD COLUMN level_name       LowCardinality(String) COMMENT 'name of the level in that scheme, in Chinese',
    ADD COLUMN peak_at          DateTime('UTC')        COMMENT 'end of the hour with peak_negative; 1970 before there is one',
    ADD COLUMN forecast_peak_at DateTime('UTC')        COMMENT 'expected time of the peak; 1970 when it is over or not known',
    ADD COLUMN top_tier         LowCardinality(String) COMMENT 'highest source tier that has spoken',
    ADD COLUMN verification_evidence String            COMMENT 'link a person gave for the verification',
    ADD COLUMN verified_by      String                 COMMENT 'who set the verification',
    ADD COLUMN questioning_share Float32               COMMENT 'share of posts that ask whether it is true, 0 to 1',
    ADD COLUMN hints            Array(String)          COMMENT 'hints in Chinese, never a verdict: official denial, doubts, one source, copy-paste',
    ADD COLUMN unique_author_share Float32             COMMENT 'different authors per post in the last hour, 0 to 1',
    ADD COLUMN copy_share       Float32                COMMENT 'share of near-duplicates in the last hour, 0 to 1',
    ADD COLUMN top_author_share Float32                COMMENT 'share of the author with the most posts in the last hour, 0 to 1',
    ADD COLUMN first_platform   LowCardinality(String) COMMENT 'platform it was seen on first',
    ADD COLUMN merged_into      String                 COMMENT 'incident it was merged into; empty when it was not',
    ADD COLUMN reopened         UInt16                 COMMENT 'how often it was opened again',
    ADD COLUMN acknowledged_by  String                 COMMENT 'who acknowledged it',
    ADD COLUMN closed_by        String                 COMMENT 'who ended it; empty when the flow did';

ALTER TABLE recommendations
    ADD COLUMN fit_level        UInt8                  COMMENT '1 when it is written for this level',
    ADD COLUMN general          UInt8                  COMMENT '1 when only the industry''s general playbook was left',
    ADD COLUMN statements       String                 COMMENT 'JSON object of channel to rendered statement',
    ADD COLUMN blocked          String                 COMMENT 'why the statement may not be approved yet, in Chinese; empty when nothing stands against it',
    ADD COLUMN holding          UInt8                  COMMENT '1 when the holding statement is given because the facts are not known yet',
    ADD COLUMN strategy         LowCardinality(String) COMMENT 'response strategy after Coombs (SCCT)';

ALTER TABLE rule_versions
    ADD COLUMN published_at DateTime64(3, 'UTC') COMMENT 'when it last entered the stream rules; 1970 for those read at start',
    COMMENT COLUMN kind 'subjects, crisis_types, tiers, stop_words, thresholds, or bundle: all of them, as rows of mentions name it',
    COMMENT COLUMN body 'the content as JSON; of a bundle the version of each part',
    COMMENT COLUMN version '1 for those read at start, else the id of the entry as a number';

CREATE TABLE forecasts
(
    exercise       UInt8                  COMMENT '1 in a drill (演练)',
    subject        LowCardinality(String) COMMENT 'subject id',
    crisis_type    LowCardinality(String) COMMENT 'crisis type id',
    incident_id    String                 COMMENT 'the incident',
    made_at        DateTime('UTC')        COMMENT 'watermark minute at which it was made',
    horizon_h      UInt8                  COMMENT 'hours ahead: 1, 6 or 24',
    mentions       Float64                COMMENT 'posts expected from made_at to made_at + horizon_h',
    mentions_low   Float64                COMMENT 'lower end of the 80 % interval',
    mentions_high  Float64                COMMENT 'upper end of the 80 % interval',
    negative       Float64                COMMENT 'negative posts expected in that time',
    negative_low   Float64                COMMENT 'lower end of the 80 % interval',
    negative_high  Float64                COMMENT 'upper end of the 80 % interval',
    peak_at        DateTime('UTC')        COMMENT 'expected time of the peak; 1970 when it is over or not known',
    version        UInt64                 COMMENT 'always 1'
)
ENGINE = ReplacingMergeTree(version)
ORDER BY (exercise, subject, crisis_type, incident_id, made_at, horizon_h)
COMMENT 'Forecasts (预测) of open incidents, made at each bin';

CREATE TABLE incident_links
(
    exercise        UInt8                  COMMENT '1 in a drill (演练)',
    subject         LowCardinality(String) COMMENT 'subject id',
    crisis_type     LowCardinality(String) COMMENT 'crisis type id',
    incident_id     String                 COMMENT 'the incident',
    related_id      String                 COMMENT 'the incident of another subject it is related to',
    related_subject LowCardinality(String) COMMENT 'subject of that incident',
    related_type    LowCardinality(String) COMMENT 'crisis type of that incident',
    kind            LowCardinality(String) COMMENT 'story (the same posts) or trouble (same type and industry at the same time)',
    at              DateTime('UTC')        COMMENT 'watermark minute at which it was found',
    cause           String                 COMMENT 'one Chinese sentence',
    evidence        Array(String)          COMMENT 'platform/id of the posts both share',
    version         UInt64                 COMMENT 'always 1'
)
ENGINE = ReplacingMergeTree(version)
ORDER BY (exercise, subject, crisis_type, incident_id, related_id)
COMMENT 'Related incidents (关联事件) across subjects, one row each way';

CREATE TABLE stories
(
    exercise     UInt8                  COMMENT '1 in a drill (演练)',
    subject      LowCardinality(String) COMMENT 'subject id',
    story_id     String                 COMMENT 'platform/id of the first post that told it',
    crisis_type  LowCardinality(String) COMMENT 'crisis type of that post',
    first_at     DateTime64(3, 'UTC')   COMMENT 'when it was first told',
    last_at      DateTime64(3, 'UTC')   COMMENT 'when it was last told',
    posts        UInt64                 COMMENT 'posts that tell it, the first one included',
    authors      UInt64                 COMMENT 'different authors; told apart up to 1000',
    platforms    Array(LowCardinality(String)) COMMENT 'platforms it was told on, in order',
    negative     UInt64                 COMMENT 'negative posts among them',
    reach        UInt64                 COMMENT 'followers of the authors added up: potential, not actual',
    version      UInt64                 COMMENT 'number of posts'
)
ENGINE = ReplacingMergeTree(version)
ORDER BY (exercise, subject, story_id)
COMMENT 'Stories (同一内容) told by two posts or more in nearly the same words';

CREATE TABLE copies
(
    exercise     UInt8                  COMMENT '1 in a drill (演练)',
    platform     LowCardinality(String) COMMENT 'platform id',
    id           String                 COMMENT 'id of the post',
    subject      LowCardinality(String) COMMENT 'subject id',
    published_at DateTime64(3, 'UTC')   COMMENT 'when it was published',
    story_id     String                 COMMENT 'platform/id of the first post that told the same story',
    version      UInt64                 COMMENT 'always 1'
)
ENGINE = ReplacingMergeTree(version)
ORDER BY (exercise, platform, id, subject)
COMMENT 'Posts that tell a story told before in nearly the same words';

CREATE TABLE phrases
(
    exercise     UInt8                  COMMENT '1 in a drill (演练)',
    subject      LowCardinality(String) COMMENT 'subject id',
    crisis_type  LowCardinality(String) COMMENT 'crisis type id',
    incident_id  String                 COMMENT 'the incident',
    window_start DateTime('UTC')        COMMENT 'start of the hour',
    phrase       String                 COMMENT 'the phrase',
    mentions     UInt32                 COMMENT 'posts that hold it, of those read',
    negative     UInt32                 COMMENT 'negative posts among them',
    score        Float64                COMMENT 'log-odds against the background in standard deviations; short words count less',
    posts_read   UInt32                 COMMENT 'posts read: a sample of at most 300 of the hour',
    version      UInt64                 COMMENT 'how many minutes of the hour had passed when it was read'
)
ENGINE = ReplacingMergeTree(version)
ORDER BY (exercise, subject, crisis_type, incident_id, window_start, phrase)
COMMENT 'Phrases that stand out in an incident (热词), per hour';

CREATE TABLE representatives
(
    exercise     UInt8                  COMMENT '1 in a drill (演练)',
    subject      LowCardinality(String) COMMENT 'subject id',
    crisis_type  LowCardinality(String) COMMENT 'crisis type id',
    incident_id  String                 COMMENT 'the incident',
    window_start DateTime('UTC')        COMMENT 'start of the hour',
    place        UInt8                  COMMENT 'from 1, the most typical first',
    platform     LowCardinality(String) COMMENT 'platform id',
    id           String                 COMMENT 'id of the post',
    stands_for   UInt32                 COMMENT 'posts that are nearest to it, of those read',
    posts_read   UInt32                 COMMENT 'posts read: a sample of at most 300 of the hour',
    version      UInt64                 COMMENT 'how many minutes of the hour had passed when it was read'
)
ENGINE = ReplacingMergeTree(version)
ORDER BY (exercise, subject, crisis_type, incident_id, window_start, place)
COMMENT 'Posts that stand for what people say (代表性言论), far apart from each other';

CREATE TABLE tasks
(
    exercise          UInt8                  COMMENT '1 in a drill (演练)',
    subject           LowCardinality(String) COMMENT 'subject id',
    crisis_type       LowCardinality(String) COMMENT 'crisis type id',
    incident_id       String                 COMMENT 'the incident',
    task_id           String                 COMMENT 'hash of incident, playbook and the task''s id in it',
    playbook_id       String                 COMMENT 'playbook the task comes from',
    playbook_version  String                 COMMENT 'content hash of that playbook',
    seq               UInt16                 COMMENT 'place in the playbook, from 1',
    role              LowCardinality(String) COMMENT 'role that has to do it',
    person            String                 COMMENT 'who of that role was on duty; empty when nobody is named for it',
    department        LowCardinality(String) COMMENT 'department of that person',
    deputy            String                 COMMENT 'who stands in',
    task              String                 COMMENT 'what to do',
    done_when         String                 COMMENT 'how one sees that it is done',
    depends_on        Array(String)          COMMENT 'task ids that come first',
    opened_at         DateTime('UTC')        COMMENT 'watermark minute at which it was opened',
    due_at            DateTime('UTC')        COMMENT 'deadline, counted from detection',
    status            LowCardinality(String) COMMENT 'open, done, waived or cancelled',
    overdue           UInt8                  COMMENT '1 once the watermark passed due_at with the task open; stays 1',
    ended_at          DateTime('UTC')        COMMENT 'when it was done, waived or cancelled; 1970 before',
    ended_by          String                 COMMENT 'who said so',
    reason            String                 COMMENT 'why it was waived or cancelled',
    version           UInt64                 COMMENT 'number of the change'
)
ENGINE = ReplacingMergeTree(version)
ORDER BY (exercise, subject, crisis_type, incident_id, task_id)
COMMENT 'Tasks (任务) that recommendations opened, one person each';

CREATE TABLE clocks
(
    exercise     UInt8                  COMMENT '1 in a drill (演练)',
    subject      LowCardinality(String) COMMENT 'subject id',
    crisis_type  LowCardinality(String) COMMENT 'crisis type id',
    incident_id  String                 COMMENT 'the incident',
    clock_id     String                 COMMENT 'id of the rule in clocks.yaml',
    title        String                 COMMENT 'what has to be reported, in Chinese',
    whom         String                 COMMENT 'who has to be told',
    rule         String                 COMMENT 'regulation and article',
    certain      UInt8                  COMMENT '1 when the regulation states the length; 0 when it is our assumption',
    note         String                 COMMENT 'what has to be checked by legal staff',
    starts_at    DateTime('UTC')        COMMENT 'when it began to run',
    due_at       DateTime('UTC')        COMMENT 'when it runs out',
    status       LowCardinality(String) COMMENT 'open, done, waived or cancelled',
    overdue      UInt8                  COMMENT '1 once the watermark passed due_at with the clock open; stays 1',
    ended_at     DateTime('UTC')        COMMENT 'when it was stopped; 1970 before',
    ended_by     String                 COMMENT 'who said so',
    reason       String                 COMMENT 'why it was waived or cancelled',
    version      UInt64                 COMMENT 'number of the change'
)
ENGINE = ReplacingMergeTree(version)
ORDER BY (exercise, subject, crisis_type, incident_id, clock_id)
COMMENT 'Reporting clocks (报告时限) that run beside an incident';

CREATE TABLE outcomes
(
    exercise          UInt8                  COMMENT '1 in a drill (演练)',
    subject           LowCardinality(String) COMMENT 'subject id',
    crisis_type       LowCardinality(String) COMMENT 'crisis type id',
    incident_id       String                 COMMENT 'the incident',
    playbook_id       String                 COMMENT 'playbook in force when the incident ended or the statement was issued',
    playbook_version  String                 COMMENT 'content hash of that playbook',
    industry          LowCardinality(String) COMMENT 'industry of the subject',
    level             LowCardinality(String) COMMENT 'highest level of the incident',
    overridden        UInt8                  COMMENT '1 when a person chose another playbook',
    chosen            String                 COMMENT 'playbook that person chose; empty when none',
    statement_s       Int32                  COMMENT 'seconds from detection to the statement; -1 without one',
    share_at          Float32                COMMENT 'negative share of the hour before the statement (or the peak without one), 0 to 1',
    half_life_s       Int32                  COMMENT 'seconds until the negative share of an hour had halved since the statement (or the busiest hour), or nobody spoke of it; -1 when it never did',
    ended_at          DateTime('UTC')        COMMENT 'watermark minute at which the incident ended',
    version           UInt64                 COMMENT 'number of the change'
)
ENGINE = ReplacingMergeTree(version)
ORDER BY (exercise, subject, crisis_type, incident_id, playbook_id)
COMMENT 'What became of incidents and the playbooks used on them: observed, not proven';

CREATE TABLE library_gaps
(
    exercise     UInt8                  COMMENT '1 in a drill (演练)',
    subject      LowCardinality(String) COMMENT 'subject id',
    crisis_type  LowCardinality(String) COMMENT 'crisis type id',
    incident_id  String                 COMMENT 'the incident',
    decided_at   DateTime('UTC')        COMMENT 'watermark minute of the recommendation',
    industry     LowCardinality(String) COMMENT 'industry of the subject',
    level        LowCardinality(String) COMMENT 'level of the incident',
    kind         LowCardinality(String) COMMENT 'general_only, level_missing, expired or overridden',
    playbook_id  String                 COMMENT 'playbook that was given, expired or overridden',
    note         String                 COMMENT 'one Chinese sentence for the library''s owner',
    version      UInt64                 COMMENT 'always 1'
)
ENGINE = ReplacingMergeTree(version)
ORDER BY (exercise, subject, crisis_type, incident_id, decided_at, kind)
COMMENT 'Where the library had no good answer (预案缺口)';

CREATE TABLE feeds
(
    platform     LowCardinality(String) COMMENT 'platform id, or mentions:N for a stream',
    minute       DateTime('UTC')        COMMENT 'minute of arrival at which it was judged',
    last_at      DateTime('UTC')        COMMENT 'minute of the last arrival before',
    silent_s     UInt32                 COMMENT 'seconds without an arrival',
    usual_gap_s  Float32                COMMENT 'gap between arrivals that is usual for it; 0 while not known',
    state        LowCardinality(String) COMMENT 'live, silent (unusually long) or dead (data alarm)',
    mentions_1h  UInt32                 COMMENT 'mentions that arrived in the hour before',
    version      UInt64                 COMMENT 'always 1'
)
ENGINE = ReplacingMergeTree(version)
ORDER BY (platform, minute)
COMMENT 'Freshness of each platform''s feed, every five minutes and at each change';

CREATE TABLE labels
(
    exercise    UInt8                  COMMENT '1 in a drill (演练)',
    platform    LowCardinality(String) COMMENT 'platform id',
    id          String                 COMMENT 'id of the post',
    action_id   String                 COMMENT 'the action that set it',
    at          DateTime64(3, 'UTC')   COMMENT 'when it entered the stream actions',
    actor       String                 COMMENT 'who did it',
    polarity    Nullable(Int8)         COMMENT '-1, 0 or 1; NULL when not relabelled',
    crisis_type LowCardinality(String) COMMENT 'crisis type id; empty when not relabelled',
    subject     LowCardinality(String) COMMENT 'subject id; empty when not relabelled',
    noise       UInt8                  COMMENT '1 when it is not about the subject at all',
    version     UInt64                 COMMENT 'id of the action entry as a number'
)
ENGINE = ReplacingMergeTree(version)
ORDER BY (exercise, platform, id)
COMMENT 'What people said a post really is (人工标注)';

CREATE TABLE deliveries
(
    exercise     UInt8                  COMMENT '1 in a drill (演练)',
    delivery_id  String                 COMMENT 'hash of incident, change, channel and receiver',
    incident_id  String                 COMMENT 'the incident',
    channel      LowCardinality(String) COMMENT 'wecom, dingtalk, feishu, mail or webhook',
    receiver     String                 COMMENT 'name of the receiver in the settings',
    at           DateTime('UTC')        COMMENT 'watermark minute of the change it tells of',
    attempts     UInt16                 COMMENT 'how often it was tried',
    status       LowCardinality(String) COMMENT 'sent, failed, waiting or muted',
    error        String                 COMMENT 'last error, secrets removed',
    sent_at_wall DateTime64(3, 'UTC')   COMMENT 'when the receiver took it; 1970 before',
    version      UInt64                 COMMENT 'number of the change'
)
ENGINE = ReplacingMergeTree(version)
ORDER BY (exercise, delivery_id)
COMMENT 'Alerts sent to people, and what became of them (推送)';

CREATE TABLE drills
(
    drill_id    String                 COMMENT 'hash of scenario, seed and start',
    scenario    LowCardinality(String) COMMENT 'id of the scenario',
    industry    LowCardinality(String) COMMENT 'industry id',
    seed        UInt32                 COMMENT 'seed of the scenario',
    speed       Float64                COMMENT '1 in true time',
    subject     LowCardinality(String) COMMENT 'subject id',
    crisis_type LowCardinality(String) COMMENT 'crisis type intended',
    onset_at    DateTime('UTC')        COMMENT 'when the trouble began in the scenario',
    detected_at DateTime('UTC')        COMMENT 'when it was detected; 1970 when it was missed',
    level       LowCardinality(String) COMMENT 'highest level reached',
    level_wanted LowCardinality(String) COMMENT 'level the scenario intends',
    playbook_id String                 COMMENT 'playbook that was given',
    playbook_wanted String             COMMENT 'playbook the scenario intends',
    tasks       UInt16                 COMMENT 'tasks opened',
    in_time     UInt16                 COMMENT 'tasks done before their deadline',
    passed      UInt8                  COMMENT '1 when detected in time with the intended level and playbook',
    version     UInt64                 COMMENT 'always 1'
)
ENGINE = ReplacingMergeTree(version)
ORDER BY (drill_id, scenario)
COMMENT 'Scorecards of drills (演练)';

-- Walls ask for the last hours of all subjects, and time is the last column of the sorting key: a
-- partition a day keeps such a question from reading the whole history. A row never leaves its
-- day, since the day is part of its key. Rows of one insert span two or three days at most.

CREATE TABLE metrics_by_day AS metrics_minute
ENGINE = ReplacingMergeTree(version)
PARTITION BY toDate(window_start)
ORDER BY (exercise, subject, crisis_type, platform, window_start)
COMMENT 'Counts per subject, crisis type, platform and minute';

INSERT INTO metrics_by_day SELECT * FROM metrics_minute SETTINGS max_partitions_per_insert_block = 0;

RENAME TABLE metrics_minute TO metrics_without_days;

RENAME TABLE metrics_by_day TO metrics_minute;

DROP TABLE metrics_without_days;

CREATE TABLE baselines_by_day AS baselines
ENGINE = ReplacingMergeTree(version)
PARTITION BY toDate(window_start)
ORDER BY (exercise, subject, crisis_type, platform, window_start)
COMMENT 'What the detectors held when each bin with posts or an open incident closed';

INSERT INTO baselines_by_day SELECT * FROM baselines SETTINGS max_partitions_per_insert_block = 0;

RENAME TABLE baselines TO baselines_without_days;

RENAME TABLE baselines_by_day TO baselines;

DROP TABLE baselines_without_days;

ALTER TABLE incident_events
    COMMENT COLUMN kind 'opened, signal, held, level, stage, action, merged, reopened or closed';

ALTER TABLE actions
    COMMENT COLUMN kind 'acknowledge, assign, statement, resolve, false_alarm, merge, override, verify, note, relabel, task_done, task_waive, clock_done or clock_waive',
    COMMENT COLUMN outcome 'applied, unknown_incident, closed_incident, missing_evidence (a verification without a link), unknown_target (a merge into nothing open), unknown_task, too_old_for_metrics (a label, which holds all the same) or invalid';
