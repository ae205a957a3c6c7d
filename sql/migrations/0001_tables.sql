-- Every table has a natural key and full state in ReplacingMergeTree(version); read the v_* views.
-- Times are UTC. Columns that end in _wall hold wall-clock time; all others are the same on replay.

CREATE TABLE mentions
(
    exercise      UInt8                  COMMENT '1 in a drill (演练)',
    platform      LowCardinality(String) COMMENT 'platform id, such as weibo',
    id            String                 COMMENT 'id of the post on its platform',
    kind          LowCardinality(String) COMMENT 'post, repost, comment, article, video or hotlist',
    author_id     String                 COMMENT 'id of the author on the platform',
    author_name   String                 COMMENT 'display name of the author',
    followers     UInt64                 COMMENT 'followers of the author when collected',
    verified      UInt8                  COMMENT '1 when the platform verified the author',
    title         String                 COMMENT 'title, personal data masked',
    text          String                 COMMENT 'text, personal data masked',
    url           String                 COMMENT 'link to the post',
    location      LowCardinality(String) COMMENT 'place as the platform states it',
    lang          LowCardinality(String) COMMENT 'language as the crawler states it',
    published_at  DateTime64(3, 'UTC')   COMMENT 'when it was published',
    collected_at  DateTime64(3, 'UTC')   COMMENT 'when the crawler saw it; 1970 when not known',
    arrived_at    DateTime64(3, 'UTC')   COMMENT 'when it entered Redis',
    likes         UInt64                 COMMENT 'likes when last seen',
    comments      UInt64                 COMMENT 'comments when last seen',
    reposts       UInt64                 COMMENT 'reposts when last seen',
    views         UInt64                 COMMENT 'views when last seen',
    rank          UInt32                 COMMENT 'place on a hot list, 0 when not on one',
    heat          UInt64                 COMMENT 'heat figure of the hot list',
    root_id       String                 COMMENT 'id of the post at the root of the thread',
    parent_id     String                 COMMENT 'id of the post this answers or reposts',
    deleted       UInt8                  COMMENT '1 when it was already deleted when first seen',
    subjects      Array(LowCardinality(String)) COMMENT 'subjects it speaks of, one per attribution',
    crisis_types  Array(LowCardinality(String)) COMMENT 'crisis type per attribution; general when no rule fired',
    spans         Array(String)          COMMENT 'the words that prove each attribution',
    polarity      Int8                   COMMENT '-1 negative, 0 neutral, 1 positive',
    p_negative    Float32                COMMENT 'probability of negative, 0 to 1',
    p_positive    Float32                COMMENT 'probability of positive, 0 to 1',
    inherited     UInt8                  COMMENT '1 for a reply without a name, read as speaking of its root''s subject',
    late          UInt8                  COMMENT '1 when it came after its minute had closed',
    history       UInt8                  COMMENT '1 when it was older than 6 h on arrival',
    story         UInt64                 COMMENT 'hash of the normalised words; equal for copies',
    partition     UInt16                 COMMENT 'stream partition it came by',
    rules_version LowCardinality(String) COMMENT 'content hash of subjects and crisis rules used',
    model_version LowCardinality(String) COMMENT 'content hash of the sentiment model used',
    seen          UInt32                 COMMENT 'how often it came with something new, from 1',
    version       UInt64                 COMMENT 'id of the newest entry as a number; grows with each sighting'
)
ENGINE = ReplacingMergeTree(version)
ORDER BY (exercise, platform, id)
COMMENT 'Mentions (提及), one row per post';

CREATE TABLE deletions
(
    exercise   UInt8                  COMMENT '1 in a drill (演练)',
    platform   LowCardinality(String) COMMENT 'platform id',
    id         String                 COMMENT 'id of the deleted post',
    deleted_at DateTime64(3, 'UTC')   COMMENT 'when its deletion was last told',
    arrived_at DateTime64(3, 'UTC')   COMMENT 'when the notice entered Redis',
    version    UInt64                 COMMENT 'id of the entry as a number'
)
ENGINE = ReplacingMergeTree(version)
ORDER BY (exercise, platform, id)
COMMENT 'Posts that were deleted after they had been seen';

