-- Posts that were deleted after they had been seen
CREATE OR REPLACE VIEW v_deletions AS SELECT * EXCEPT (version) FROM deletions FINAL
