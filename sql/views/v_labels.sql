-- What people said a post really is (人工标注)
CREATE OR REPLACE VIEW v_labels AS SELECT * EXCEPT (version) FROM labels FINAL