CREATE TABLE metrics_minute
(
    exercise     UInt8                  COMMENT '1 in a drill (演练)',
    subject      LowCardinality(String) COMMENT 'subject id',
    crisis_type  LowCardinality(String) COMMENT 'crisis type id; general when no rule fired',
    platform     LowCardinality(String) COMMENT 'platform id',
    window_start DateTime('UTC')        COMMENT 'start of the minute in which the posts were published',
    mentions     UInt32                 COMMENT 'posts, copies and reposts included',
    negative     UInt32                 COMMENT 'negative posts',
    neutral      UInt32                 COMMENT 'neutral posts',
    positive     UInt32                 COMMENT 'positive posts',
    reach        UInt64                 COMMENT 'followers of the authors added up: potential, not actual',
    engagement   UInt64                 COMMENT 'likes, comments and reposts, and what they later grew by',
    late         UInt32                 COMMENT 'of mentions, those that came after the minute had closed',
    updates      UInt32                 COMMENT 'posts seen again with larger counts in this minute',
    final        UInt8                  COMMENT '1 once the watermark has passed the minute',
    version      UInt64                 COMMENT 'twice the contributions, plus final'
)
ENGINE = ReplacingMergeTree(version)
ORDER BY (exercise, subject, crisis_type, platform, window_start)
COMMENT 'Counts per subject, crisis type, platform and minute';

CREATE TABLE baselines
(
    exercise       UInt8                  COMMENT '1 in a drill (演练)',
    subject        LowCardinality(String) COMMENT 'subject id',
    crisis_type    LowCardinality(String) COMMENT 'crisis type id',
    platform       LowCardinality(String) COMMENT '* : all platforms together',
    window_start   DateTime('UTC')        COMMENT 'start of the 5-minute bin',
    observed       Float64                COMMENT 'negative posts in the bin, wire copies counted once',
    expected       Float64                COMMENT 'the slow level of such bins before this one',
    score          Float64                COMMENT 'surprise over the key''s own 99.5 % quantile; 1 pages',
    mentions_1h    UInt32                 COMMENT 'posts in the hour that ends with the bin',
    negative_1h    UInt32                 COMMENT 'negative posts in the hour that ends with the bin',
    baseline_share Float64                COMMENT 'usual negative share of the key, 0 to 1',
    version        UInt64                 COMMENT 'always 1: written once, when the bin closes'
)
ENGINE = ReplacingMergeTree(version)
ORDER BY (exercise, subject, crisis_type, platform, window_start)
COMMENT 'What the detectors held when each bin with posts or an open incident closed';

CREATE TABLE signals
(
    exercise     UInt8                  COMMENT '1 in a drill (演练)',
    subject      LowCardinality(String) COMMENT 'subject id',
    crisis_type  LowCardinality(String) COMMENT 'crisis type id',
    platform     LowCardinality(String) COMMENT '* : all platforms together',
    window_start DateTime('UTC')        COMMENT 'start of the window that fired',
    window_end   DateTime('UTC')        COMMENT 'end of the window that fired',
    detector     LowCardinality(String) COMMENT 'volume_surge, negative_share or threshold',
    signal_id    String                 COMMENT 'hash of the natural key',
    decided_at   DateTime('UTC')        COMMENT 'watermark minute at which it fired',
    score        Float64                COMMENT 'the detector''s score',
    observed     Float64                COMMENT 'what was seen in the window',
    expected     Float64                COMMENT 'what was usual',
    threshold    Float64                COMMENT 'score at which the detector fires',
    rule         String                 COMMENT 'threshold rule and its file, if any',
    explanation  String                 COMMENT 'one Chinese sentence with the numbers above',
    evidence     Array(String)          COMMENT 'platform/id of the heaviest posts in the window',
    version      UInt64                 COMMENT 'always 1'
)
ENGINE = ReplacingMergeTree(version)
ORDER BY (exercise, subject, crisis_type, platform, window_start, detector, rule)
COMMENT 'Signals (信号)';

CREATE TABLE incidents
(
    exercise        UInt8                  COMMENT '1 in a drill (演练)',
    subject         LowCardinality(String) COMMENT 'subject id',
    crisis_type     LowCardinality(String) COMMENT 'crisis type id',
    incident_id     String                 COMMENT 'hash of subject, type and first watermark minute',
    state           LowCardinality(String) COMMENT 'open, resolved, closed, merged or false_alarm',
    level           LowCardinality(String) COMMENT 'minor, moderate or severe',
    stage           LowCardinality(String) COMMENT 'emerging, spreading, peak, fading or closed',
    severity        Float64                COMMENT '0 to 100',
    factors         Map(LowCardinality(String), Float64) COMMENT 'points each factor adds to severity',
    onset_at        DateTime('UTC')        COMMENT 'estimated start: first bin of the run above the usual level',
    detected_at     DateTime('UTC')        COMMENT 'watermark minute at which it was opened',
    updated_at      DateTime('UTC')        COMMENT 'watermark minute of the last change',
    closed_at       DateTime('UTC')        COMMENT 'watermark minute at which it ended; 1970 while open',
    mentions        UInt64                 COMMENT 'posts since onset',
    negative        UInt64                 COMMENT 'negative posts since onset',
    peak_negative   Float64                COMMENT 'largest number of negative posts in an hour',
    negative_1h     Float64                COMMENT 'negative posts in the hour before updated_at',
    expected_1h     Float64                COMMENT 'usual negative posts in an hour',
    platforms       Array(LowCardinality(String)) COMMENT 'platforms it was seen on, in order',
    reach           UInt64                 COMMENT 'followers of the authors added up: potential, not actual',
    forecast_1h     Float64                COMMENT 'negative posts expected in the next hour',
    forecast_6h     Float64                COMMENT 'negative posts expected in the next 6 hours',
    forecast_24h    Float64                COMMENT 'negative posts expected in the next 24 hours',
    verification    LowCardinality(String) COMMENT '未核实, 属实, 部分属实 or 不实; set by people only',
    acknowledged_at DateTime('UTC')        COMMENT 'when a person acknowledged it; 1970 when nobody has',
    owner           String                 COMMENT 'who it is assigned to',
    statement_at    DateTime('UTC')        COMMENT 'when a statement was issued; 1970 when none was',
    override        String                 COMMENT 'playbook a person chose instead of the recommended one',
    explanation     String                 COMMENT 'one Chinese sentence: why it has this level',
    evidence        Array(String)          COMMENT 'platform/id of its heaviest posts',
    signals         Array(String)          COMMENT 'ids of the signals that belong to it',
    version         UInt64                 COMMENT 'number of the change'
)
ENGINE = ReplacingMergeTree(version)
ORDER BY (exercise, subject, crisis_type, incident_id)
COMMENT 'Incidents (事件), present state';

