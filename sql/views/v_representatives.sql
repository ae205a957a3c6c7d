-- Posts that stand for what people say (代表性言论)
CREATE OR REPLACE VIEW v_representatives AS SELECT * EXCEPT (version) FROM representatives FINAL
