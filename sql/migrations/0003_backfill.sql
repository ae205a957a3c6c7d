-- What was read again under later rules; a plan is there before the first row is written, so that
-- a backfill that was cut off is finished and nothing counts twice.

CREATE TABLE backfills
(
    rules_version LowCardinality(String) COMMENT 'content hash of subjects and crisis rules the posts were read by',
    window_start  DateTime('UTC')        COMMENT 'start of the time of publication that was read at once',
    window_end    DateTime('UTC')        COMMENT 'end of that time',
    state         LowCardinality(String) COMMENT 'planned while rows are being written, done afterwards',
    read          UInt64                 COMMENT 'posts that were read again',
    changed       UInt64                 COMMENT 'posts among them that were read otherwise than before',
    gained        UInt64                 COMMENT 'posts that speak of a subject and did not before',
    lost          UInt64                 COMMENT 'posts that no longer speak of a subject',
    metric_rows   UInt64                 COMMENT 'rows of metrics_minute that were written anew',
    plan          String                 COMMENT 'the rows to write, packed; empty once they are written',
    version       UInt64                 COMMENT 'number of the change'
)
ENGINE = ReplacingMergeTree(version)
ORDER BY (rules_version, window_start)
COMMENT 'Stored posts read again under later rules (规则回溯)';