CREATE TABLE incident_events
(
    exercise    UInt8                  COMMENT '1 in a drill (演练)',
    subject     LowCardinality(String) COMMENT 'subject id',
    crisis_type LowCardinality(String) COMMENT 'crisis type id',
    incident_id String                 COMMENT 'the incident',
    seq         UInt32                 COMMENT 'number of the event within the incident, from 1',
    at          DateTime('UTC')        COMMENT 'watermark minute at which it took effect',
    kind        LowCardinality(String) COMMENT 'opened, signal, level, stage, action, reopened or closed',
    before      String                 COMMENT 'value before the change',
    after       String                 COMMENT 'value after the change',
    severity    Float64                COMMENT 'severity at that moment, 0 to 100',
    cause       String                 COMMENT 'one Chinese sentence',
    actor       String                 COMMENT 'who did it; empty when the flow did',
    evidence    Array(String)          COMMENT 'signal ids or platform/id of posts',
    version     UInt64                 COMMENT 'always 1'
)
ENGINE = ReplacingMergeTree(version)
ORDER BY (exercise, subject, crisis_type, incident_id, seq)
COMMENT 'Each change of an incident with its cause';

CREATE TABLE recommendations
(
    exercise          UInt8                  COMMENT '1 in a drill (演练)',
    subject           LowCardinality(String) COMMENT 'subject id',
    crisis_type       LowCardinality(String) COMMENT 'crisis type id',
    incident_id       String                 COMMENT 'the incident',
    decided_at        DateTime('UTC')        COMMENT 'watermark minute at which it was decided',
    recommendation_id String                 COMMENT 'hash of incident and decided_at',
    playbook_id       String                 COMMENT 'the playbook; empty when the library has none that fits',
    playbook_version  String                 COMMENT 'content hash of the playbook',
    title             String                 COMMENT 'title of the playbook',
    level             LowCardinality(String) COMMENT 'level of the incident when decided',
    stage             LowCardinality(String) COMMENT 'stage of the incident when decided',
    score             Float64                COMMENT 'sum of parts',
    parts             Map(LowCardinality(String), Float64) COMMENT 'what each part adds to the score',
    matched           Array(String)          COMMENT 'predicates of the playbook that hold',
    unmatched         Array(String)          COMMENT 'soft predicates that do not hold',
    reason            String                 COMMENT 'one Chinese sentence: why this playbook',
    runner_up         String                 COMMENT 'id of the second best playbook',
    runner_up_reason  String                 COMMENT 'why it lost',
    change            String                 COMMENT 'what changed since the recommendation before',
    statement         String                 COMMENT 'draft of the public statement; waits for the approver',
    statement_gaps    Array(String)          COMMENT 'fields still to be filled in; they block approval',
    actions           String                 COMMENT 'JSON array of {role, task, deadline_minutes, due_at, done_when}',
    legal_notes       Array(String)          COMMENT 'legal notes with the regulation named',
    donts             Array(String)          COMMENT 'what not to do',
    approver          String                 COMMENT 'role that has to approve the statement',
    evidence          Array(String)          COMMENT 'platform/id of posts behind the incident',
    version           UInt64                 COMMENT 'always 1'
)
ENGINE = ReplacingMergeTree(version)
ORDER BY (exercise, subject, crisis_type, incident_id, decided_at)
COMMENT 'Recommendations (处置建议), each with the rule it was made by';

