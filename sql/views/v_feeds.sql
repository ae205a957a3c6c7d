-- Freshness of each platform's feed
CREATE OR REPLACE VIEW v_feeds AS SELECT * EXCEPT (version) FROM feeds FINAL