CREATE TABLE actions
(
    exercise    UInt8                  COMMENT '1 in a drill (演练)',
    action_id   String                 COMMENT 'id of the entry in the stream actions',
    incident_id String                 COMMENT 'the incident it was meant for; empty when there is none',
    at          DateTime64(3, 'UTC')   COMMENT 'when it entered the stream',
    effective   DateTime('UTC')        COMMENT 'watermark minute at which it took effect; 1970 when it had none',
    kind        LowCardinality(String) COMMENT 'acknowledge, assign, statement, resolve, false_alarm, override, verify or note',
    actor       String                 COMMENT 'who did it',
    detail      String                 COMMENT 'JSON object of what belongs to it',
    outcome     LowCardinality(String) COMMENT 'applied, unknown_incident, closed_incident or invalid',
    version     UInt64                 COMMENT '2 from the shard that knows the incident, else 1'
)
ENGINE = ReplacingMergeTree(version)
ORDER BY (exercise, action_id)
COMMENT 'Human actions (处置动作) and what became of them';

CREATE TABLE playbook_versions
(
    playbook_id  String                 COMMENT 'the playbook',
    version_hash String                 COMMENT 'hash of its content',
    published_at DateTime64(3, 'UTC')   COMMENT 'when it entered the stream playbooks',
    industry     LowCardinality(String) COMMENT 'industry id',
    crisis_type  LowCardinality(String) COMMENT 'crisis type id; * for the general playbook',
    title        String                 COMMENT 'title',
    body         String                 COMMENT 'the playbook as JSON',
    retired      UInt8                  COMMENT '1 when this entry withdraws the playbook',
    version      UInt64                 COMMENT 'always 1'
)
ENGINE = ReplacingMergeTree(version)
ORDER BY (playbook_id, published_at, version_hash)
COMMENT 'All versions of all playbooks the flow has taken in (预案)';

CREATE TABLE rule_versions
(
    kind         LowCardinality(String) COMMENT 'subjects, crisis_types or thresholds',
    version_hash String                 COMMENT 'hash of the content',
    body         String                 COMMENT 'the content as JSON',
    version      UInt64                 COMMENT 'always 1'
)
ENGINE = ReplacingMergeTree(version)
ORDER BY (kind, version_hash)
COMMENT 'All versions of subjects and rules the flow has worked with';

CREATE TABLE rejected
(
    partition  UInt16                 COMMENT 'stream partition',
    entry_id   String                 COMMENT 'id of the entry in its stream',
    arrived_at DateTime64(3, 'UTC')   COMMENT 'when it entered Redis',
    reason     LowCardinality(String) COMMENT 'why it was refused',
    detail     String                 COMMENT 'what was wrong and what to do',
    raw        String                 COMMENT 'the entry, personal data masked, at most 2 KiB',
    version    UInt64                 COMMENT 'always 1'
)
ENGINE = ReplacingMergeTree(version)
ORDER BY (partition, entry_id)
COMMENT 'Entries that could not be used';

CREATE TABLE pipeline_health
(
    partition     UInt16           COMMENT 'stream partition',
    minute        DateTime('UTC')  COMMENT 'minute in which the entries arrived',
    read          UInt64           COMMENT 'mention entries read = accepted + updates + duplicates + rejected',
    accepted      UInt64           COMMENT 'new mentions = matched + unmatched',
    matched       UInt64           COMMENT 'new mentions that speak of a subject',
    unmatched     UInt64           COMMENT 'new mentions that speak of no subject',
    updates       UInt64           COMMENT 'mentions seen before, with a later time or larger counts',
    duplicates    UInt64           COMMENT 'mentions seen before, nothing new',
    rejected      UInt64           COMMENT 'entries refused, see the table rejected',
    late          UInt64           COMMENT 'accepted mentions that came after their minute had closed',
    history       UInt64           COMMENT 'accepted mentions older than 6 h on arrival',
    orphans       UInt64           COMMENT 'reposts without words whose root is not remembered',
    forgotten     UInt64           COMMENT 'ids dropped from the identity memory for lack of room',
    missing       UInt64           COMMENT 'entries missing from a producer''s sequence',
    heartbeats    UInt64           COMMENT 'heartbeat entries read',
    collect_delay_ms UInt64        COMMENT 'published to collected, added up over accepted mentions that state it',
    collect_known UInt64           COMMENT 'accepted mentions that state when they were collected',
    arrive_delay_ms UInt64         COMMENT 'published to arrived, added up over accepted mentions',
    watermark     DateTime64(3, 'UTC') COMMENT 'watermark of the partition after the last entry of the minute',
    version       UInt64           COMMENT 'entries read in the minute, heartbeats included'
)
ENGINE = ReplacingMergeTree(version)
ORDER BY (partition, minute)
COMMENT 'What went through each stream partition, per minute of arrival';
